package dev.glimpse.scene.caption;

import static dev.glimpse.scene.Figures.BLUE_SQUARE;
import static dev.glimpse.scene.Figures.PINK_HEART;
import static dev.glimpse.scene.Figures.RED_CIRCLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.scene.Colour;
import dev.glimpse.scene.Description;
import dev.glimpse.scene.Domain;
import dev.glimpse.scene.Figure;
import dev.glimpse.scene.Figures;
import dev.glimpse.scene.Relation;
import dev.glimpse.scene.Shape;
import dev.glimpse.scene.Statement;
import dev.glimpse.scene.Texture;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LooseWordingTest {

    private static final Figure RED_A = new Figure(Colour.RED, Shape.LETTER_A);
    private static final Figure STRIPED = new Figure(Colour.RED, Texture.STRIPED, Shape.CIRCLE);

    @Test
    void namesTexturesGlyphsAndChainsPlainly() {
        assertPlain("a striped red circle", Statement.listed(List.of(STRIPED)));
        assertPlain("a red letter A", Statement.listed(List.of(RED_A)));
        assertPlain("three red letters A", new Statement.Counted(3, RED_A));
        assertPlain("six red digits 7", new Statement.Counted(6, new Figure(Colour.RED, Shape.DIGIT_7)));
        assertPlain("two blue shapes", new Statement.Counted(2, new Description(null, null, Colour.BLUE, null)));
        assertPlain(
                "a red circle above a blue square, and a pink heart left of the blue square",
                new Statement.Shown(
                        List.of(Description.of(RED_CIRCLE), Description.of(BLUE_SQUARE), Description.of(PINK_HEART)),
                        List.of(new Statement.Link(0, Relation.ABOVE, 1), new Statement.Link(2, Relation.LEFT_OF, 1))));
    }

    @Test
    void variesWordsOrderOpeningAndDirection() {
        Set<String> captions = loose(Statement.related(RED_CIRCLE, Relation.ABOVE, BLUE_SQUARE));
        assertTrue(captions.containsAll(Set.of(
                "a red circle above a blue square",
                "red disc over blue box",
                "a circle in red is above a blue square",
                "there is a blue box with a red circle above it",
                "a blue square below a red circle")));
        assertTrue(captions.size() > 500, () -> captions.size() + " captions");
    }

    @Test
    void neverTurnsTheClaimAround() {
        assertTrue(
                loose(Statement.related(RED_CIRCLE, Relation.LEFT_OF, BLUE_SQUARE)).stream()
                        .map(caption -> caption.replaceAll("\\b(circle|disc|dot)( in red)?\\b", "R")
                                .replaceAll("\\b(square|box)( in blue)?\\b", "B"))
                        .allMatch(
                                caption -> caption.matches(
                                        ".*R (is )?(to the |on the )?left of .*B|.*B (is )?(to the |on the )?right of .*R"
                                                + "|.*B with .*R (to the |on the )?left of it|.*R with .*B (to the |on the )?right of it")));
    }

    @Test
    void writesNumbersAsWordsAndDigits() {
        Set<String> captions = loose(new Statement.Counted(5, BLUE_SQUARE));
        assertTrue(captions.containsAll(Set.of("five blue squares", "there are 5 blue boxes", "5 squares in blue")));
    }

    @Test
    void shortensGlyphsOnlyAfterAnotherWord() {
        assertTrue(loose(Statement.listed(List.of(RED_A))).contains("a red A"));
        assertTrue(loose(new Statement.Shown(new Description(null, null, null, Shape.DIGIT_8))).stream()
                .allMatch(caption -> caption.matches(".*(digit|number) 8")));
    }

    @Test
    void captionsPartsOfAScene() {
        var captions = new Captions(Domain.WIDE, Captions.Manner.FREE, 1);
        Set<String> all = LongStream.range(0, 500)
                .boxed()
                .flatMap(n -> captions.of(Figures.circleAboveSquare(), n, 3).stream())
                .collect(Collectors.toSet());
        assertTrue(all.contains("a red circle"));
        assertTrue(all.contains("a blue square and a red circle"));
        assertTrue(all.stream().anyMatch(caption -> caption.matches(".*red (shape|thing|object|figure).*")));
    }

    @Test
    void captionsPlainlyInOneWay() {
        assertEquals(
                List.of("a red circle above a blue square"),
                new Captions(Domain.WIDE, Captions.Manner.PLAIN, 1).of(Figures.circleAboveSquare(), 4, 5));
    }

    private static Set<String> loose(Statement statement) {
        return LongStream.range(0, 20_000)
                .mapToObj(number -> new LooseWording(1, number).caption(statement))
                .collect(Collectors.toSet());
    }

    private static void assertPlain(String caption, Statement statement) {
        assertEquals(caption, new PlainWording().caption(statement));
    }
}
