package dev.glimpse.scene.caption;

import static dev.glimpse.scene.Figures.BLUE_SQUARE;
import static dev.glimpse.scene.Figures.PINK_HEART;
import static dev.glimpse.scene.Figures.RED_CIRCLE;
import static dev.glimpse.scene.Figures.YELLOW_STAR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.scene.Colour;
import dev.glimpse.scene.Figure;
import dev.glimpse.scene.Relation;
import dev.glimpse.scene.Shape;
import dev.glimpse.scene.Size;
import dev.glimpse.scene.Statement;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WordingTest {

    private static final Statement CIRCLE_ABOVE_SQUARE = Statement.related(RED_CIRCLE, Relation.ABOVE, BLUE_SQUARE);

    @Test
    void writesTheOnePlainCaption() {
        assertPlain("a large red circle", Statement.sized(Size.LARGE, RED_CIRCLE));
        assertPlain("a red circle above a blue square", CIRCLE_ABOVE_SQUARE);
        assertPlain("a red circle left of a blue square", Statement.related(RED_CIRCLE, Relation.LEFT_OF, BLUE_SQUARE));
        assertPlain("three yellow stars", new Statement.Counted(3, YELLOW_STAR));
        assertPlain("a red circle and a blue square", Statement.listed(List.of(RED_CIRCLE, BLUE_SQUARE)));
        assertPlain(
                "a red circle, a blue square and a pink heart",
                Statement.listed(List.of(RED_CIRCLE, BLUE_SQUARE, PINK_HEART)));
    }

    @Test
    void agreesArticlesAndPlurals() {
        var orangeCross = new Figure(Colour.ORANGE, Shape.CROSS);
        assertPlain("two orange crosses", new Statement.Counted(2, orangeCross));
        assertPlain("a red circle inside an orange cross", Statement.related(RED_CIRCLE, Relation.INSIDE, orangeCross));
        assertTrue(free(new Statement.Counted(2, BLUE_SQUARE)).contains("there are 2 blue boxes"));
    }

    @Test
    void writesTheSameFreeCaptionForTheSameSeedAndNumber() {
        assertEquals(free(CIRCLE_ABOVE_SQUARE), free(CIRCLE_ABOVE_SQUARE));
        assertEquals(
                new FreeWording(4, 9).caption(CIRCLE_ABOVE_SQUARE), new FreeWording(4, 9).caption(CIRCLE_ABOVE_SQUARE));
    }

    @Test
    void variesWordsOpeningAndDirection() {
        Set<String> captions = free(CIRCLE_ABOVE_SQUARE);
        assertTrue(captions.containsAll(Set.of(
                "a red circle above a blue square", "a red disc on top of a blue box",
                "there is a red dot over a blue square", "a blue square below a red circle",
                "a picture of a blue box beneath a red disc", "a scene with a blue square under a red circle")));
    }

    @Test
    void neverTurnsTheClaimAround() {
        assertTrue(free(CIRCLE_ABOVE_SQUARE).stream()
                .allMatch(caption -> caption.matches(
                        ".*red .*(above|over|on top of) a blue .*|" + ".*blue .*(below|under|beneath) a red .*")));
    }

    @Test
    void leavesTheRelationInsideAsItIs() {
        var inside = Statement.related(RED_CIRCLE, Relation.INSIDE, BLUE_SQUARE);
        assertTrue(free(inside).stream().allMatch(caption -> caption.matches(".*red .* (in|inside|within) a blue .*")));
    }

    private static Set<String> free(Statement statement) {
        return LongStream.range(0, 2_000)
                .mapToObj(number -> new FreeWording(1, number).caption(statement))
                .collect(Collectors.toSet());
    }

    private static void assertPlain(String caption, Statement statement) {
        assertEquals(caption, new PlainWording().caption(statement));
    }
}
