package dev.glimpse.index.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.SearchOutcome;
import dev.glimpse.index.VectorIndex;
import dev.glimpse.index.VectorIndexContract;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.index.WordListener;
import dev.glimpse.index.WordMatch;
import dev.glimpse.index.WordQuery;
import dev.glimpse.index.exact.ExactIndex;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LuceneIndexTest extends VectorIndexContract {

    private static final int CLUSTERED = 20_000;
    private static final int DIMENSION = 192;
    private static final int CLUSTERS = 200;
    private static final int FILTERED = 40;
    private static final int QUERIES = 200;
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
    void makesDurableWhatItHadWhenACommitBegan() throws Exception {
        for (int round = 0; round < 50; round++) {
            ViewPositions positions = ViewPositions.none(ORIGIN).advanced(Map.of(0, (long) round), List.of());
            index.apply(List.of(put("image/" + round, round, 1, 0, 0)), positions);
            Future<?> commit = index.beginCommit(positions);
            apply(put("image/late", round, 0, 1, 0));
            commit.get();
            index.close();

            index = open(SPACE);

            assertThat(index.positions().next()).isEqualTo(Map.of(0, (long) round));
            assertThat(search(NeighbourQuery.Method.EXACT, 100))
                    .hasSize(round + 1)
                    .doesNotContain("image/late");
        }
    }

    @Test
    void takesAsManyWordsAsATextMayHave() throws IOException {
        apply(said("text/1", 0, "the word 4999 is the last"));
        String words = IntStream.range(0, 5000).mapToObj(Integer::toString).collect(Collectors.joining(" "));
        try (IndexSnapshot snapshot = index.snapshot()) {
            assertThat(snapshot.words(new WordQuery(Kind.TEXT, words, 5, null), () -> true)
                            .orElseThrow())
                    .hasSize(1);
        }
    }

    @Test
    void takesATextWhoseEachCharacterIsAWord() throws IOException {
        apply(said("text/1", 0, "一"));
        String ideographs = IntStream.range(0, 10_000)
                .mapToObj(i -> Character.toString(0x4e00 + i))
                .collect(Collectors.joining());
        try (IndexSnapshot snapshot = index.snapshot()) {
            assertThat(snapshot.words(new WordQuery(Kind.TEXT, ideographs, 5, null), () -> true)
                            .orElseThrow())
                    .hasSize(1);
        }
    }

    /** Keeps what it is told. */
    private static WordListener telling(List<List<WordMatch>> told) {
        return new WordListener() {
            @Override
            public boolean proceed() {
                return true;
            }

            @Override
            public void improved(List<WordMatch> best) {
                told.add(best);
            }
        };
    }

    @Test
    void tellsFirstWhatHasAllWords() throws IOException {
        List<IndexChange> changes = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            String words = i % 2 == 0 ? "red circle" : "blue square";
            changes.add(said("text/" + i, i, i == 15_000 ? "a red square" : words));
        }
        index.apply(changes, ViewPositions.none(ORIGIN));
        List<List<WordMatch>> told = new ArrayList<>();
        try (IndexSnapshot snapshot = index.snapshot()) {
            List<WordMatch> found = snapshot.words(new WordQuery(Kind.TEXT, "square red", 3, null), telling(told))
                    .orElseThrow();

            assertThat(told.getFirst()).hasSize(1);
            assertThat(told)
                    .allSatisfy(best -> assertThat(best.getFirst().item()).hasToString("text/15000"));
            assertThat(found).hasSize(3).doesNotHaveDuplicates();
            assertThat(found.getFirst().item()).hasToString("text/15000");
        }
    }

    @Test
    void isContentWithWhatHasAllWordsWhereThatFillsTheList() throws IOException {
        List<IndexChange> changes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            // Much better by BM25: short, and of the rarer word.
            changes.add(said(
                    "text/" + i, i, i == 10 ? "square" : "red " + (i % 5 == 0 ? "square " : "") + "a ".repeat(20)));
        }
        index.apply(changes, ViewPositions.none(ORIGIN));
        WordQuery three = new WordQuery(Kind.TEXT, "red square", 3, null);
        WordQuery four = new WordQuery(Kind.TEXT, "red square", 4, null);
        try (IndexSnapshot snapshot = index.snapshot()) {
            assertThat(snapshot.words(three, content()).orElseThrow())
                    .extracting(match -> match.item().toString())
                    .containsExactly("text/0", "text/15", "text/5");
            assertThat(snapshot.words(three, () -> true)
                            .orElseThrow()
                            .getFirst()
                            .item())
                    .hasToString("text/10");
            assertThat(snapshot.words(four, content())).isEqualTo(snapshot.words(four, () -> true));
        }
    }

    private static WordListener content() {
        return new WordListener() {
            @Override
            public boolean proceed() {
                return true;
            }

            @Override
            public boolean isContent() {
                return true;
            }
        };
    }

    @Test
    void tellsWhatWordsFindWhileItLooks() throws IOException {
        List<IndexChange> changes = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            // The later, the shorter: each counts more than those before, so none can be passed over.
            changes.add(said("text/" + i, i, "red " + "and ".repeat(40 - i / 1000)));
        }
        index.apply(changes, ViewPositions.none(ORIGIN));
        List<List<WordMatch>> told = new ArrayList<>();
        try (IndexSnapshot snapshot = index.snapshot()) {
            List<WordMatch> found = snapshot.words(new WordQuery(Kind.TEXT, "red", 5, null), telling(told))
                    .orElseThrow();

            assertThat(found)
                    .hasSize(5)
                    .isEqualTo(snapshot.words(new WordQuery(Kind.TEXT, "red", 5, null), () -> true)
                            .orElseThrow());
            assertThat(told).isNotEmpty().allSatisfy(best -> assertThat(best).hasSize(5));
            assertThat(told)
                    .isSortedAccordingTo(
                            Comparator.comparingDouble(best -> best.getFirst().score()));
            assertThat(told.getLast().getFirst().score())
                    .isLessThanOrEqualTo(found.getFirst().score());
        }
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
        RecallTrial.Unfiltered recall = trial(7, QUERIES).unfiltered(CLUSTERED);

        System.out.printf(
                "recall@%d of index.lucene against index.exact, %d x %d clustered: graph %.4f, scan %.4f%n",
                RecallTrial.K, CLUSTERED, DIMENSION, recall.graph(), recall.scan());
        assertThat(recall.graph()).isGreaterThanOrEqualTo(0.99);
        assertThat(recall.scan()).isEqualTo(1);
    }

    /**
     * Filters that let one, ten and fifty in a hundred pass: by chance, with the query's own cluster among it, and without. The
     * graph's links lead to the query's cluster, so the last are the hard ones.
     */
    @Test
    void agreesWithBruteForceWhereAFilterLetsFewPass() throws IOException {
        for (RecallTrial.Filtered recall : trial(11, FILTERED).filtered(CLUSTERED)) {
            System.out.printf(
                    "recall@%d of the graph where %d %% pass: by chance %.4f, with the query's cluster %.4f, without %.4f%n",
                    RecallTrial.K, recall.share(), recall.chance(), recall.with(), recall.without());
            assertThat(recall.chance()).isGreaterThanOrEqualTo(0.98);
            assertThat(recall.with()).isGreaterThanOrEqualTo(0.98);
            assertThat(recall.without()).isGreaterThanOrEqualTo(0.98);
        }
    }

    @Test
    void keepsItsRecallThroughChurnAndARestart() throws IOException {
        RecallTrial.Churned recall = trial(13, QUERIES).churned(CHURNED, ROUNDS);

        System.out.printf(
                "recall@%d after churn: %.4f, after a restart: %.4f%n",
                RecallTrial.K, recall.churned(), recall.restarted());
        assertThat(recall.churned()).isGreaterThanOrEqualTo(0.99);
        assertThat(recall.restarted()).isGreaterThanOrEqualTo(0.99);
    }

    private RecallTrial trial(long seed, int queries) {
        return new RecallTrial(
                new ClusteredVectors(DIMENSION, CLUSTERS, seed), GRAPHS, folder.resolve("trial"), queries);
    }

    @Test
    void closesTheReadersThatItReplacesThoughNothingChanges() throws IOException {
        LuceneIndex lucene = (LuceneIndex) index;
        apply(put("image/1", 0, 1, 0, 0));
        for (int i = 0; i < 5; i++) {
            index.apply(List.of(), ViewPositions.none(ORIGIN));
        }
        apply(put("image/2", 1, 1, 0, 0));

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(lucene.retired()).isZero());
        assertThat(search(NeighbourQuery.Method.EXACT, 10)).containsExactly("image/1", "image/2");
    }

    @ParameterizedTest
    @EnumSource
    void stopsInALargeSegmentWhenItsListenerSaysSo(NeighbourQuery.Method method) throws IOException {
        ClusteredVectors vectors = new ClusteredVectors(DIMENSION, CLUSTERS, 29);
        List<IndexChange> changes = new ArrayList<>();
        for (int i = 0; i < CHURNED; i++) {
            changes.add(ClusteredVectors.put(i, vectors.in(vectors.any(CLUSTERS)), Metadata.NONE));
        }
        // So many candidates that a walk compares with nearly all.
        LuceneSettings wide = new LuceneSettings(VectorFormat.FLOAT32, 300, CHURNED / 2);
        try (LuceneIndex lucene = new LuceneIndex(folder.resolve("stopped"), vectors.space(), ORIGIN, wide)) {
            lucene.apply(changes, ViewPositions.none(ORIGIN));
            try (IndexSnapshot snapshot = lucene.snapshot()) {
                SearchOutcome outcome = snapshot.search(
                        new NeighbourQuery(Kind.IMAGE, vectors.in(0), RecallTrial.K, null, method), IMPATIENT);

                assertThat(outcome.complete()).isFalse();
                assertThat(outcome.scanned()).isBetween(1L, 2000L);
            }
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
                    if (k % 3 == 0) {
                        // A document without a vector.
                        changes.add(reject("image/bad" + k, k));
                    }
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
                    assertThat(RecallTrial.search(snapshot, query, null, NeighbourQuery.Method.APPROXIMATE))
                            .isEqualTo(RecallTrial.search(truth, query, null, NeighbourQuery.Method.EXACT));
                    assertThat(RecallTrial.recall(truth, snapshot, query, "chance<3"))
                            .isEqualTo(1);
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
        RecallTrial.fill(oracle, changes);
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
                    recall += RecallTrial.recall(truth, snapshot, query, null);
                }
                System.out.printf("recall@%d of what came together: %.4f%n", RecallTrial.K, recall / FILTERED);
                assertThat(recall / FILTERED).isGreaterThanOrEqualTo(0.99);
            }
        }
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
}
