package dev.glimpse.performance;

import dev.glimpse.demo.EmojiCorpus;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.encode.EncodedImage;
import dev.glimpse.encode.Encoder;
import dev.glimpse.encode.ImageBatch;
import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.onnx.OnnxDualEncoder;
import dev.glimpse.index.lucene.ClusteredVectors;
import dev.glimpse.item.Content;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.draw.SceneRenderer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.lucene.util.VectorUtil;

/**
 * How early the first ranks are settled in an exact scan that knows an upper bound on the similarity of what it has not seen:
 * vectors are turned so that their variance lies in the first components (principal directions). Those of all items are read
 * first; with the lengths of the rest they bound each similarity from above (Cauchy and Schwarz). Items are then compared in
 * full, the highest bound first, and a rank is settled once what is found for it is at least the next bound.
 */
public final class SettledRanksBenchmark {

    private static final int ITEMS = 10_000;
    private static final int QUERIES = 200;
    private static final int K = 10;
    private static final int[] PREFIXES = {8, 16, 32, 64};
    private static final int BUCKETS = 2048;
    private static final int WARM = 3;

    private SettledRanksBenchmark() {}

    public static void main(String[] args) throws Exception {
        try (OnnxDualEncoder encoder =
                OnnxDualEncoder.open("classpath:models/glimpse-small", Path.of("target/model-cache"), 1)) {
            List<EmojiCorpus.Emoji> emoji = EmojiCorpus.read();
            ImageDecoder decoder = new ImageDecoder(10_000_000, encoder.drawingSize());
            float[][] names = rows(encoder.encodeTexts(
                    evenly(emoji).stream().map(EmojiCorpus.Emoji::name).toList()));
            measure(
                    emoji.size() + " emoji pictures by their names",
                    pictures(
                            encoder,
                            decoder,
                            emoji.size(),
                            i -> emoji.get(i).svg().getBytes(StandardCharsets.UTF_8)),
                    names);
            SceneGenerator scenes = new SceneGenerator(dev.glimpse.scene.Domain.WIDE, 5);
            SceneRenderer renderer = new SceneRenderer();
            float[][] drawn = pictures(encoder, decoder, ITEMS, i -> renderer.png(scenes.scene(i)));
            measure(ITEMS + " drawn scenes by the names of emoji, which they don't show", drawn, names);
            measure(
                    ITEMS + " drawn scenes by others",
                    drawn,
                    pictures(encoder, decoder, QUERIES, i -> renderer.png(scenes.scene(ITEMS + i))));
        }
        ClusteredVectors vectors = new ClusteredVectors(new EmbeddingSpace("clustered", "0123456789ab", 512), 100, 42);
        IntFunction<float[]> any = i -> vectors.in(vectors.any(100)).components();
        measure(
                ITEMS + " vectors of 512 dimensions in 100 clusters",
                IntStream.range(0, ITEMS).mapToObj(any).toArray(float[][]::new),
                IntStream.range(0, QUERIES).mapToObj(any).toArray(float[][]::new));
    }

    private static <T> List<T> evenly(List<T> all) {
        return IntStream.range(0, QUERIES)
                .mapToObj(i -> all.get(i * all.size() / QUERIES))
                .toList();
    }

    private static float[][] rows(List<Embedding> embeddings) {
        return embeddings.stream().map(Embedding::components).toArray(float[][]::new);
    }

    private static float[][] pictures(Encoder encoder, ImageDecoder decoder, int count, IntFunction<byte[]> file)
            throws Exception {
        List<Embedding> all = new ArrayList<>();
        for (int from = 0; from < count; from += 64) {
            int size = Math.min(64, count - from);
            try (ImageBatch batch = encoder.newImageBatch(size)) {
                for (int i = 0; i < size; i++) {
                    batch.add(decoder.decode(new Content.Picture(file.apply(from + i), null)));
                }
                batch.encode().stream().map(EncodedImage::embedding).forEach(all::add);
            }
        }
        // As they come from many partitions: in no order.
        Collections.shuffle(all, new Random(1));
        return rows(all);
    }

    private static void measure(String what, float[][] items, float[][] queries) throws IOException {
        System.out.println(what);
        double[] full = new double[queries.length];
        for (int round = 0; round < WARM; round++) {
            for (int q = 0; q < queries.length; q++) {
                long began = System.nanoTime();
                scan(items, queries[q]);
                full[q] = (System.nanoTime() - began) / 1e3;
            }
        }
        System.out.printf("  all compared: %.0f us%n", median(full));
        float[][] directions = principal(items);
        float[][] turned = turned(items, directions);
        for (int prefix : PREFIXES) {
            Bounded bounded = new Bounded(turned, prefix);
            double[][] share = new double[2][queries.length];
            double[][] micros = new double[2][queries.length];
            for (int round = 0; round < WARM; round++) {
                for (int q = 0; q < queries.length; q++) {
                    long began = System.nanoTime();
                    Bounded.Settled settled = bounded.search(turned(queries[q], directions));
                    require(settled.best(), scan(items, queries[q]));
                    for (int rank = 0; rank < 2; rank++) {
                        share[rank][q] = settled.share()[rank == 0 ? 0 : K - 1];
                        micros[rank][q] = (settled.at()[rank == 0 ? 0 : K - 1] - began) / 1e3;
                    }
                }
            }
            System.out.printf(
                    "  %2d components first: rank 1 settled after %.2f of the bytes, %.0f us; rank %d after %.2f, %.0f us%n",
                    prefix, median(share[0]), median(micros[0]), K, median(share[1]), median(micros[1]));
        }
    }

    /** The first K similarities, by comparing all. */
    private static float[] scan(float[][] items, float[] query) {
        float[] best = new float[K];
        Arrays.fill(best, -2);
        for (float[] item : items) {
            insert(best, VectorUtil.dotProduct(query, item));
        }
        return best;
    }

    private static void insert(float[] best, float similarity) {
        int at = K - 1;
        if (similarity <= best[at]) {
            return;
        }
        for (; at > 0 && best[at - 1] < similarity; at--) {
            best[at] = best[at - 1];
        }
        best[at] = similarity;
    }

    private static void require(float[] found, float[] right) {
        for (int i = 0; i < K; i++) {
            if (Math.abs(found[i] - right[i]) > 1e-4) {
                throw new IllegalStateException("rank %d is settled wrongly: %s, %s"
                        .formatted(i + 1, Arrays.toString(found), Arrays.toString(right)));
            }
        }
    }

    private static double median(double[] numbers) {
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Items by their first components, and the lengths of the rest. */
    private static final class Bounded {

        private final float[][] items;
        private final int prefix;
        private final float[][] first;
        private final float[] rest;
        private final float[] bounds;
        private final int[] order;

        Bounded(float[][] items, int prefix) {
            this.items = items;
            this.prefix = prefix;
            this.first = new float[items.length][];
            this.rest = new float[items.length];
            this.bounds = new float[items.length];
            this.order = new int[items.length];
            for (int i = 0; i < items.length; i++) {
                first[i] = Arrays.copyOf(items[i], prefix);
                rest[i] = lengthOfRest(items[i]);
            }
        }

        private float lengthOfRest(float[] vector) {
            float[] rest = Arrays.copyOfRange(vector, prefix, vector.length);
            return (float) Math.sqrt(VectorUtil.dotProduct(rest, rest));
        }

        /**
         * @param best  the first K similarities
         * @param share of the bytes that were read when each was settled
         * @param at    when that was
         */
        record Settled(float[] best, double[] share, long[] at) {}

        Settled search(float[] query) {
            float[] begin = Arrays.copyOf(query, prefix);
            float length = lengthOfRest(query);
            int[] ends = new int[BUCKETS + 1];
            for (int i = 0; i < items.length; i++) {
                bounds[i] = VectorUtil.dotProduct(begin, first[i]) + length * rest[i];
                ends[bucket(bounds[i]) + 1]++;
            }
            for (int b = 0; b < BUCKETS; b++) {
                ends[b + 1] += ends[b];
            }
            int[] next = ends.clone();
            for (int i = 0; i < items.length; i++) {
                order[next[bucket(bounds[i])]++] = i;
            }
            float[] best = new float[K];
            Arrays.fill(best, -2);
            double[] share = new double[K];
            long[] at = new long[K];
            int settled = 0;
            int compared = 0;
            double read = (prefix + 1.0) / query.length;
            for (int b = 0; b < BUCKETS && settled < K; b++) {
                for (int j = ends[b]; j < ends[b + 1]; j++) {
                    int item = order[j];
                    if (bounds[item] > best[K - 1]) {
                        insert(best, VectorUtil.dotProduct(query, items[item]));
                        compared++;
                    }
                }
                float unseen = b + 1 == BUCKETS ? -2 : upper(b + 1);
                for (; settled < K && best[settled] >= unseen; settled++) {
                    share[settled] = Math.min(1, read + compared / (double) items.length);
                    at[settled] = System.nanoTime();
                }
            }
            return new Settled(best, share, at);
        }

        /** From the highest bounds, 1.05, down. */
        private static int bucket(float bound) {
            return Math.clamp((long) ((1.05f - bound) * (BUCKETS / 2.1f)), 0, BUCKETS - 1);
        }

        private static float upper(int bucket) {
            return 1.05f - bucket / (BUCKETS / 2.1f);
        }
    }

    /** The directions of most second moment, all of them, by orthogonal iteration. */
    private static float[][] principal(float[][] items) {
        int n = items[0].length;
        double[][] moments = new double[n][n];
        for (float[] item : items) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    moments[i][j] += item[i] * item[j];
                }
            }
        }
        Random random = new Random(3);
        double[][] directions = new double[n][n];
        for (double[] row : directions) {
            Arrays.setAll(row, i -> random.nextGaussian());
        }
        for (int round = 0; round < 30; round++) {
            for (int d = 0; d < n; d++) {
                double[] turned = new double[n];
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) {
                        turned[i] += moments[i][j] * directions[d][j];
                    }
                }
                directions[d] = turned;
            }
            orthonormalise(directions);
        }
        float[][] rows = new float[n][n];
        for (int d = 0; d < n; d++) {
            for (int i = 0; i < n; i++) {
                rows[d][i] = (float) directions[d][i];
            }
        }
        return rows;
    }

    /** Modified Gram–Schmidt, twice. */
    private static void orthonormalise(double[][] rows) {
        for (int d = 0; d < rows.length; d++) {
            for (int pass = 0; pass < 2; pass++) {
                for (int other = 0; other < d; other++) {
                    double along = 0;
                    for (int i = 0; i < rows.length; i++) {
                        along += rows[d][i] * rows[other][i];
                    }
                    for (int i = 0; i < rows.length; i++) {
                        rows[d][i] -= along * rows[other][i];
                    }
                }
            }
            double length = 0;
            for (double x : rows[d]) {
                length += x * x;
            }
            for (int i = 0; i < rows.length; i++) {
                rows[d][i] /= Math.sqrt(length);
            }
        }
    }

    private static float[][] turned(float[][] vectors, float[][] directions) {
        return Arrays.stream(vectors)
                .parallel()
                .map(of -> turned(of, directions))
                .toArray(float[][]::new);
    }

    private static float[] turned(float[] vector, float[][] directions) {
        float[] turned = new float[vector.length];
        for (int d = 0; d < turned.length; d++) {
            turned[d] = VectorUtil.dotProduct(vector, directions[d]);
        }
        return turned;
    }
}
