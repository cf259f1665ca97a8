package dev.glimpse.index.lucene;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.Neighbour;
import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.SearchListener;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.util.VectorUtil;

/**
 * Queries a second at a recall, on clustered unit vectors: of our index in each format, and of hnswlib on the same vectors where
 * its loop is built ({@code src/test/hnswlib/build}). Prints a table.
 */
public final class IndexBenchmark {

    private static final int K = 10;
    private static final double RECALL = 0.99;
    private static final int BATCH = 1000;
    private static final int CLUSTER = 100;
    private static final double SECONDS = 4;
    private static final int[] CANDIDATES = {10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768};

    private static final ViewPositions.Origin ORIGIN =
            new ViewPositions.Origin("benchmark", "glimpse.embeddings", "id");

    private final Path folder;
    private final int count;
    private final int dimension;
    private final boolean kept;
    private final ClusteredVectors vectors;
    private final List<Embedding> items = new ArrayList<>();

    /** The queries, and by query the numbers of the K nearest items. */
    private record Queries(String name, List<Embedding> vectors, List<int[]> nearest) {}

    private record Measured(int candidates, double recall, double oneThread, double twoThreads) {}

    private IndexBenchmark(Path folder, int count, int dimension, boolean kept) {
        this.kept = kept;
        this.folder = folder;
        this.count = count;
        this.dimension = dimension;
        this.vectors = new ClusteredVectors(dimension, Math.max(1, count / CLUSTER), 42);
    }

    /** Options: {@code folder=}, {@code count=}, {@code dimension=}, {@code queries=}, {@code formats=}, {@code hnswlib=}, {@code kept=true}. */
    public static void main(String[] args) throws Exception {
        BenchmarkOptions options = new BenchmarkOptions(args);
        Path folder = Path.of(options.text("folder", "target/index-benchmark"));
        int count = options.number("count", 100000);
        IndexBenchmark benchmark = new IndexBenchmark(
                folder,
                count,
                options.number("dimension", 512),
                options.text("kept", "false").equals("true"));
        int queries = options.number("queries", 1000);
        List<VectorFormat> formats = Stream.of(
                        options.text("formats", "float32,int8,int7,int4,bit").split(","))
                .map(name -> VectorFormat.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
        benchmark.run(queries, formats, options.text("hnswlib", ""));
    }

    private void run(int queryCount, List<VectorFormat> formats, String hnswlib) throws Exception {
        Files.createDirectories(folder);
        System.out.printf("SIMD: %s; %d items, %d dimensions%n", Simd.provider(), count, dimension);
        int clusters = vectors.clusters();
        for (int i = 0; i < count; i++) {
            items.add(vectors.in(vectors.any(clusters)));
        }
        List<Queries> all = List.of(
                queries("like", () -> vectors.in(vectors.any(clusters)), queryCount),
                queries("unlike", () -> vectors.unlike(vectors.any(clusters)), queryCount));
        if (!hnswlib.isEmpty()) {
            write("items.f32", items);
            for (Queries queries : all) {
                write(queries.name() + ".f32", queries.vectors());
                writeNearest(queries);
                Process process = new ProcessBuilder(
                                hnswlib,
                                folder.toString(),
                                queries.name(),
                                Integer.toString(count),
                                Integer.toString(dimension),
                                Integer.toString(queryCount))
                        .inheritIO()
                        .start();
                if (process.waitFor() != 0) {
                    throw new IllegalStateException(hnswlib + " failed");
                }
            }
        }
        for (VectorFormat format : formats) {
            measure(format, all);
        }
    }

    private Queries queries(String name, Supplier<Embedding> query, int queryCount) {
        List<Embedding> asked = Stream.generate(query).limit(queryCount).toList();
        List<int[]> nearest = asked.parallelStream().map(this::nearest).toList();
        return new Queries(name, asked, nearest);
    }

    private int[] nearest(Embedding query) {
        float[] similarity = new float[count];
        for (int i = 0; i < count; i++) {
            similarity[i] =
                    VectorUtil.dotProduct(query.components(), items.get(i).components());
        }
        return IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -similarity[i]))
                .limit(K)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private void measure(VectorFormat format, List<Queries> all) throws Exception {
        Path directory = folder.resolve("index-" + format);
        if (!kept) {
            build(directory, format);
        }
        ask(directory, format, all);
    }

    private void build(Path directory, VectorFormat format) throws IOException {
        BenchmarkOptions.clear(directory);
        long began = System.nanoTime();
        try (LuceneIndex index = open(directory, format, 100)) {
            for (int from = 0; from < count; from += BATCH) {
                List<IndexChange> changes = new ArrayList<>();
                for (int i = from; i < Math.min(count, from + BATCH); i++) {
                    changes.add(ClusteredVectors.put(i, items.get(i), Metadata.NONE));
                }
                index.apply(changes, ViewPositions.none(ClusteredVectors.ORIGIN));
            }
            BenchmarkOptions.settle(index);
        }
        double built = (System.nanoTime() - began) / 1e9;
        try (LuceneIndex index = open(directory, format, 100);
                LuceneSnapshot snapshot = index.snapshot()) {
            System.out.printf(
                    "%s: built in %.0f s, segments of %s, %d MB on disk%n",
                    format, built, snapshot.segments(), size(directory) >> 20);
        }
    }

    private void ask(Path directory, VectorFormat format, List<Queries> all) throws Exception {
        for (Queries queries : all) {
            for (int candidates : CANDIDATES) {
                try (LuceneIndex index = open(directory, format, candidates)) {
                    Measured measured = measure(index, queries, candidates);
                    System.out.printf(
                            "%s, %s queries: candidates %d, recall@%d %.4f, %.0f queries/s on one thread, %.0f on two%n",
                            format,
                            queries.name(),
                            candidates,
                            K,
                            measured.recall(),
                            measured.oneThread(),
                            measured.twoThreads());
                    if (measured.recall() >= RECALL) {
                        break;
                    }
                }
            }
        }
    }

    private LuceneIndex open(Path directory, VectorFormat format, int candidates) throws IOException {
        return new LuceneIndex(
                directory,
                vectors.space(),
                ClusteredVectors.ORIGIN,
                new LuceneSettings(format, LuceneSettings.DEFAULT.tail(), candidates));
    }

    private static Measured measure(LuceneIndex index, Queries queries, int candidates) throws Exception {
        double recall = 0;
        for (int i = 0; i < queries.vectors().size(); i++) {
            Set<String> right = new HashSet<>();
            for (int item : queries.nearest().get(i)) {
                right.add(Integer.toString(item));
            }
            List<ItemId> found = search(index, queries.vectors().get(i));
            recall += found.stream().filter(item -> right.contains(item.id())).count() / (double) K;
        }
        recall /= queries.vectors().size();
        if (recall < RECALL) {
            return new Measured(candidates, recall, 0, 0);
        }
        perSecond(index, queries, 1);
        return new Measured(candidates, recall, perSecond(index, queries, 1), perSecond(index, queries, 2));
    }

    private static double perSecond(LuceneIndex index, Queries queries, int threads) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Callable<Long>> loops = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int first = thread * 101;
                loops.add(() -> {
                    long done = 0;
                    long end = System.nanoTime() + (long) (SECONDS * 1e9);
                    while (System.nanoTime() < end) {
                        search(index, queries.vectors().get((int)
                                ((first + done) % queries.vectors().size())));
                        done++;
                    }
                    return done;
                });
            }
            long done = 0;
            for (Future<Long> loop : pool.invokeAll(loops)) {
                done += loop.get();
            }
            return done / SECONDS;
        }
    }

    private static List<ItemId> search(LuceneIndex index, Embedding query) {
        try (IndexSnapshot snapshot = index.snapshot()) {
            return snapshot
                    .search(
                            new NeighbourQuery(Kind.IMAGE, query, K, null, NeighbourQuery.Method.APPROXIMATE),
                            SearchListener.patient())
                    .neighbours()
                    .stream()
                    .map(Neighbour::item)
                    .toList();
        }
    }

    private void write(String name, List<Embedding> vectors) throws IOException {
        try (OutputStream out = Files.newOutputStream(folder.resolve(name))) {
            for (Embedding vector : vectors) {
                out.write(vector.bytes().array());
            }
        }
    }

    private void writeNearest(Queries queries) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * K * queries.nearest().size()).order(ByteOrder.LITTLE_ENDIAN);
        queries.nearest().forEach(of -> Arrays.stream(of).forEach(bytes::putInt));
        Files.write(folder.resolve(queries.name() + ".i32"), bytes.array());
    }

    private static long size(Path directory) throws IOException {
        long size = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                size += Files.size(file);
            }
        }
        return size;
    }
}
