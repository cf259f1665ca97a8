package dev.glimpse.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How far up the right answers come, in one direction.
 *
 * @param queries    how many
 * @param at1        the fraction of queries whose right answer comes first
 * @param at5        the fraction of queries with a right answer among the first 5
 * @param at10       the fraction of queries with a right answer among the first 10
 * @param medianRank from 1
 * @param curve      the fraction at each k from 1 to {@value #MOST}
 */
record Recall(int queries, double at1, double at5, double at10, double medianRank, List<Double> curve) {

    static final int MOST = 50;

    /** @param answers at least one */
    static Recall of(List<Retrieval.Answer> answers) {
        int[] ranks = answers.stream().mapToInt(Retrieval.Answer::rank).sorted().toArray();
        int n = ranks.length;
        List<Double> curve = IntStream.rangeClosed(1, MOST)
                .mapToObj(k -> Arrays.stream(ranks).filter(rank -> rank <= k).count() / (double) n)
                .toList();
        double median = (ranks[(n - 1) / 2] + ranks[n / 2]) / 2.0;
        return new Recall(n, curve.get(0), curve.get(4), curve.get(9), median, curve);
    }
}
