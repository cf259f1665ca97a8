package dev.glimpse.evaluate;

import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.encode.Reranker;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a reranker makes of text to image, all languages together.
 *
 * @param first    how many of each ranking's first pictures it puts in order anew
 * @param queries  how many
 * @param before   recall at 1 of the embedding, from 0 to 1
 * @param after    recall at 1 when the first are put in order anew
 * @param accuracy the fraction of right and wrong pairs that it tells rightly (a match at 0.5 or more): for each query a
 *                 right picture, and the best wrong one if there is any
 * @param millis   for one query, on one thread; the text's second reading among it
 */
record Reranked(int first, int queries, double before, double after, double accuracy, double millis) {

    static Reranked of(EncodedPairs encoded, Reranker reranker, int first) {
        float[][] images = encoded.images();
        int queries = 0;
        int before = 0;
        int after = 0;
        int accurate = 0;
        int asked = 0;
        long nanos = 0;
        for (Captions captions : Captions.byLanguage(encoded.pairs()).values()) {
            for (int text = 0; text < captions.texts().size(); text++) {
                Set<Integer> right = new LinkedHashSet<>();
                IntStream.of(captions.picturesOfTexts()[text]).forEach(right::add);
                List<Integer> ranking = ranking(encoded.text(captions.texts().get(text)), images);
                List<Integer> best = ranking.subList(0, Math.min(first, ranking.size()));
                List<ImageFeatures> features = best.stream()
                        .map(encoded::features)
                        .map(Objects::requireNonNull)
                        .toList();
                long began = System.nanoTime();
                float[] match = reranker.match(captions.texts().get(text), features);
                nanos += System.nanoTime() - began;
                int top = IntStream.range(0, match.length)
                        .boxed()
                        .max(Comparator.comparingDouble((Integer i) -> match[i]))
                        .orElseThrow();
                queries++;
                before += right.contains(best.getFirst()) ? 1 : 0;
                after += right.contains(best.get(top)) ? 1 : 0;
                float[] told = reranker.match(
                        captions.texts().get(text),
                        told(ranking, right).stream()
                                .map(encoded::features)
                                .map(Objects::requireNonNull)
                                .toList());
                accurate += accurate(told);
                asked += told.length;
            }
        }
        return new Reranked(
                first,
                queries,
                before / (double) queries,
                after / (double) queries,
                accurate / (double) asked,
                nanos / 1e6 / queries);
    }

    /** A right picture, and the best wrong one of a ranking if there is any. */
    static List<Integer> told(List<Integer> ranking, Set<Integer> right) {
        return Stream.concat(
                        right.stream().limit(1),
                        ranking.stream()
                                .filter(picture -> !right.contains(picture))
                                .limit(1))
                .toList();
    }

    /** Of a right one and perhaps a wrong one. */
    private static int accurate(float[] match) {
        return (match[0] >= 0.5f ? 1 : 0) + (match.length > 1 && match[1] < 0.5f ? 1 : 0);
    }

    private static List<Integer> ranking(float[] text, float[][] images) {
        float[] similarity = new float[images.length];
        for (int i = 0; i < images.length; i++) {
            similarity[i] = Retrieval.similarity(text, images[i]);
        }
        return IntStream.range(0, images.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> similarity[i]).reversed())
                .toList();
    }
}
