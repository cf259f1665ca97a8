package dev.glimpse.index.lucene;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.SearchListener;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Queries while items arrive: how long they take at a quarter of the rate that one thread can answer, without and with a writer
 * of so many items a second, half of them new versions of known ones; and how long a batch takes until it is visible.
 */
public final class LiveBenchmark {

    private static final int K = 10;
    private static final int BATCH = 1000;
    private static final int QUERIES = 1000;
    private static final int QUERY_THREADS = 2;
    private static final int WARM_UPS = 2;
    private static final int ROUNDS = 3;
    private static final double SHARE = 0.25;
    private static final int BATCHES_A_SECOND = 50;

    private final ClusteredVectors vectors;
    private final int count;
    private final int rate;
    private final double seconds;
    private final List<Embedding> queries = new ArrayList<>();
    private int next;
    private long offset;

    private LiveBenchmark(int count, int dimension, int rate, double seconds) {
        this.vectors = new ClusteredVectors(dimension, Math.max(1, count / 100), 42);
        this.count = count;
        this.rate = rate;
        this.seconds = seconds;
    }

    /** Options: {@code folder=}, {@code count=}, {@code dimension=}, {@code rate=}, {@code seconds=}, {@code format=}, {@code tail=}. */
    public static void main(String[] args) throws Exception {
        BenchmarkOptions options = new BenchmarkOptions(args);
        Path folder = Path.of(options.text("folder", "target/live-benchmark"));
        LiveBenchmark benchmark = new LiveBenchmark(
                options.number("count", 100000),
                options.number("dimension", 512),
                options.number("rate", 500),
                Double.parseDouble(options.text("seconds", "20")));
        VectorFormat format =
                VectorFormat.valueOf(options.text("format", "float32").toUpperCase(Locale.ROOT));
        int tail = options.number("tail", LuceneSettings.DEFAULT.tail());
        benchmark.run(folder, new LuceneSettings(format, tail, LuceneSettings.DEFAULT.candidates()));
    }

    private void run(Path folder, LuceneSettings settings) throws Exception {
        BenchmarkOptions.clear(folder);
        for (int i = 0; i < QUERIES; i++) {
            queries.add(vectors.in(vectors.any(vectors.clusters())));
        }
        try (LuceneIndex index = new LuceneIndex(folder, vectors.space(), ClusteredVectors.ORIGIN, settings)) {
            while (next < count) {
                List<IndexChange> changes = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    changes.add(newItem());
                }
                index.apply(changes, ViewPositions.none(ClusteredVectors.ORIGIN));
            }
            BenchmarkOptions.settle(index);
            warmUp(index);
            double saturated = saturated(index);
            System.out.printf(
                    "%s: %d items, segments of %s, %.0f queries/s on one thread%n",
                    settings, count, segments(index), saturated);
            for (int round = 0; round < ROUNDS; round++) {
                BenchmarkOptions.settle(index);
                print("idle", queries(index, SHARE * saturated), null, index);
                try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
                    Future<double[]> writing = pool.submit(() -> write(index));
                    double[] times = queries(index, SHARE * saturated);
                    print("with %d items/s".formatted(rate), times, writing.get(), index);
                }
            }
        }
    }

    /** Until what is compiled for an index that changes is compiled. */
    private void warmUp(LuceneIndex index) throws Exception {
        double saturated = saturated(index);
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            for (int round = 0; round < WARM_UPS; round++) {
                Future<double[]> writing = pool.submit(() -> write(index));
                var _ = queries(index, SHARE * saturated);
                writing.get();
            }
        }
        BenchmarkOptions.settle(index);
    }

    private static void print(String name, double[] times, double @Nullable [] visible, LuceneIndex index) {
        System.out.printf(
                "%s: queries p50 %.2f ms, p99 %.2f ms%s, segments of %s%n",
                name,
                percentile(times, 0.50),
                percentile(times, 0.99),
                visible == null
                        ? ""
                        : ", visible after p50 %.2f ms, p99 %.2f ms"
                                .formatted(percentile(visible, 0.50), percentile(visible, 0.99)),
                segments(index));
    }

    private double saturated(LuceneIndex index) {
        long done = 0;
        double rate = 0;
        for (int round = 0; round < 2; round++) {
            done = 0;
            long began = System.nanoTime();
            while (System.nanoTime() - began < seconds / 4 * 1e9) {
                search(index, queries.get((int) (done++ % QUERIES)));
            }
            rate = done / ((System.nanoTime() - began) / 1e9);
        }
        return rate;
    }

    /** Open loop on two threads: a query that has to wait for those before waits on the clock. */
    private double[] queries(LuceneIndex index, double perSecond) throws Exception {
        double[] times = new double[(int) (perSecond * seconds)];
        AtomicInteger next = new AtomicInteger();
        long began = System.nanoTime();
        Callable<Void> loop = () -> {
            for (int i = next.getAndIncrement(); i < times.length; i = next.getAndIncrement()) {
                long due = began + (long) (i / perSecond * 1e9);
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                search(index, queries.get(i % QUERIES));
                times[i] = (System.nanoTime() - due) / 1e6;
            }
            return null;
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(QUERY_THREADS)) {
            for (Future<Void> done : threads.invokeAll(Collections.nCopies(QUERY_THREADS, loop))) {
                done.get();
            }
        }
        return times;
    }

    private double[] write(LuceneIndex index) {
        int batches = (int) (seconds * BATCHES_A_SECOND);
        double[] times = new double[batches];
        long began = System.nanoTime();
        for (int batch = 0; batch < batches; batch++) {
            long due = began + batch * 1_000_000_000L / BATCHES_A_SECOND;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            List<IndexChange> changes = new ArrayList<>();
            for (int i = 0; i < rate / BATCHES_A_SECOND; i++) {
                changes.add(i % 2 == 0 ? newItem() : newVersion());
            }
            index.apply(changes, ViewPositions.none(ClusteredVectors.ORIGIN));
            times[batch] = (System.nanoTime() - due) / 1e6;
        }
        return times;
    }

    private IndexChange newItem() {
        return ClusteredVectors.put(next++, offset++, vectors.in(vectors.any(vectors.clusters())), Metadata.NONE);
    }

    private IndexChange newVersion() {
        return ClusteredVectors.put(
                vectors.any(next), offset++, vectors.in(vectors.any(vectors.clusters())), Metadata.NONE);
    }

    private static void search(LuceneIndex index, Embedding query) {
        try (IndexSnapshot snapshot = index.snapshot()) {
            var _ = snapshot.search(
                    new NeighbourQuery(Kind.IMAGE, query, K, null, NeighbourQuery.Method.APPROXIMATE),
                    SearchListener.patient());
        }
    }

    private static List<Integer> segments(LuceneIndex index) {
        try (LuceneSnapshot snapshot = index.snapshot()) {
            return snapshot.segments();
        }
    }

    private static double percentile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1.0, share * sorted.length)];
    }
}
