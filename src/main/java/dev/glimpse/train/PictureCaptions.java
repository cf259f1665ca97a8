package dev.glimpse.train;

import dev.glimpse.pairs.Caption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/** The captions of each picture, and which of them are said in a step: drawn by their weights. */
final class PictureCaptions {

    private final CaptionTable table;
    private final List<int[]> captions = new ArrayList<>();
    private final List<float[]> weights = new ArrayList<>();

    /** The same, with languages evened: see {@link #evened}. */
    private final List<float[]> evened = new ArrayList<>();

    PictureCaptions(CaptionTable table) {
        this.table = table;
    }

    /** The same, of a table that has the same captions by the same numbers. */
    PictureCaptions in(CaptionTable other) {
        PictureCaptions same = new PictureCaptions(other);
        same.captions.addAll(captions);
        same.weights.addAll(weights);
        same.evened.addAll(evened);
        return same;
    }

    /** The next picture's, once each; the weights of equal ones are added. */
    void add(List<Caption> said) {
        Map<Integer, Float> weightOf = new LinkedHashMap<>();
        said.forEach(caption -> weightOf.merge(table.number(caption), (float) caption.weight(), Float::sum));
        int[] numbers = weightOf.keySet().stream().mapToInt(Integer::intValue).toArray();
        float[] all = new float[numbers.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = Objects.requireNonNull(weightOf.get(numbers[i]));
        }
        captions.add(numbers);
        weights.add(all);
        evened.add(evened(all, Arrays.stream(numbers).mapToObj(table::language).toList()));
    }

    /**
     * Weights of captions of which each language has the root of its share, so that those of which there is little are heard
     * (Conneau and Lample 2019, arXiv:1901.07291).
     *
     * @param weight    of each caption, 0 or more
     * @param languages of each caption
     */
    static float[] evened(float[] weight, List<String> languages) {
        Map<String, Double> shares = new HashMap<>();
        for (int i = 0; i < weight.length; i++) {
            shares.merge(languages.get(i), (double) weight[i], Double::sum);
        }
        float[] even = weight.clone();
        for (int i = 0; i < even.length; i++) {
            double share = Objects.requireNonNull(shares.get(languages.get(i)));
            even[i] = share > 0 ? (float) (weight[i] / Math.sqrt(share)) : 0;
        }
        return even;
    }

    /** How many pictures there are. */
    int size() {
        return captions.size();
    }

    /** The numbers of a picture's captions: not to be written to. */
    int[] of(int picture) {
        return captions.get(picture);
    }

    /**
     * Some of a picture's captions, unlike each other while there are enough.
     *
     * @param begin whether the first of them is in the language of the picture's first caption; else languages are evened
     */
    int[] some(int picture, int count, boolean begin, SplittableRandom random) {
        int[] of = captions.get(picture);
        float[] drawnBy = begin ? weights.get(picture) : evened.get(picture);
        float[] weight = drawnBy.clone();
        int[] some = new int[count];
        for (int k = 0; k < count; k++) {
            if (k > 0 && k % of.length == 0) {
                weight = drawnBy.clone();
            }
            int at = drawn(begin && k == 0 ? ofFirstLanguage(of, weight) : weight, random);
            weight[at] = 0;
            some[k] = of[at];
        }
        return some;
    }

    private float[] ofFirstLanguage(int[] numbers, float[] weight) {
        float[] some = weight.clone();
        for (int i = 0; i < some.length; i++) {
            if (!table.language(numbers[i]).equals(table.language(numbers[0]))) {
                some[i] = 0;
            }
        }
        return some;
    }

    private static int drawn(float[] weights, SplittableRandom random) {
        double sum = 0;
        for (float weight : weights) {
            sum += weight;
        }
        double at = random.nextDouble() * sum;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                at -= weights[i];
                if (at < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    /** A caption and one or two others of the picture in its language, where it has such. */
    int[] withOthers(int picture, int number, SplittableRandom random) {
        int[] others = Arrays.stream(captions.get(picture))
                .filter(other -> other != number && table.language(other).equals(table.language(number)))
                .toArray();
        int count = Math.min(others.length, random.nextInt(1, 3));
        int[] all = new int[1 + count];
        all[0] = number;
        int from = others.length == 0 ? 0 : random.nextInt(others.length);
        for (int i = 0; i < count; i++) {
            all[1 + i] = others[(from + i) % others.length];
        }
        return all;
    }
}
