package dev.glimpse.scene;

import static dev.glimpse.scene.Figures.BLUE_SQUARE;
import static dev.glimpse.scene.Figures.RED_CIRCLE;
import static dev.glimpse.scene.Figures.placed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SceneTest {

    @Test
    void refusesAPairThatDoesNotStandAsItSays() {
        var circle = placed(RED_CIRCLE, 64, 35, 12);
        var square = placed(BLUE_SQUARE, 64, 90, 22);
        var thrown = assertThrows(
                IllegalArgumentException.class, () -> new Scene.Pair(Background.WHITE, circle, Relation.BELOW, square));
        assertEquals(circle + " must be below " + square, thrown.getMessage());
    }

    @Test
    void refusesAFigureThatLeavesTheCanvas() {
        assertThrows(IllegalArgumentException.class, () -> placed(RED_CIRCLE, 10, 64, 12));
    }

    @Test
    void refusesASingleOfAnotherSize() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Scene.Single(Background.WHITE, placed(RED_CIRCLE, 64, 64, 25), Size.LARGE));
    }

    @Test
    void refusesACountOfUnlikeFigures() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Scene.Count(
                        Background.WHITE, List.of(placed(RED_CIRCLE, 30, 30, 12), placed(BLUE_SQUARE, 90, 90, 12))));
    }

    @Test
    void refusesATripleOfLikeFigures() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Scene.Triple(
                        Background.WHITE,
                        List.of(
                                placed(RED_CIRCLE, 30, 30, 12),
                                placed(BLUE_SQUARE, 90, 90, 12),
                                placed(RED_CIRCLE, 30, 90, 12))));
    }

    @Test
    void refusesABackgroundOfMoreThanThreeChannels() {
        assertThrows(IllegalArgumentException.class, () -> new Background(0x1FFFFFF));
    }
}
