package dev.glimpse.index.lucene;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.item.Metadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the index finds at full size: as built, under filters, after churn, after a restart; and from how many items on a graph is
 * walked sooner than all are scanned.
 */
public final class RecallBenchmark {

    private static final int CLUSTER = 100;
    private static final int ROUNDS = 20;
    private static final int QUERIES = 200;
    private static final double SECONDS = 1;
    private static final int[] SIZES = {500, 1000, 2000, 4000, 8000, 16_000, 30_000};

    private RecallBenchmark() {}

    /** Options: {@code folder=}, {@code count=}, {@code dimension=}. */
    public static void main(String[] args) throws IOException {
        BenchmarkOptions options = new BenchmarkOptions(args);
        Path folder = Files.createDirectories(Path.of(options.text("folder", "target/recall-benchmark")));
        int count = options.number("count", 100_000);
        int dimension = options.number("dimension", 512);
        for (int size : SIZES) {
            crossover(folder, size, dimension);
        }
        RecallTrial.Unfiltered built = trial(folder, count, dimension).unfiltered(count);
        System.out.printf(
                "%d x %d, recall@%d of %d queries: graph %.4f, scan %.4f%n",
                count, dimension, RecallTrial.K, QUERIES, built.graph(), built.scan());
        for (RecallTrial.Filtered filtered : trial(folder, count, dimension).filtered(count)) {
            System.out.printf(
                    "%d %% pass: by chance %.4f, with the query's cluster %.4f, without %.4f%n",
                    filtered.share(), filtered.chance(), filtered.with(), filtered.without());
        }
        RecallTrial.Churned churned = trial(folder, count, dimension).churned(count, ROUNDS);
        System.out.printf(
                "after %d rounds of churn %.4f, after a restart %.4f%n",
                ROUNDS, churned.churned(), churned.restarted());
    }

    private static RecallTrial trial(Path folder, int count, int dimension) throws IOException {
        BenchmarkOptions.clear(folder);
        return new RecallTrial(
                new ClusteredVectors(dimension, Math.max(1, count / CLUSTER), 42),
                LuceneSettings.DEFAULT,
                folder,
                QUERIES);
    }

    private static void crossover(Path folder, int size, int dimension) throws IOException {
        ClusteredVectors vectors = new ClusteredVectors(dimension, Math.max(1, size / CLUSTER), 5);
        List<Embedding> queries = Stream.generate(() -> vectors.in(vectors.any(vectors.clusters())))
                .limit(QUERIES)
                .toList();
        List<IndexChange> changes = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            changes.add(ClusteredVectors.put(i, vectors.in(vectors.any(vectors.clusters())), Metadata.NONE));
        }
        double scanned = micros(folder, vectors, Integer.MAX_VALUE, changes, queries);
        double walked = micros(folder, vectors, 2, changes, queries);
        System.out.printf("%d items: scanned in %.0f us, a graph walked in %.0f us%n", size, scanned, walked);
    }

    private static double micros(
            Path folder, ClusteredVectors vectors, int tail, List<IndexChange> changes, List<Embedding> queries)
            throws IOException {
        BenchmarkOptions.clear(folder);
        LuceneSettings settings =
                new LuceneSettings(LuceneSettings.DEFAULT.format(), tail, LuceneSettings.DEFAULT.candidates());
        try (LuceneIndex index = new LuceneIndex(folder, vectors.space(), ClusteredVectors.ORIGIN, settings)) {
            index.apply(changes, ViewPositions.none(ClusteredVectors.ORIGIN));
            BenchmarkOptions.settle(index);
            double micros = 0;
            try (IndexSnapshot snapshot = index.snapshot()) {
                for (int round = 0; round < 2; round++) {
                    long done = 0;
                    long began = System.nanoTime();
                    while (System.nanoTime() - began < SECONDS * 1e9) {
                        var _ = RecallTrial.search(
                                snapshot,
                                queries.get((int) (done++ % queries.size())),
                                null,
                                NeighbourQuery.Method.APPROXIMATE);
                    }
                    micros = (System.nanoTime() - began) / 1e3 / done;
                }
            }
            return micros;
        }
    }
}
