package dev.glimpse.train;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which pictures an embedding takes for alike though other things are said of them: a batch of these is harder than one by
 * chance.
 *
 * @param ofPictures for each picture up to {@value #MOST} others, the nearest first
 */
record Neighbours(int[][] ofPictures) {

    private static final int MOST = 10;

    /** Pictures of a batch that stand together: one, and as many neighbours of it as make this up. */
    private static final int TOGETHER = 4;

    /** @param rows the pictures' embeddings, {@code [n, dimension]} of length 1 */
    static Neighbours of(float[][] rows, TrainingSet set) {
        return new Neighbours(IntStream.range(0, rows.length)
                .parallel()
                .mapToObj(picture -> nearest(rows, set, picture))
                .toArray(int[][]::new));
    }

    private static int[] nearest(float[][] rows, TrainingSet set, int picture) {
        int caption = set.captionsOf(picture)[0];
        int[] best = new int[MOST];
        float[] similarity = new float[MOST];
        int count = 0;
        for (int other = 0; other < rows.length; other++) {
            float dot = dot(rows[picture], rows[other]);
            if ((count == MOST && dot <= similarity[MOST - 1]) || other == picture || set.isRight(other, caption)) {
                continue;
            }
            int at = Math.min(count, MOST - 1);
            for (; at > 0 && similarity[at - 1] < dot; at--) {
                similarity[at] = similarity[at - 1];
                best[at] = best[at - 1];
            }
            similarity[at] = dot;
            best[at] = other;
            count = Math.min(count + 1, MOST);
        }
        return Arrays.copyOf(best, count);
    }

    /** The similarity of two rows of length 1. */
    static float dot(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /**
     * Fills a batch: pictures, each followed by some of its neighbours.
     *
     * @param first pictures to begin with, as many as are needed
     * @param size  of the batch
     */
    int[] batch(int[] first, int size, SplittableRandom random) {
        int[] chosen = new int[size];
        int count = 0;
        for (int i = 0; count < size; i++) {
            int[] near = ofPictures[first[i % first.length]];
            chosen[count++] = first[i % first.length];
            for (int k = 1; k < TOGETHER && count < size && near.length > 0; k++) {
                chosen[count++] = near[random.nextInt(near.length)];
            }
        }
        return chosen;
    }
}
