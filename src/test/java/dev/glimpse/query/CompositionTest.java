package dev.glimpse.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.Content;
import dev.glimpse.query.Composition.Part;
import dev.glimpse.query.Composition.Source;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompositionTest {

    private static final EmbeddingSpace SPACE = EmbeddingSpace.parse("tiny.0123456789ab.3");

    @Test
    void pointsWhereTheWeightedSumDoes() {
        Composition composition = new Composition(List.of(part("a", 2), part("b", -1), part("c", 0)));

        Embedding combined = composition.combined(List.of(unit(1, 0, 0), unit(0, 1, 0), unit(0, 0, 1)));

        assertThat(combined.components()[0]).isCloseTo(2 / (float) Math.sqrt(5), within(1e-6f));
        assertThat(combined.components()[1]).isCloseTo(-1 / (float) Math.sqrt(5), within(1e-6f));
        assertThat(combined.components()[2]).isZero();
    }

    @Test
    void refusesPartsThatCancelEachOtherOut() {
        Composition composition = new Composition(List.of(part("a", 0.7f), part("a", -0.7f)));

        assertThatThrownBy(() -> composition.combined(List.of(unit(1, 2, 3), unit(1, 2, 3.0001f))))
                .isInstanceOf(QueryException.class)
                .hasMessage("the parts cancel each other out: their sum has no direction")
                .extracting(e -> ((QueryException) e).status())
                .isEqualTo(400);
        assertThatThrownBy(() -> new Composition(List.of(part("a", 0))).combined(List.of(unit(1, 0, 0))))
                .isInstanceOf(QueryException.class);
    }

    @ParameterizedTest
    @ValueSource(floats = {101, -100.5f, Float.NaN, Float.POSITIVE_INFINITY})
    void refusesWeightsBeyondTheLimits(float weight) {
        assertThatThrownBy(() -> part("a", weight))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight is %s; it must be -100 to 100".formatted(weight));
    }

    @Test
    void hasOneToSixteenParts() {
        assertThatThrownBy(() -> new Composition(List.of())).hasMessage("there are 0; 1 to 16 are taken");
        assertThatThrownBy(() -> new Composition(Collections.nCopies(17, part("a", 1))))
                .hasMessage("there are 17; 1 to 16 are taken");
    }

    @Test
    void countsTheWordsOfWhatIsWanted() {
        assertThat(new Composition(List.of(part("a shoe", 1), part("leather", -1), part("in red", 0.5f))).words())
                .isEqualTo("a shoe in red");
        assertThat(new Composition(List.of(part("leather", -1))).words()).isNull();
    }

    @Test
    void takesPicturesOfTheSameBytesForOne() {
        Source one = new Source.Picture(new Content.Picture(new byte[] {1, 2}, null));
        Source same = new Source.Picture(new Content.Picture(new byte[] {1, 2}, "image/png"));
        Source other = new Source.Picture(new Content.Picture(new byte[] {1, 3}, null));

        assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(other);
    }

    private static Part part(String text, float weight) {
        return new Part(new Source.Text(new SearchQuery.Subject.Text(text)), weight);
    }

    private static Embedding unit(float... components) {
        return Embedding.normalised(SPACE, components);
    }
}
