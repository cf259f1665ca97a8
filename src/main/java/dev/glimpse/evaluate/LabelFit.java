package dev.glimpse.evaluate;

import dev.glimpse.encode.LabelCalibration;
import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.Pair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How probable the first labels of pictures are, by their similarity: a logistic curve of the greatest likelihood, found by
 * Newton's method, with Platt's targets, which keep it from certainty that so many examples don't give (H.-T. Lin, C.-J. Lin,
 * R. C. Weng: A note on Platt's probabilistic outputs for support vector machines, 2007).
 */
final class LabelFit {

    /** So many of a picture's most similar labels count. */
    private static final int FIRST = 5;

    private static final int MOST_STEPS = 100;
    private static final double CONVERGED = 1e-10;

    private final List<Example> examples = new ArrayList<>();

    /** A label among the first of a picture. */
    record Example(double similarity, boolean right) {}

    /**
     * Adds the first labels of pictures, in each language of the vocabulary by itself.
     *
     * @param vocabulary whose captions are the labels
     * @param pictures   a label is right of one whose captions, or what is right too, have it as whole words
     */
    void add(EncodedPairs vocabulary, EncodedPairs pictures) {
        Captions.byLanguage(vocabulary.pairs()).values().forEach(captions -> {
            List<String> labels = captions.texts();
            float[][] vectors = labels.stream().map(vocabulary::text).toArray(float[][]::new);
            examples.addAll(IntStream.range(0, pictures.pairs().size())
                    .parallel()
                    .boxed()
                    .flatMap(picture ->
                            first(labels, vectors, pictures.pairs().get(picture), pictures.image(picture)).stream())
                    .toList());
        });
    }

    private static List<Example> first(List<String> labels, float[][] vectors, Pair pair, float[] image) {
        Set<String> right = right(pair);
        return IntStream.range(0, labels.size())
                .mapToObj(label -> new Ranked(label, Retrieval.similarity(vectors[label], image)))
                .sorted((one, other) -> Float.compare(other.similarity(), one.similarity()))
                .limit(FIRST)
                .map(of -> new Example(of.similarity(), isRight(labels.get(of.label()), right)))
                .toList();
    }

    private record Ranked(int label, float similarity) {}

    private static Set<String> right(Pair pair) {
        Set<String> right = new HashSet<>();
        pair.captions().stream().map(Caption::text).map(LabelFit::words).forEach(right::add);
        pair.also().stream().map(LabelFit::words).forEach(right::add);
        return right;
    }

    private static boolean isRight(String label, Set<String> right) {
        String words = words(label);
        return right.stream().anyMatch(caption -> caption.contains(words));
    }

    /** With a space around, so that only whole words are contained. */
    private static String words(String text) {
        return " "
                + text.toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}]+", " ")
                        .strip() + " ";
    }

    /** @throws IllegalArgumentException if all labels are right, or none */
    LabelCalibration fit(String measured) {
        return fit(examples, measured);
    }

    static LabelCalibration fit(List<Example> examples, String measured) {
        long right = examples.stream().filter(Example::right).count();
        long wrong = examples.size() - right;
        if (right == 0 || wrong == 0) {
            throw new IllegalArgumentException("of %d labels %d are right: a calibration needs right and wrong ones"
                    .formatted(examples.size(), right));
        }
        double high = (right + 1.0) / (right + 2.0);
        double low = 1 / (wrong + 2.0);
        double slope = 0;
        double intercept = Math.log((right + 1.0) / (wrong + 1.0));
        for (int step = 0; step < MOST_STEPS; step++) {
            double[] sums = new double[5];
            for (Example example : examples) {
                double x = example.similarity();
                double p = 1 / (1 + Math.exp(-(slope * x + intercept)));
                double residual = (example.right() ? high : low) - p;
                double weight = Math.max(p * (1 - p), 1e-12);
                sums[0] += residual * x;
                sums[1] += residual;
                sums[2] += weight * x * x;
                sums[3] += weight * x;
                sums[4] += weight;
            }
            double determinant = sums[2] * sums[4] - sums[3] * sums[3];
            double bySlope = (sums[0] * sums[4] - sums[1] * sums[3]) / determinant;
            double byIntercept = (sums[1] * sums[2] - sums[0] * sums[3]) / determinant;
            slope += bySlope;
            intercept += byIntercept;
            if (Math.abs(bySlope) + Math.abs(byIntercept) < CONVERGED) {
                break;
            }
        }
        return new LabelCalibration(slope, intercept, measured);
    }
}
