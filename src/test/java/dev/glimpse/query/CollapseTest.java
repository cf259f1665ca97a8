package dev.glimpse.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.ItemId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class CollapseTest {

    private static final EmbeddingSpace SPACE = EmbeddingSpace.parse("m.0123456789ab.2");

    private final Map<ItemId, Embedding> embeddings = new TreeMap<>();

    @Test
    void anItemThatIsLikeABetterOneOfItsKindIsNotShown() {
        List<Ranked> ranking =
                List.of(at("image/a", 0), at("image/b", 20), at("image/c", 9), at("image/d", 50), at("text/e", 0));

        // The cosine of 10 degrees is 0.985, that of 11 is 0.982.
        assertThat(collapse(0.984f).unlike(ranking, List.of(), 4))
                .containsExactly(ranking.get(0), ranking.get(1), ranking.get(3), ranking.get(4));
    }

    @Test
    void whatIsLikeSomethingShownBeforeIsNotShown() {
        List<Ranked> ranking = List.of(at("image/a", 0), at("image/b", 5), at("image/c", 90));

        assertThat(collapse(0.98f).unlike(ranking, List.of(ItemId.parse("image/a")), 9))
                .containsExactly(ranking.get(2));
    }

    @Test
    void equalEmbeddingsAreAlikeWhateverRoundingSays() {
        List<Ranked> ranking = new ArrayList<>();
        for (int i = 10; i < 90; i++) {
            ranking.add(at("image/" + i, 7 * (i / 40)));
        }

        assertThat(collapse(1).unlike(ranking, List.of(), 9)).hasSize(3);
    }

    @Test
    void endsWhenItIsNotToGoOn() {
        List<Ranked> ranking = List.of(at("image/a", 0), at("image/b", 40), at("image/c", 90));
        AtomicInteger left = new AtomicInteger(2);

        assertThat(new Collapse(0.9f, this::embedding, () -> left.getAndDecrement() > 0).unlike(ranking, List.of(), 9))
                .hasSize(2);
    }

    /** Pages show in turn what one long page shows. */
    @RepeatedTest(20)
    void pagesAreTheLongListCut(RepetitionInfo info) {
        SplittableRandom random = new SplittableRandom(info.getCurrentRepetition());
        List<Ranked> ranking = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ranking.add(at("image/%03d".formatted(i), random.nextDouble(180)));
        }
        Collapse collapse = collapse(0.999f);
        List<ItemId> all = items(collapse.unlike(ranking, List.of(), 1000));

        List<ItemId> paged = new ArrayList<>();
        int before = -1;
        while (paged.size() > before) {
            before = paged.size();
            paged.addAll(items(collapse.unlike(ranking, List.copyOf(paged), 7)));
        }

        assertThat(paged).isEqualTo(all).hasSizeBetween(20, 90);
    }

    private Collapse collapse(float threshold) {
        return new Collapse(threshold, this::embedding, () -> true);
    }

    private static List<ItemId> items(List<Ranked> ranking) {
        return ranking.stream().map(Ranked::item).toList();
    }

    private Embedding embedding(ItemId item) {
        return Objects.requireNonNull(embeddings.get(item));
    }

    /** An item whose embedding stands at an angle, in degrees. */
    private Ranked at(String item, double angle) {
        ItemId id = ItemId.parse(item);
        double turned = Math.toRadians(angle);
        embeddings.put(id, Embedding.normalised(SPACE, new float[] {(float) Math.cos(turned), (float) Math.sin(turned)
        }));
        return new Ranked(id, null, 0);
    }
}
