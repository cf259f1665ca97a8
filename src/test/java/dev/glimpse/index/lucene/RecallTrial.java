package dev.glimpse.index.lucene;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.filter.Filter;
import dev.glimpse.filter.FilterParser;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.Neighbour;
import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.SearchListener;
import dev.glimpse.index.VectorIndex;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.index.exact.ExactIndex;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a {@link LuceneIndex} finds of what is nearest by {@link ExactIndex}: tests hold it to it, a benchmark prints it. */
final class RecallTrial {

    static final int K = 10;

    private static final int BATCH = 1000;
    private static final int HUNDREDTHS = 100;
    private static final ViewPositions.Origin ORIGIN = ClusteredVectors.ORIGIN;

    private final ClusteredVectors vectors;
    private final LuceneSettings settings;
    private final Path folder;
    private final int queries;

    RecallTrial(ClusteredVectors vectors, LuceneSettings settings, Path folder, int queries) {
        this.vectors = vectors;
        this.settings = settings;
        this.folder = folder;
        this.queries = queries;
    }

    /** Recall@{@value #K}: without a filter, of the graph and of the scan. */
    record Unfiltered(double graph, double scan) {}

    /** Where a filter lets so many in a hundred pass: by chance, those of the query's cluster among them, and not. */
    record Filtered(int share, double chance, double with, double without) {}

    /** After churn, and after the restart behind it. */
    record Churned(double churned, double restarted) {}

    Unfiltered unfiltered(int count) throws IOException {
        VectorIndex oracle = new ExactIndex(ORIGIN);
        try (LuceneIndex lucene = open()) {
            List<IndexChange> changes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                changes.add(ClusteredVectors.put(i, vectors.in(vectors.any(vectors.clusters())), Metadata.NONE));
            }
            fill(oracle, changes);
            fill(lucene, changes);
            double graph = 0;
            double scan = 0;
            try (IndexSnapshot truth = oracle.snapshot();
                    IndexSnapshot snapshot = lucene.snapshot()) {
                for (int i = 0; i < queries; i++) {
                    Embedding query = vectors.in(vectors.any(vectors.clusters()));
                    List<ItemId> right = search(truth, query, null, NeighbourQuery.Method.EXACT);
                    graph += recall(right, search(snapshot, query, null, NeighbourQuery.Method.APPROXIMATE));
                    scan += recall(right, search(snapshot, query, null, NeighbourQuery.Method.EXACT));
                }
            }
            return new Unfiltered(graph / queries, scan / queries);
        }
    }

    List<Filtered> filtered(int count) throws IOException {
        VectorIndex oracle = new ExactIndex(ORIGIN);
        List<IndexChange> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int cluster = vectors.any(vectors.clusters());
            Metadata metadata =
                    Metadata.parse("{\"cluster\":%d,\"chance\":%d}".formatted(cluster, vectors.any(HUNDREDTHS)));
            changes.add(ClusteredVectors.put(i, vectors.in(cluster), metadata));
        }
        fill(oracle, changes);
        List<Filtered> all = new ArrayList<>();
        try (LuceneIndex lucene = open()) {
            fill(lucene, changes);
            try (IndexSnapshot truth = oracle.snapshot();
                    IndexSnapshot snapshot = lucene.snapshot()) {
                for (int share : new int[] {1, 10, 50}) {
                    int others = vectors.clusters() * share / HUNDREDTHS;
                    double chance = 0;
                    double with = 0;
                    double without = 0;
                    for (int i = 0; i < queries; i++) {
                        int cluster = vectors.any(vectors.clusters());
                        Embedding query = vectors.in(cluster);
                        chance += recall(truth, snapshot, query, "chance<" + share);
                        with += recall(truth, snapshot, query, clusters(cluster, others));
                        without += recall(truth, snapshot, query, clusters(cluster + 1, others));
                    }
                    all.add(new Filtered(share, chance / queries, with / queries, without / queries));
                }
            }
        }
        return all;
    }

    /** A tenth of the items goes and as many come, so many rounds: most links of the graph have led to what is gone by then. */
    Churned churned(int count, int rounds) throws IOException {
        VectorIndex oracle = new ExactIndex(ORIGIN);
        List<Integer> held = new ArrayList<>();
        int next = 0;
        double churned;
        try (LuceneIndex lucene = open()) {
            for (int round = 0; round <= rounds; round++) {
                List<IndexChange> changes = new ArrayList<>();
                for (int i = 0; i < count / 10 && round > 0; i++) {
                    int gone = held.set(vectors.any(held.size()), held.getLast());
                    held.removeLast();
                    changes.add(new IndexChange.Delete(
                            new ItemId(Kind.IMAGE, Integer.toString(gone)), ClusteredVectors.source(next + i)));
                }
                for (int i = 0; i < (round == 0 ? count : count / 10); i++) {
                    held.add(next);
                    changes.add(
                            ClusteredVectors.put(next++, vectors.in(vectors.any(vectors.clusters())), Metadata.NONE));
                }
                fill(oracle, changes);
                fill(lucene, changes);
            }
            lucene.commit(ViewPositions.none(ORIGIN));
            expect(count, lucene);
            churned = recall(oracle, lucene);
        }
        try (LuceneIndex lucene = open()) {
            expect(count, lucene);
            return new Churned(churned, recall(oracle, lucene));
        }
    }

    private static void expect(int size, LuceneIndex index) {
        try (IndexSnapshot snapshot = index.snapshot()) {
            if (snapshot.size(Kind.IMAGE) != size) {
                throw new IllegalStateException(
                        "%d items are visible, not %d".formatted(snapshot.size(Kind.IMAGE), size));
            }
        }
    }

    private LuceneIndex open() throws IOException {
        return new LuceneIndex(folder, vectors.space(), ORIGIN, settings);
    }

    private double recall(VectorIndex oracle, VectorIndex index) {
        double recall = 0;
        try (IndexSnapshot truth = oracle.snapshot();
                IndexSnapshot snapshot = index.snapshot()) {
            for (int i = 0; i < queries; i++) {
                Embedding query = vectors.in(vectors.any(vectors.clusters()));
                recall += recall(
                        search(truth, query, null, NeighbourQuery.Method.EXACT),
                        search(snapshot, query, null, NeighbourQuery.Method.APPROXIMATE));
            }
        }
        return recall / queries;
    }

    static void fill(VectorIndex index, List<IndexChange> changes) {
        for (int from = 0; from < changes.size(); from += BATCH) {
            index.apply(changes.subList(from, Math.min(changes.size(), from + BATCH)), ViewPositions.none(ORIGIN));
        }
    }

    private String clusters(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(cluster -> Integer.toString(cluster % vectors.clusters()))
                .collect(Collectors.joining(",", "cluster:(", ")"));
    }

    static double recall(IndexSnapshot truth, IndexSnapshot snapshot, Embedding query, @Nullable String written) {
        Filter filter = written == null ? null : FilterParser.parse(written);
        return recall(
                search(truth, query, filter, NeighbourQuery.Method.EXACT),
                search(snapshot, query, filter, NeighbourQuery.Method.APPROXIMATE));
    }

    static List<ItemId> search(
            IndexSnapshot snapshot, Embedding query, @Nullable Filter filter, NeighbourQuery.Method method) {
        return snapshot
                .search(new NeighbourQuery(Kind.IMAGE, query, K, filter, method), SearchListener.patient())
                .neighbours()
                .stream()
                .map(Neighbour::item)
                .toList();
    }

    private static double recall(List<ItemId> right, List<ItemId> found) {
        if (right.isEmpty()) {
            throw new IllegalStateException("there is nothing to find");
        }
        Set<ItemId> both = new HashSet<>(right);
        both.retainAll(found);
        return (double) both.size() / right.size();
    }
}
