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
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.Position;
import dev.glimpse.topic.SourceStamp;
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
    private static final int FILTERED = 40;
    private static final int QUERIES = 200;
    private static final int K = 10;

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
            large.apply(List.of(item(0, embedding(wide, new Random(1)))), ViewPositions.none(ORIGIN));
            large.commit(ViewPositions.none(ORIGIN));
            try (IndexSnapshot snapshot = large.snapshot()) {
                assertThat(snapshot.size(Kind.IMAGE)).isEqualTo(1);
            }
        }
    }

    /** The two engines on the same 20,000 vectors in 200 clusters, which are what pictures are like. */
    @Test
    void agreesWithBruteForceOnClusteredVectors() throws IOException {
        EmbeddingSpace space = new EmbeddingSpace("clustered", "0123456789ab", DIMENSION);
        Random random = new Random(7);
        List<float[]> centres = centres(random);
        List<IndexChange> changes = new ArrayList<>();
        for (int i = 0; i < CLUSTERED; i++) {
            changes.add(item(i, near(space, centres.get(random.nextInt(centres.size())), random)));
        }
        VectorIndex oracle = new ExactIndex(ORIGIN);
        fill(oracle, changes);
        try (VectorIndex lucene = new LuceneIndex(folder.resolve("clustered"), space, ORIGIN, LuceneSettings.DEFAULT)) {
            fill(lucene, changes);
            double approximate = 0;
            double exact = 0;
            try (IndexSnapshot truth = oracle.snapshot();
                    IndexSnapshot snapshot = lucene.snapshot()) {
                for (int i = 0; i < QUERIES; i++) {
                    Embedding query = near(space, centres.get(random.nextInt(centres.size())), random);
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
        EmbeddingSpace space = new EmbeddingSpace("clustered", "0123456789ab", DIMENSION);
        Random random = new Random(11);
        List<float[]> centres = centres(random);
        List<IndexChange> changes = new ArrayList<>();
        for (int i = 0; i < CLUSTERED; i++) {
            int cluster = random.nextInt(centres.size());
            Metadata metadata =
                    Metadata.parse("{\"cluster\":%d,\"chance\":%d}".formatted(cluster, random.nextInt(100)));
            changes.add(item(i, near(space, centres.get(cluster), random), metadata));
        }
        VectorIndex oracle = new ExactIndex(ORIGIN);
        fill(oracle, changes);
        try (VectorIndex lucene = new LuceneIndex(folder.resolve("filtered"), space, ORIGIN, LuceneSettings.DEFAULT)) {
            fill(lucene, changes);
            try (IndexSnapshot truth = oracle.snapshot();
                    IndexSnapshot snapshot = lucene.snapshot()) {
                for (int share : new int[] {1, 10, 50}) {
                    double chance = 0;
                    double with = 0;
                    double without = 0;
                    for (int i = 0; i < FILTERED; i++) {
                        int cluster = random.nextInt(centres.size());
                        Embedding query = near(space, centres.get(cluster), random);
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

    private static List<float[]> centres(Random random) {
        List<float[]> centres = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            centres.add(gaussian(random, DIMENSION));
        }
        return centres;
    }

    private static void fill(VectorIndex index, List<IndexChange> changes) {
        for (int from = 0; from < CLUSTERED; from += 1000) {
            index.apply(changes.subList(from, from + 1000), ViewPositions.none(ORIGIN));
        }
    }

    private static String clusters(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(cluster -> Integer.toString(cluster % 200))
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

    private static IndexChange item(int i, Embedding embedding) {
        return item(i, embedding, Metadata.NONE);
    }

    private static IndexChange item(int i, Embedding embedding, Metadata metadata) {
        return new IndexChange.Put(
                new ItemId(Kind.IMAGE, Integer.toString(i)),
                embedding,
                ContentDigest.of(new byte[] {1}),
                null,
                metadata,
                null,
                new SourceStamp("glimpse.images", "id", new Position(Kind.IMAGE, 0, i)));
    }

    private static Embedding near(EmbeddingSpace space, float[] centre, Random random) {
        float[] vector = gaussian(random, centre.length);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = centre[i] + 0.7f * vector[i];
        }
        return Embedding.normalised(space, vector);
    }

    private static Embedding embedding(EmbeddingSpace space, Random random) {
        return Embedding.normalised(space, gaussian(random, space.dimension()));
    }

    private static float[] gaussian(Random random, int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }
}
