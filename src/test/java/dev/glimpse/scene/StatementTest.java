package dev.glimpse.scene;

import static dev.glimpse.scene.Figures.BLACK_RING;
import static dev.glimpse.scene.Figures.BLUE_SQUARE;
import static dev.glimpse.scene.Figures.PINK_HEART;
import static dev.glimpse.scene.Figures.RED_CIRCLE;
import static dev.glimpse.scene.Figures.YELLOW_STAR;
import static dev.glimpse.scene.Figures.circleAboveSquare;
import static dev.glimpse.scene.Figures.circleInsideRing;
import static dev.glimpse.scene.Figures.circleSquareAndHeart;
import static dev.glimpse.scene.Figures.placed;
import static dev.glimpse.scene.Figures.stars;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatementTest {

    @Test
    void isTrueOfTheSceneItWasMadeFor() {
        for (Scene scene : new SceneGenerator(5).first(2_000)) {
            assertTrue(scene.statements().stream().allMatch(statement -> statement.isTrueOf(scene)), scene::toString);
        }
    }

    @Test
    void tellsTheRelationFromBothEndsButNotFlipped() {
        assertTrue(Statement.related(RED_CIRCLE, Relation.ABOVE, BLUE_SQUARE).isTrueOf(circleAboveSquare()));
        assertTrue(Statement.related(BLUE_SQUARE, Relation.BELOW, RED_CIRCLE).isTrueOf(circleAboveSquare()));
        assertFalse(Statement.related(BLUE_SQUARE, Relation.ABOVE, RED_CIRCLE).isTrueOf(circleAboveSquare()));
        assertFalse(Statement.related(RED_CIRCLE, Relation.LEFT_OF, BLUE_SQUARE).isTrueOf(circleAboveSquare()));
        assertFalse(Statement.related(RED_CIRCLE, Relation.ABOVE, PINK_HEART).isTrueOf(circleAboveSquare()));
    }

    @Test
    void tellsInsideFromAround() {
        assertTrue(Statement.related(RED_CIRCLE, Relation.INSIDE, BLACK_RING).isTrueOf(circleInsideRing()));
        assertFalse(Statement.related(BLACK_RING, Relation.INSIDE, RED_CIRCLE).isTrueOf(circleInsideRing()));
    }

    @Test
    void findsARelationInATripleButNoneOnADiagonal() {
        assertTrue(Statement.related(RED_CIRCLE, Relation.ABOVE, BLUE_SQUARE).isTrueOf(circleSquareAndHeart()));
        assertFalse(Statement.related(RED_CIRCLE, Relation.ABOVE, PINK_HEART).isTrueOf(circleSquareAndHeart()));
        assertFalse(Statement.related(RED_CIRCLE, Relation.LEFT_OF, PINK_HEART).isTrueOf(circleSquareAndHeart()));
    }

    @Test
    void countsExactly() {
        assertTrue(new Statement.Counted(3, YELLOW_STAR).isTrueOf(stars(3)));
        assertFalse(new Statement.Counted(3, YELLOW_STAR).isTrueOf(stars(4)));
        assertFalse(new Statement.Counted(3, YELLOW_STAR).isTrueOf(stars(2)));
        assertFalse(new Statement.Counted(3, RED_CIRCLE).isTrueOf(stars(3)));
    }

    @Test
    void listsInAnyOrderAndPassesOverFurtherFigures() {
        var both = Statement.listed(List.of(BLUE_SQUARE, RED_CIRCLE));
        assertTrue(both.isTrueOf(circleAboveSquare()));
        assertTrue(both.isTrueOf(circleSquareAndHeart()));
        assertFalse(both.isTrueOf(circleInsideRing()));
        assertFalse(
                Statement.listed(List.of(BLUE_SQUARE, RED_CIRCLE, PINK_HEART)).isTrueOf(circleAboveSquare()));
    }

    @Test
    void tellsTheSizeInAnySortOfScene() {
        Scene large = new Scene.Single(Background.WHITE, placed(RED_CIRCLE, 64, 64, 40), Size.LARGE);
        assertTrue(Statement.sized(Size.LARGE, RED_CIRCLE).isTrueOf(large));
        assertFalse(Statement.sized(Size.SMALL, RED_CIRCLE).isTrueOf(large));
        assertTrue(Statement.sized(Size.LARGE, BLACK_RING).isTrueOf(circleInsideRing()));
        assertTrue(Statement.sized(Size.SMALL, RED_CIRCLE).isTrueOf(circleInsideRing()));
        assertTrue(Statement.sized(Size.SMALL, YELLOW_STAR).isTrueOf(stars(2)));
    }

    @Test
    void callsAFigureBetweenTheSizesNeitherSmallNorLarge() {
        assertFalse(Statement.sized(Size.SMALL, BLUE_SQUARE).isTrueOf(circleAboveSquare()));
        assertFalse(Statement.sized(Size.LARGE, BLUE_SQUARE).isTrueOf(circleAboveSquare()));
    }

    @Test
    void refusesWhatTheGrammarHasNoWordsFor() {
        assertThrows(IllegalArgumentException.class, () -> Statement.related(RED_CIRCLE, Relation.ABOVE, RED_CIRCLE));
        assertThrows(IllegalArgumentException.class, () -> new Statement.Counted(7, RED_CIRCLE));
        assertThrows(IllegalArgumentException.class, () -> Statement.listed(List.of(RED_CIRCLE, RED_CIRCLE)));
    }
}
