package dev.glimpse.index.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.filter.Filter;
import dev.glimpse.filter.FilterParser;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.Neighbour;
import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.SearchListener;
import dev.glimpse.index.VectorIndex;
import dev.glimpse.index.VectorIndexContract;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.index.exact.ExactIndex;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LuceneIndexTest extends VectorIndexContract {

    private static final int CLUSTERED = 20_000;
    private static final int DIMENSION = 192;
    private static final int CLUSTERS = 200;
    private static final int FILTERED = 40;
    private static final int QUERIES = 200;
    private static final int K = 10;
    private static final int CHURNED = 5_000;
    private static final int ROUNDS = 20;
    private static final int TOGETHER = 1_000;
    private static final int TAIL = 6_000;

    /** So small a tail that graphs are walked. */
    private static final LuceneSettings GRAPHS = new LuceneSettings(VectorFormat.FLOAT32, 300, 150);

    @Override
    protected VectorIndex open(EmbeddingSpace space) throws IOException {
        return new LuceneIndex(folder, space, ORIGIN, LuceneSettings.DEFAULT);
    }

    @Test
    void holdsWhatWasCommittedAndNothingElseAfterARestart() throws IOException {
        ViewPositions positions = ViewPositions.none(ORIGIN).advanced(Map.of(0, 5L), List.of());
        index.apply(List.of(put("image/1", 0, 1, 0, 0)), positions);
        index.commit(positions);
        apply(put("image/2", 1, 1, 0, 0));
        index.close();

        index = open(SPACE);

        assertThat(index.positions()).isEqualTo(positions);
        assertThat(search(NeighbourQuery.Method.EXACT, 10)).containsExactly("image/1");
    }

    @Test
    void refusesDamagedFiles() throws IOException {
        index.apply(List.of(put("image/1", 0, 1, 0, 0)), ViewPositions.none(ORIGIN));
        index.commit(ViewPositions.none(ORIGIN));
        index.close();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("segments_"))
                    .toList()) {
                Files.write(file, new byte[] {1, 2, 3});
            }
        }

        assertThatThrownBy(() -> open(SPACE)).isInstanceOf(IOException.class);
        index = new ExactIndex(ORIGIN);
    }

    @Test
    void takesVectorsOf4096Dimensions() throws IOException {
        EmbeddingSpace wide = new EmbeddingSpace("wide", "0123456789ab", EmbeddingSpace.MAX_DIMENSION);
        try (VectorIndex large = new LuceneIndex(folder.resolve("wide"), wide, ORIGIN, LuceneSettings.DEFAULT)) {
            large.apply(
                    List.of(ClusteredVectors.put(
                            0, new ClusteredVectors(EmbeddingSpace.MAX_DIMENSION, 1, 1).in(0), Metadata.NONE)),
                    ViewPositions.none(ORIGIN));
            large.commit(ViewPositions.none(ORIGIN));
            try (IndexSnapshot snapshot = large.snapshot()) {
                assertThat(snapshot.size(Kind.IMAGE)).isEqualTo(1);
            }
        }
    }

    /** The two engines on the same 20,000 vectors in 200 clusters, which are what pictures are like. */
    @Test
    void agreesWithBruteForceOnClusteredVectors() throws IOException {
        ClusteredVectors vectors = new ClusteredVectors(DIMENSION, CLUSTERS, 7);
        List<IndexChange> changes = new ArrayList<>();
        for (int i = 0; i < CLUSTERED; i++) {
            changes.add(ClusteredVectors.put(i, vectors.in(vectors.any(CLUSTERS)), Metadata.NONE));
        }
        VectorIndex oracle = new ExactIndex(ORIGIN);
        fill(oracle, changes);
        try (VectorIndex lucene = new LuceneIndex(folder.resolve("clustered"), vectors.space(), ORIGIN, GRAPHS)) {
            fill(lucene, changes);
            double approximate = 0;
            double exact = 0;
            try (IndexSnapshot truth = oracle.snapshot();
                    IndexSnapshot snapshot = lucene.snapshot()) {
                for (int i = 0; i < QUERIES; i++) {
                    Embedding query = vectors.in(vectors.any(CLUSTERS));
                    List<ItemId> right = search(truth, query, NeighbourQuery.Method.EXACT);
                    approximate += recall(right, search(snapshot, query, NeighbourQuery.Method.APPROXIMATE));
                    exact += recall(right, search(snapshot, query, NeighbourQuery.Method.EXACT));
                }
            }
            System.out.printf(
                    "recall@%d of index.lucene against index.exact, %d x %d clustered: graph %.4f, scan %.4f%n",
                    K, CLUSTERED, DIMENSION, approximate / QUERIES, exact / QUERIES);

            assertThat(approximate / QUERIES).isGreaterThanOrEqualTo(0.99);
            assertThat(exact / QUERIES).isEqualTo(1);
        }
    }

    /**
     * Filters that let one, ten and fifty in a hundred pass: by chance, with the query's own cluster among it, and without. The
     * graph's links lead to the query's cluster, so the last are the hard ones.
     */
    @Test
    void agreesWithBruteForceWhereAFilterLetsFewPass() throws IOException {
        ClusteredVectors vectors = new ClusteredVectors(DIMENSION, CLUSTERS, 11);
        List<IndexChange> changes = new ArrayList<>();
        for (int i = 0; i < CLUSTERED; i++) {
            int cluster = vectors.any(CLUSTERS);
            Metadata metadata = Metadata.parse("{\"cluster\":%d,\"chance\":%d}".formatted(cluster, vectors.any(100)));
            changes.add(ClusteredVectors.put(i, vectors.in(cluster), metadata));
        }
        VectorIndex oracle = new ExactIndex(ORIGIN);
        fill(oracle, changes);
        try (VectorIndex lucene = new LuceneIndex(folder.resolve("filtered"), vectors.space(), ORIGIN, GRAPHS)) {
            fill(lucene, changes);
            try (IndexSnapshot truth = oracle.snapshot();
                    IndexSnapshot snapshot = lucene.snapshot()) {
                for (int share : new int[] {1, 10, 50}) {
                    double chance = 0;
                    double with = 0;
                    double without = 0;
                    for (int i = 0; i < FILTERED; i++) {
                        int cluster = vectors.any(CLUSTERS);
                        Embedding query = vectors.in(cluster);
                        int others = 2 * share;
                        chance += recall(truth, snapshot, query, "chance<" + share);
                        with += recall(truth, snapshot, query, "cluster:" + clusters(cluster, cluster + others));
                        without += recall(
                                truth, snapshot, query, "cluster:" + clusters(cluster + 1, cluster + 1 + others));
                    }
                    System.out.printf(
                            "recall@%d of the graph where %d %% pass: by chance %.4f, with the query's cluster %.4f, without %.4f%n",
                            K, share, chance / FILTERED, with / FILTERED, without / FILTERED);
                    assertThat(chance / FILTERED).isGreaterThanOrEqualTo(0.98);
                    assertThat(with / FILTERED).isGreaterThanOrEqualTo(0.98);
                    assertThat(without / FILTERED).isGreaterThanOrEqualTo(0.98);
                }
            }
        }
    }

    /** A tenth of the items goes and as many come, twenty times: most links of the graph have led to what is gone by then. */
    @Test
    void keepsItsRecallThroughChurnAndARestart() throws IOException {
        ClusteredVectors vectors = new ClusteredVectors(DIMENSION, CLUSTERS, 13);
        Path churned = folder.resolve("churned");
        VectorIndex oracle = new ExactIndex(ORIGIN);
        List<Integer> held = new ArrayList<>();
        int next = 0;
        try (VectorIndex lucene = new LuceneIndex(churned, vectors.space(), ORIGIN, GRAPHS)) {
            for (int round = 0; round <= ROUNDS; round++) {
                List<IndexChange> changes = new ArrayList<>();
                for (int i = 0; i < CHURNED / 10 && round > 0; i++) {
                    int gone = held.set(vectors.any(held.size()), held.getLast());
                    held.removeLast();
                    changes.add(new IndexChange.Delete(
                            new ItemId(Kind.IMAGE, Integer.toString(gone)), ClusteredVectors.source(next + i)));
                }
                for (int i = 0; i < (round == 0 ? CHURNED : CHURNED / 10); i++) {
                    held.add(next);
                    changes.add(ClusteredVectors.put(next++, vectors.in(vectors.any(CLUSTERS)), Metadata.NONE));
                }
                oracle.apply(changes, ViewPositions.none(ORIGIN));
                lucene.apply(changes, ViewPositions.none(ORIGIN));
            }
            lucene.commit(ViewPositions.none(ORIGIN));
            assertThat(churnedRecall("churn", vectors, oracle, lucene)).isGreaterThanOrEqualTo(0.99);
        }
        try (VectorIndex lucene = new LuceneIndex(churned, vectors.space(), ORIGIN, GRAPHS)) {
            assertThat(churnedRecall("a restart", vectors, oracle, lucene)).isGreaterThanOrEqualTo(0.99);
        }
    }

    /** What has no graph is compared with in whole numbers first: nothing that counts may be lost by that. */
    @Test
    void isExactWhereThereIsNoGraph() throws IOException {
        ClusteredVectors vectors = new ClusteredVectors(DIMENSION, CLUSTERS, 23);
        VectorIndex oracle = new ExactIndex(ORIGIN);
        try (LuceneIndex lucene =
                new LuceneIndex(folder.resolve("tail"), vectors.space(), ORIGIN, LuceneSettings.DEFAULT)) {
            for (int i = 0; i < TAIL; i += TAIL / 60) {
                List<IndexChange> changes = new ArrayList<>();
                for (int k = i; k < i + TAIL / 60; k++) {
                    Metadata metadata = Metadata.parse("{\"chance\":%d}".formatted(vectors.any(100)));
                    changes.add(ClusteredVectors.put(k, vectors.in(vectors.any(CLUSTERS)), metadata));
                }
                for (int gone = 0; gone < 10 && i > 0; gone++) {
                    changes.add(new IndexChange.Delete(
                            new ItemId(Kind.IMAGE, Integer.toString(vectors.any(i))),
                            ClusteredVectors.source(TAIL + i + gone)));
                }
                oracle.apply(changes, ViewPositions.none(ORIGIN));
                lucene.apply(changes, ViewPositions.none(ORIGIN));
            }
            try (IndexSnapshot truth = oracle.snapshot();
                    LuceneSnapshot snapshot = lucene.snapshot()) {
                assertThat(snapshot.segments()).hasSizeGreaterThan(1);
                for (int i = 0; i < QUERIES; i++) {
                    Embedding query = vectors.in(vectors.any(CLUSTERS));
                    assertThat(search(snapshot, query, NeighbourQuery.Method.APPROXIMATE))
                            .isEqualTo(search(truth, query, NeighbourQuery.Method.EXACT));
                    assertThat(recall(truth, snapshot, query, "chance<3")).isEqualTo(1);
                }
            }
        }
    }

    /** The newest items lie in a graph of their own, and are all that a query for what just came wants. */
    @Test
    void findsWhatCameTogether() throws IOException {
        ClusteredVectors vectors = new ClusteredVectors(DIMENSION, CLUSTERS, 19);
        List<IndexChange> changes = new ArrayList<>();
        for (int i = 0; i < CLUSTERED; i++) {
            int cluster = i < CLUSTERED - TOGETHER ? 1 + vectors.any(CLUSTERS - 1) : 0;
            changes.add(ClusteredVectors.put(i, vectors.in(cluster), Metadata.NONE));
        }
        VectorIndex oracle = new ExactIndex(ORIGIN);
        fill(oracle, changes);
        try (LuceneIndex lucene = new LuceneIndex(folder.resolve("together"), vectors.space(), ORIGIN, GRAPHS)) {
            // One batch is one segment.
            lucene.apply(changes.subList(0, CLUSTERED - TOGETHER), ViewPositions.none(ORIGIN));
            lucene.apply(changes.subList(CLUSTERED - TOGETHER, CLUSTERED), ViewPositions.none(ORIGIN));
            try (IndexSnapshot truth = oracle.snapshot();
                    LuceneSnapshot snapshot = lucene.snapshot()) {
                assertThat(snapshot.segments()).containsExactly(CLUSTERED - TOGETHER, TOGETHER);
                double recall = 0;
                for (int i = 0; i < FILTERED; i++) {
                    Embedding query = vectors.in(0);
                    recall += recall(
                            search(truth, query, NeighbourQuery.Method.EXACT),
                            search(snapshot, query, NeighbourQuery.Method.APPROXIMATE));
                }
                System.out.printf("recall@%d of what came together: %.4f%n", K, recall / FILTERED);
                assertThat(recall / FILTERED).isGreaterThanOrEqualTo(0.99);
            }
        }
    }

    private static double churnedRecall(
            String after, ClusteredVectors vectors, VectorIndex oracle, VectorIndex lucene) {
        double recall = 0;
        try (IndexSnapshot truth = oracle.snapshot();
                IndexSnapshot snapshot = lucene.snapshot()) {
            assertThat(snapshot.size(Kind.IMAGE)).isEqualTo(CHURNED);
            for (int i = 0; i < QUERIES; i++) {
                Embedding query = vectors.in(vectors.any(CLUSTERS));
                recall += recall(
                        search(truth, query, NeighbourQuery.Method.EXACT),
                        search(snapshot, query, NeighbourQuery.Method.APPROXIMATE));
            }
        }
        System.out.printf("recall@%d after %s: %.4f%n", K, after, recall / QUERIES);
        return recall / QUERIES;
    }

    @Test
    void countsWhatIsVisibleThroughEveryChange() throws IOException {
        Random random = new Random(17);
        VectorIndex oracle = new ExactIndex(ORIGIN);
        long offset = 0;
        for (int batch = 0; batch < 60; batch++) {
            List<IndexChange> changes = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String id = (random.nextBoolean() ? "image/" : "text/") + random.nextInt(40);
                long at = random.nextInt(5) == 0 ? Math.max(0, offset - 50) : offset++;
                changes.add(
                        switch (random.nextInt(4)) {
                            case 0 -> delete(id, at);
                            case 1 -> reject(id, at);
                            default -> put(id, at, 1, random.nextFloat(), 0);
                        });
            }
            oracle.apply(changes, ViewPositions.none(ORIGIN));
            index.apply(changes, ViewPositions.none(ORIGIN));
            if (batch == 30) {
                index.commit(ViewPositions.none(ORIGIN));
                index.close();
                index = open(SPACE);
            }
            try (IndexSnapshot truth = oracle.snapshot();
                    IndexSnapshot snapshot = index.snapshot()) {
                for (Kind kind : Kind.values()) {
                    assertThat(snapshot.size(kind)).isEqualTo(truth.size(kind));
                }
            }
        }
    }

    private static void fill(VectorIndex index, List<IndexChange> changes) {
        for (int from = 0; from < changes.size(); from += 1000) {
            index.apply(changes.subList(from, from + 1000), ViewPositions.none(ORIGIN));
        }
    }

    private static String clusters(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(cluster -> Integer.toString(cluster % CLUSTERS))
                .collect(Collectors.joining(",", "(", ")"));
    }

    private static double recall(IndexSnapshot truth, IndexSnapshot snapshot, Embedding query, String written) {
        Filter filter = FilterParser.parse(written);
        return recall(
                search(truth, query, filter, NeighbourQuery.Method.EXACT),
                search(snapshot, query, filter, NeighbourQuery.Method.APPROXIMATE));
    }

    private static List<ItemId> search(IndexSnapshot snapshot, Embedding query, NeighbourQuery.Method method) {
        return search(snapshot, query, null, method);
    }

    private static List<ItemId> search(
            IndexSnapshot snapshot, Embedding query, @Nullable Filter filter, NeighbourQuery.Method method) {
        return snapshot
                .search(new NeighbourQuery(Kind.IMAGE, query, K, filter, method), SearchListener.patient())
                .neighbours()
                .stream()
                .map(Neighbour::item)
                .toList();
    }

    private static double recall(List<ItemId> right, List<ItemId> found) {
        Set<ItemId> both = new HashSet<>(right);
        both.retainAll(found);
        return (double) both.size() / right.size();
    }
}
