package dev.glimpse.evaluate;

import dev.glimpse.pairs.Foil;
import dev.glimpse.pairs.Pair;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often the right one of two captions that differ in one thing is the more similar.
 *
 * @param kind     what differs
 * @param count    of foils
 * @param accuracy the fraction of them that are less similar to the picture than the right caption; a tie is wrong
 */
record MinimalPairs(String kind, int count, double accuracy) {

    /** By kind, in alphabetical order; none if no pair has a foil. */
    static List<MinimalPairs> of(EncodedPairs encoded) {
        Map<String, int[]> counts = new TreeMap<>();
        for (int i = 0; i < encoded.pairs().size(); i++) {
            Pair pair = encoded.pairs().get(i);
            float[] image = encoded.image(i);
            for (Foil foil : pair.foils()) {
                float right = Retrieval.similarity(image, encoded.text(foil.instead()));
                float wrong = Retrieval.similarity(image, encoded.text(foil.text()));
                int[] count = counts.computeIfAbsent(foil.kind(), kind -> new int[2]);
                count[0]++;
                count[1] += right > wrong ? 1 : 0;
            }
        }
        return counts.entrySet().stream()
                .map(entry -> new MinimalPairs(
                        entry.getKey(), entry.getValue()[0], entry.getValue()[1] / (double) entry.getValue()[0]))
                .toList();
    }
}
