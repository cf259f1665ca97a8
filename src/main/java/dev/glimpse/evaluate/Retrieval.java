package dev.glimpse.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Exact ranks of right answers, on all processors. */
final class Retrieval {

    /** Queries that share a reading of the gallery, and rows of the gallery that fit the processor's nearer cache. */
    private static final int QUERIES = 16;

    private static final int ROWS = 128;

    private Retrieval() {}

    /**
     * What came of a query.
     *
     * @param rank            of the best right answer, from 1: as many wrong ones as {@code rank - 1} are more similar
     * @param right           the gallery's row of the best right answer
     * @param rightSimilarity of the query and that, from -1 to 1
     * @param first           the row of the most similar answer: {@code right} if none is more similar
     * @param firstSimilarity of the query and that, from -1 to 1
     */
    record Answer(int rank, int right, float rightSimilarity, int first, float firstSimilarity) {

        boolean isRight() {
            return rank == 1;
        }
    }

    /**
     * Ranks a gallery for each query. A tie in similarity counts for the right answer.
     *
     * @param queries {@code [n, d]}, of length 1
     * @param gallery {@code [m, d]}, of length 1
     * @param right   for each query the gallery's rows that are right, at least one
     * @return one for each query, in order
     */
    static List<Answer> answers(float[][] queries, float[][] gallery, int[][] right) {
        List<float[]> blocks = blocks(gallery);
        int groups = (queries.length + QUERIES - 1) / QUERIES;
        return IntStream.range(0, groups)
                .parallel()
                .boxed()
                .flatMap(group -> answers(
                        queries,
                        group * QUERIES,
                        Math.min(queries.length, (group + 1) * QUERIES),
                        blocks,
                        gallery.length,
                        right))
                .toList();
    }

    private static Stream<Answer> answers(
            float[][] queries, int from, int to, List<float[]> blocks, int size, int[][] right) {
        float[][] similarities = new float[to - from][size];
        float[] sums = new float[ROWS];
        for (int block = 0; block < blocks.size(); block++) {
            int start = block * ROWS;
            for (int query = from; query < to; query++) {
                multiply(queries[query], blocks.get(block), sums);
                System.arraycopy(sums, 0, similarities[query - from], start, Math.min(ROWS, size - start));
            }
        }
        return IntStream.range(from, to).mapToObj(query -> answer(similarities[query - from], right[query]));
    }

    /** The gallery in blocks of rows, each {@code [d, ROWS]}: so the compiler makes SIMD of {@link #multiply}. */
    private static List<float[]> blocks(float[][] gallery) {
        return IntStream.range(0, (gallery.length + ROWS - 1) / ROWS)
                .mapToObj(block -> {
                    float[] turned = new float[gallery[0].length * ROWS];
                    for (int row = 0; row < Math.min(ROWS, gallery.length - block * ROWS); row++) {
                        float[] vector = gallery[block * ROWS + row];
                        for (int i = 0; i < vector.length; i++) {
                            turned[i * ROWS + row] = vector[i];
                        }
                    }
                    return turned;
                })
                .toList();
    }

    private static void multiply(float[] query, float[] block, float[] sums) {
        Arrays.fill(sums, 0);
        for (int i = 0; i < query.length; i++) {
            float component = query[i];
            int at = i * ROWS;
            for (int row = 0; row < ROWS; row++) {
                sums[row] += component * block[at + row];
            }
        }
    }

    private static Answer answer(float[] similarities, int[] right) {
        int best = right[0];
        for (int row : right) {
            best = similarities[row] > similarities[best] ? row : best;
        }
        float least = similarities[best];
        int first = best;
        int better = 0;
        for (int row = 0; row < similarities.length; row++) {
            if (similarities[row] > least) {
                better++;
                first = similarities[row] > similarities[first] ? row : first;
            }
        }
        return new Answer(better + 1, best, least, first, similarities[first]);
    }

    /** The cosine similarity of two vectors of length 1. */
    static float similarity(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
