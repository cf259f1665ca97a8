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
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class GroupTest {

    private static final EmbeddingSpace SPACE = EmbeddingSpace.parse("m.0123456789ab.2");

    private final Map<ItemId, Embedding> embeddings = new TreeMap<>();

    @Test
    void withoutAThresholdEachItemIsItsOwn() {
        List<Ranked> ranking = List.of(at("image/1", 0), at("image/2", 0), at("image/3", 0));

        List<Group> groups = Group.of(ranking, List.of(ItemId.parse("image/1")), null, this::unused, 1);

        assertThat(groups).containsExactly(new Group(ranking.get(1), List.of()));
    }

    @Test
    void anItemJoinsTheFirstGroupThatItIsLike() {
        List<Ranked> ranking =
                List.of(at("image/a", 0), at("image/b", 20), at("image/c", 9), at("image/d", 50), at("text/e", 0));

        // The cosine of 10 degrees is 0.985, that of 11 is 0.982.
        List<Group> groups = Group.of(ranking, List.of(), 0.984f, this::embedding, 4);

        assertThat(groups)
                .containsExactly(
                        new Group(ranking.get(0), List.of(ItemId.parse("image/c"))),
                        new Group(ranking.get(1), List.of()),
                        new Group(ranking.get(3), List.of()),
                        new Group(ranking.get(4), List.of()));
    }

    @Test
    void whatIsLikeSomethingShownBeforeIsNotShown() {
        List<Ranked> ranking = List.of(at("image/a", 0), at("image/b", 5), at("image/c", 90));

        List<Group> groups = Group.of(ranking, List.of(ItemId.parse("image/a")), 0.98f, this::embedding, 9);

        assertThat(groups).containsExactly(new Group(ranking.get(2), List.of()));
    }

    @Test
    void namesTheFirstDuplicatesAlone() {
        List<Ranked> ranking = new ArrayList<>();
        for (int i = 10; i < 40; i++) {
            ranking.add(at("image/" + i, 0));
        }

        List<Group> groups = Group.of(ranking, List.of(), 1 - 1e-6f, this::embedding, 5);

        assertThat(groups).hasSize(1);
        assertThat(groups.getFirst().others()).hasSize(Group.NAMED).startsWith(ItemId.parse("image/11"));
    }

    /** Pages show in turn what one long page shows. */
    @RepeatedTest(20)
    void pagesAreTheLongListCut(RepetitionInfo info) {
        SplittableRandom random = new SplittableRandom(info.getCurrentRepetition());
        List<Ranked> ranking = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ranking.add(at("image/%03d".formatted(i), random.nextDouble(180)));
        }
        List<ItemId> all = items(Group.of(ranking, List.of(), 0.999f, this::embedding, 1000));

        List<ItemId> paged = new ArrayList<>();
        int before = -1;
        while (paged.size() > before) {
            before = paged.size();
            paged.addAll(items(Group.of(ranking, List.copyOf(paged), 0.999f, this::embedding, 7)));
        }

        assertThat(paged).isEqualTo(all).hasSizeBetween(20, 90);
    }

    private static List<ItemId> items(List<Group> groups) {
        return groups.stream().map(group -> group.first().item()).toList();
    }

    private Embedding embedding(ItemId item) {
        return Objects.requireNonNull(embeddings.get(item));
    }

    private Embedding unused(ItemId item) {
        throw new AssertionError("nobody needs the embedding of " + item);
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
