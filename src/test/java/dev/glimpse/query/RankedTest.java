package dev.glimpse.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.glimpse.index.Neighbour;
import dev.glimpse.index.WordMatch;
import dev.glimpse.item.ItemId;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankedTest {

    private static final List<Neighbour> IMAGES = List.of(neighbour("image/a", 0.3f), neighbour("image/b", 0.2f));
    private static final List<Neighbour> TEXTS = List.of(neighbour("text/a", 0.9f), neighbour("text/b", 0.8f));

    @Test
    void ranksOneKindBySimilarity() {
        List<Ranked> ranked = Ranked.fuse(List.of(Ranked.ofNeighbours(IMAGES)), 10);

        assertThat(ranked).extracting(one -> one.item().toString()).containsExactly("image/a", "image/b");
        assertThat(ranked.getFirst().score()).isEqualTo(0.3f);
    }

    @Test
    void ranksSeveralKindsByRankSoThatTextsDoNotOutrankImages() {
        List<Ranked> ranked = Ranked.fuse(List.of(Ranked.ofNeighbours(IMAGES), Ranked.ofNeighbours(TEXTS)), 3);

        assertThat(ranked).extracting(one -> one.item().toString()).containsExactly("image/a", "text/a", "image/b");
        assertThat(ranked.getFirst().score()).isCloseTo(1 / 61f, within(1e-7f));
    }

    @Test
    void sumsWhatAnItemIsWorthInSeveralRankings() {
        List<Ranked> words = Ranked.ofWords(
                List.of(new WordMatch(ItemId.parse("image/c"), 9), new WordMatch(ItemId.parse("image/b"), 8)));

        List<Ranked> ranked = Ranked.fuse(List.of(words, Ranked.ofNeighbours(IMAGES)), 10);

        assertThat(ranked).extracting(one -> one.item().toString()).containsExactly("image/b", "image/a", "image/c");
        assertThat(ranked.getFirst().score()).isCloseTo(1 / 62f + 1 / 62f, within(1e-7f));
        assertThat(ranked).extracting(Ranked::similarity).containsExactly(0.2f, 0.3f, null);
    }

    private static Neighbour neighbour(String item, float similarity) {
        return new Neighbour(ItemId.parse(item), similarity);
    }
}
