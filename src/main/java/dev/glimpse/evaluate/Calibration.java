package dev.glimpse.evaluate;

import dev.glimpse.evaluate.Retrieval.Answer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a similarity says: how often the first answer is right, by its similarity.
 *
 * @param bins       of equal count (to within one), from the least similar
 * @param thresholds multiples of {@value #STEP}, ascending: from the last that keeps all to the last that keeps any
 */
record Calibration(List<Bin> bins, List<Threshold> thresholds) {

    private static final int BINS = 10;
    private static final double STEP = 0.05;

    /**
     * Answers of like similarity.
     *
     * @param from     the least similarity in it
     * @param to       the highest
     * @param mean     their mean
     * @param count    how many answers
     * @param accuracy the fraction that is right
     */
    record Bin(double from, double to, double mean, int count, double accuracy) {}

    /**
     * What comes of keeping the answers of at least a similarity.
     *
     * @param similarity the least that is kept
     * @param kept       the fraction of answers that are kept, above 0
     * @param precision  the fraction of those kept that is right
     */
    record Threshold(double similarity, double kept, double precision) {}

    /** @param answers first answers, at least one */
    static Calibration of(List<Answer> answers) {
        List<Answer> sorted = answers.stream()
                .sorted(Comparator.comparingDouble(Answer::firstSimilarity))
                .toList();
        List<Bin> bins = new ArrayList<>();
        for (int bin = 0; bin < BINS; bin++) {
            int from = (int) ((long) bin * sorted.size() / BINS);
            int to = (int) ((bin + 1L) * sorted.size() / BINS);
            if (from < to) {
                bins.add(bin(sorted.subList(from, to)));
            }
        }
        List<Threshold> thresholds = new ArrayList<>();
        int first = (int) Math.floor(sorted.getFirst().firstSimilarity() / STEP);
        int last = (int) Math.floor(sorted.getLast().firstSimilarity() / STEP);
        for (int step = first; step <= last; step++) {
            // Divided, not multiplied: 3 / 20.0 is the double that prints as 0.15.
            double similarity = step / Math.rint(1 / STEP);
            List<Answer> kept = sorted.stream()
                    .filter(answer -> answer.firstSimilarity() >= similarity)
                    .toList();
            if (!kept.isEmpty()) {
                thresholds.add(new Threshold(similarity, kept.size() / (double) sorted.size(), accuracy(kept)));
            }
        }
        return new Calibration(List.copyOf(bins), List.copyOf(thresholds));
    }

    private static Bin bin(List<Answer> answers) {
        return new Bin(
                answers.getFirst().firstSimilarity(),
                answers.getLast().firstSimilarity(),
                answers.stream().mapToDouble(Answer::firstSimilarity).average().orElseThrow(),
                answers.size(),
                accuracy(answers));
    }

    private static double accuracy(List<Answer> answers) {
        return answers.stream().filter(Answer::isRight).count() / (double) answers.size();
    }
}
