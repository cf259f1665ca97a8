package dev.glimpse.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.filter.Filter;
import dev.glimpse.filter.FilterParser;
import dev.glimpse.filter.MetadataValues;
import dev.glimpse.filter.RandomFilters;
import dev.glimpse.filter.Value;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.Position;
import dev.glimpse.topic.SourceStamp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every engine of the port does. */
public abstract class VectorIndexContract {

    /** Wants nothing. */
    protected static final SearchListener IMPATIENT = new SearchListener() {
        @Override
        public boolean proceed() {
            return false;
        }

        @Override
        public void improved(List<Neighbour> best, long scanned) {}
    };

    protected static final EmbeddingSpace SPACE = new EmbeddingSpace("test", "0123456789ab", 4);
    protected static final ViewPositions.Origin ORIGIN = new ViewPositions.Origin("cluster", "topic", "topic-id");

    @TempDir
    protected Path folder;

    protected VectorIndex index;

    protected abstract VectorIndex open(EmbeddingSpace space) throws Exception;

    @BeforeEach
    void openIndex() throws Exception {
        index = open(SPACE);
    }

    @AfterEach
    void closeIndex() {
        index.close();
    }

    @Test
    void ranksBySimilarityAndBreaksTiesById() {
        apply(
                put("image/c", 0, 1, 0, 0),
                put("image/b", 1, 0.6f, 0.8f, 0),
                put("image/a", 2, 0.6f, 0, 0.8f),
                put("image/d", 3, -1, 0, 0));

        assertThat(search(NeighbourQuery.Method.EXACT, 3)).containsExactly("image/c", "image/a", "image/b");
        assertThat(search(NeighbourQuery.Method.APPROXIMATE, 3)).containsExactly("image/c", "image/a", "image/b");
    }

    @Test
    void keepsKindsApart() {
        apply(put("image/7", 0, 1, 0, 0), put("text/7", 0, 1, 0, 0));

        assertThat(search(NeighbourQuery.Method.EXACT, 10)).containsExactly("image/7");
        apply(delete("image/7", 1));

        try (IndexSnapshot snapshot = index.snapshot()) {
            assertThat(snapshot.size(Kind.IMAGE)).isZero();
            assertThat(snapshot.find(ItemId.parse("text/7"))).isPresent();
        }
    }

    @Test
    void replacesAnItemByItsNewerVersion() {
        apply(put("image/1", 0, 1, 0, 0));
        apply(put("image/1", 5, -1, 0, 0));

        try (IndexSnapshot snapshot = index.snapshot()) {
            assertThat(snapshot.size(Kind.IMAGE)).isEqualTo(1);
            assertThat(snapshot.embedding(ItemId.parse("image/1")).orElseThrow().components()[0])
                    .isEqualTo(-1);
            assertThat(snapshot.find(ItemId.parse("image/1")).orElseThrow().position())
                    .isEqualTo(Position.parse("images-0-5"));
        }
    }

    @Test
    void ignoresAnOlderVersionEvenWithinABatch() {
        apply(put("image/1", 5, 1, 0, 0), put("image/1", 4, -1, 0, 0));
        apply(delete("image/1", 3));

        assertThat(search(NeighbourQuery.Method.EXACT, 1)).containsExactly("image/1");
        try (IndexSnapshot snapshot = index.snapshot()) {
            assertThat(snapshot.embedding(ItemId.parse("image/1")).orElseThrow().components()[0])
                    .isEqualTo(1);
        }
    }

    @Test
    void takesALowerOffsetOfARecreatedTopic() {
        apply(put("image/1", 5, 1, 0, 0));
        IndexChange recreated = new IndexChange.Delete(
                ItemId.parse("image/1"), new SourceStamp("glimpse.images", "another-id", Position.parse("images-0-0")));

        index.apply(List.of(recreated), ViewPositions.none(ORIGIN));

        assertThat(search(NeighbourQuery.Method.EXACT, 1)).isEmpty();
    }

    @Test
    void remembersARejectionAndFindsItNotInASearch() {
        apply(put("image/1", 0, 1, 0, 0));
        apply(reject("image/1", 1));

        try (IndexSnapshot snapshot = index.snapshot()) {
            assertThat(snapshot.find(ItemId.parse("image/1")))
                    .contains(new IndexedItem.Rejected(
                            ItemId.parse("image/1"), Position.parse("images-0-1"), "damaged-image", "it is"));
            assertThat(snapshot.embedding(ItemId.parse("image/1"))).isEmpty();
            assertThat(snapshot.size(Kind.IMAGE)).isZero();
        }
        assertThat(search(NeighbourQuery.Method.EXACT, 1)).isEmpty();
        assertThat(search(NeighbourQuery.Method.APPROXIMATE, 1)).isEmpty();
    }

    @Test
    void givesBackWhatItWasGiven() {
        apply(put("image/1", 0, 1, 0, 0));

        try (IndexSnapshot snapshot = index.snapshot()) {
            assertThat(snapshot.find(ItemId.parse("image/1")))
                    .contains(new IndexedItem.Visible(
                            ItemId.parse("image/1"),
                            Position.parse("images-0-0"),
                            ContentDigest.of(new byte[] {1}),
                            "words of image/1",
                            Metadata.parse("{\"a\":1}")));
        }
    }

    @Test
    void aSnapshotDoesNotChange() {
        apply(put("image/1", 0, 1, 0, 0));
        try (IndexSnapshot before = index.snapshot()) {
            ViewPositions positions = before.positions();
            apply(delete("image/1", 1), put("image/2", 2, 1, 0, 0));

            assertThat(before.find(ItemId.parse("image/1"))).isPresent();
            assertThat(before.find(ItemId.parse("image/2"))).isEmpty();
            assertThat(before.positions()).isEqualTo(positions);
        }
    }

    @Test
    void changesAndPositionsAreSeenTogether() {
        ViewPositions positions = ViewPositions.none(ORIGIN).advanced(Map.of(0, 17L), List.of(stamp("image/1", 9)));
        index.apply(List.of(put("image/1", 9, 1, 0, 0)), positions);

        try (IndexSnapshot snapshot = index.snapshot()) {
            assertThat(snapshot.positions()).isEqualTo(positions);
            assertThat(snapshot.positions().reached(Position.parse("images-0-9")))
                    .isTrue();
            assertThat(snapshot.positions().reached(Position.parse("images-0-10")))
                    .isFalse();
        }
    }

    @Test
    void stopsWhenItsListenerSaysSo() {
        List<IndexChange> many = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < 5000; i++) {
            many.add(put("image/" + i, i, (float) random.nextGaussian(), (float) random.nextGaussian(), 1));
        }
        index.apply(many, ViewPositions.none(ORIGIN));
        try (IndexSnapshot snapshot = index.snapshot()) {
            SearchOutcome outcome = snapshot.search(query(NeighbourQuery.Method.EXACT, 10), IMPATIENT);

            assertThat(outcome.complete()).isFalse();
            assertThat(outcome.scanned()).isLessThan(2000);
            assertThat(outcome.of()).isEqualTo(5000);
        }
    }

    protected void apply(IndexChange... changes) {
        index.apply(List.of(changes), ViewPositions.none(ORIGIN));
    }

    @Test
    void keepsFeaturesOfImages() {
        index.apply(List.of(put("image/1", 0, 1, 0.5f, 0), put("text/1", 0, 0, 1, 0)), ViewPositions.none(ORIGIN));
        index.apply(List.of(put("image/1", 1, 0.25f, 1, 0)), ViewPositions.none(ORIGIN));

        try (IndexSnapshot snapshot = index.snapshot()) {
            assertThat(snapshot.features(ItemId.parse("image/1"))).contains(ImageFeatures.of(new float[] {0.25f, 1}));
            assertThat(snapshot.features(ItemId.parse("text/1"))).isEmpty();
            assertThat(snapshot.features(ItemId.parse("image/2"))).isEmpty();
        }
    }

    protected List<String> search(NeighbourQuery.Method method, int k) {
        try (IndexSnapshot snapshot = index.snapshot()) {
            return snapshot.search(query(method, k), SearchListener.patient()).neighbours().stream()
                    .map(neighbour -> neighbour.item().toString())
                    .toList();
        }
    }

    @Test
    void findsWhatAFilterLetsPassAndNothingElse() {
        Random random = new Random(3);
        List<Metadata> metadata = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            metadata.add(RandomFilters.metadata(random));
            apply(put("image/" + i, i, metadata.get(i), 1, i / 300f, 0));
        }
        apply(put("text/1", 0, metadata.get(1), 1, 0, 0), delete("image/7", 1000));
        int passed = 0;
        try (IndexSnapshot snapshot = index.snapshot()) {
            for (int i = 0; i < 400; i++) {
                String written = RandomFilters.filter(random, 2);
                Filter filter = FilterParser.parse(written);
                List<String> right = IntStream.range(0, metadata.size())
                        .filter(number -> number != 7 && filter.matches(MetadataValues.of(metadata.get(number))))
                        .mapToObj(number -> "image/" + number)
                        .toList();
                assertThat(snapshot.size(Kind.IMAGE, filter)).as(written).isEqualTo(right.size());
                for (NeighbourQuery.Method method : NeighbourQuery.Method.values()) {
                    SearchOutcome outcome = snapshot.search(query(method, 300, filter), SearchListener.patient());
                    assertThat(outcome.of()).isEqualTo(right.size());
                    assertThat(outcome.neighbours())
                            .as(written)
                            .extracting(neighbour -> neighbour.item().toString())
                            .containsExactlyInAnyOrderElementsOf(right);
                }
                passed += right.size();
                FacetQuery.Near near = i % 2 == 0
                        ? null
                        : new FacetQuery.Near(
                                query(NeighbourQuery.Method.EXACT, 1).embedding(), 0.9f);
                FacetQuery facets = new FacetQuery(Kind.IMAGE, filter, near, List.of("a", "c.e", "none"));
                assertThat(snapshot.facets(facets, () -> true).orElseThrow().counts())
                        .as(written)
                        .isEqualTo(counted(facets, right, metadata));
            }
        }
        // Neither all nor none, or this says little.
        assertThat(passed / (400.0 * 300)).isBetween(0.1, 0.9);
    }

    @Test
    void countsAFieldBesideOneWhoseNameGoesOnBehindAZero() {
        String behind = "a\0b";
        String digested = "\1" + "0".repeat(64);
        String longest = "n".repeat(2000);
        Metadata metadata = Metadata.parse("{\"a\":\"x\",\"a\\u0000b\":\"y\",\"\\u0001%s\":\"z\",\"%s\":\"v\"}"
                .formatted("0".repeat(64), longest));
        apply(put("image/1", 0, metadata, 1, 0, 0));
        try (IndexSnapshot snapshot = index.snapshot()) {
            FacetQuery facets = new FacetQuery(Kind.IMAGE, null, null, List.of("a", behind, digested, longest));
            FacetCounts right = new FacetCounts(facets.fields());
            right.add("a", new Value.Text("x"), 1);
            right.add(behind, new Value.Text("y"), 1);
            right.add(digested, new Value.Text("z"), 1);
            right.add(longest, new Value.Text("v"), 1);
            assertThat(snapshot.facets(facets, () -> true).orElseThrow().counts())
                    .isEqualTo(right.counts());
        }
    }

    @Test
    void findsWordsAsTheFormulaSays() {
        String[] words = {"red", "Blue", "circle", "square", "above", "the", "a", "ring"};
        Random random = new Random(5);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            texts.add(IntStream.range(0, random.nextInt(1, 9))
                    .mapToObj(n -> words[random.nextInt(words.length)])
                    .collect(Collectors.joining(" ")));
            apply(said("image/" + i, i, texts.get(i)), said("text/" + i, i, texts.get(i)));
        }
        try (IndexSnapshot snapshot = index.snapshot()) {
            for (String asked : List.of("red", "a BLUE ring!", "circle above the square", "none", "?!")) {
                List<WordMatch> found = snapshot.words(
                                new WordQuery(Kind.IMAGE, asked, 7, FilterParser.parse("NOT b:*")), () -> true)
                        .orElseThrow();
                // What the formula says: Robertson and Zaragoza 2009; each text is there twice.
                Map<String, Double> right = new HashMap<>();
                for (int i = 0; i < 60; i++) {
                    double score = bm25(asked, i, texts);
                    if (score > 0) {
                        right.put("image/" + i, score);
                    }
                }
                assertThat(found).as(asked).hasSize(Math.min(7, right.size()));
                for (WordMatch match : found) {
                    assertThat(match.score())
                            .as(asked)
                            .isCloseTo(
                                    right.getOrDefault(match.item().toString(), 0.0)
                                            .floatValue(),
                                    within(1e-4f));
                }
                double worst =
                        found.stream().mapToDouble(WordMatch::score).min().orElse(0);
                assertThat(right.values().stream()
                                .filter(score -> score > worst + 1e-4)
                                .count())
                        .as(asked)
                        .isLessThanOrEqualTo(7);
            }
            assertThat(snapshot.words(new WordQuery(Kind.IMAGE, "red", 7, FilterParser.parse("b:*")), () -> true)
                            .orElseThrow())
                    .isEmpty();
        }
    }

    private static double bm25(String asked, int number, List<String> texts) {
        List<List<String>> all = texts.stream()
                .map(text -> List.of(text.toLowerCase(Locale.ROOT).split(" ")))
                .toList();
        double mean = all.stream().mapToInt(List::size).average().orElseThrow();
        double score = 0;
        for (String term : asked.toLowerCase(Locale.ROOT).split("[^a-z]+")) {
            double having = 2.0 * all.stream().filter(of -> of.contains(term)).count();
            double times = all.get(number).stream().filter(term::equals).count();
            score += Math.log(1 + (2 * all.size() - having + 0.5) / (having + 0.5))
                    * times
                    / (times + 1.2 * (0.25 + 0.75 * all.get(number).size() / mean));
        }
        return score;
    }

    protected static IndexChange said(String item, long offset, String text) {
        return new IndexChange.Put(
                ItemId.parse(item),
                Embedding.normalised(SPACE, new float[] {1, 0, 0, 0}),
                ContentDigest.of(new byte[] {1}),
                text,
                Metadata.NONE,
                null,
                stamp(item, offset));
    }

    @Test
    void takesTheLongestFilters() {
        apply(put("image/1", 0, 1, 0, 0));
        String alternatives = IntStream.range(0, 450).mapToObj(i -> "a:" + i).collect(Collectors.joining(" OR "));
        String set = IntStream.range(0, 900).mapToObj(Integer::toString).collect(Collectors.joining(",", "a:(", ")"));
        try (IndexSnapshot snapshot = index.snapshot()) {
            assertThat(snapshot.size(Kind.IMAGE, FilterParser.parse(alternatives)))
                    .isEqualTo(1);
            assertThat(snapshot.size(Kind.IMAGE, FilterParser.parse(set))).isEqualTo(1);
            assertThat(snapshot.size(Kind.IMAGE, FilterParser.parse("NOT " + set)))
                    .isZero();
        }
    }

    /** What is to be counted, of items at {@code (1, number / 300, 0)}. */
    private static Map<String, Map<Value, Long>> counted(
            FacetQuery query, List<String> items, List<Metadata> metadata) {
        FacetCounts counts = new FacetCounts(query.fields());
        for (String item : items) {
            int number = Integer.parseInt(item.substring("image/".length()));
            double y = number / 300.0;
            FacetQuery.Near near = query.near();
            if (near == null || 1 / Math.sqrt(1 + y * y) >= near.minSimilarity()) {
                query.fields()
                        .forEach(field -> MetadataValues.of(metadata.get(number)).of(field).stream()
                                .filter(FacetCounts::isCounted)
                                .forEach(value -> counts.add(field, value, 1)));
            }
        }
        return counts.counts();
    }

    private static NeighbourQuery query(NeighbourQuery.Method method, int k) {
        return query(method, k, null);
    }

    private static NeighbourQuery query(NeighbourQuery.Method method, int k, @Nullable Filter filter) {
        return new NeighbourQuery(Kind.IMAGE, Embedding.normalised(SPACE, new float[] {1, 0, 0, 0}), k, filter, method);
    }

    protected static IndexChange put(String item, long offset, float x, float y, float z) {
        return put(item, offset, Metadata.parse("{\"a\":1}"), x, y, z);
    }

    private static IndexChange put(String item, long offset, Metadata metadata, float x, float y, float z) {
        return new IndexChange.Put(
                ItemId.parse(item),
                Embedding.normalised(SPACE, new float[] {x, y, z, 0}),
                ContentDigest.of(new byte[] {1}),
                "words of " + item,
                metadata,
                item.startsWith("image/") ? ImageFeatures.of(new float[] {x, y}) : null,
                stamp(item, offset));
    }

    protected static IndexChange reject(String item, long offset) {
        return new IndexChange.Reject(ItemId.parse(item), "damaged-image", "it is", stamp(item, offset));
    }

    protected static IndexChange delete(String item, long offset) {
        return new IndexChange.Delete(ItemId.parse(item), stamp(item, offset));
    }

    private static SourceStamp stamp(String item, long offset) {
        Kind kind = ItemId.parse(item).kind();
        return new SourceStamp("glimpse." + kind.plural(), "source-id", new Position(kind, 0, offset));
    }
}
