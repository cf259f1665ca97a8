package dev.glimpse.scene;

import static dev.glimpse.scene.Figures.BLUE_SQUARE;
import static dev.glimpse.scene.Figures.RED_CIRCLE;
import static dev.glimpse.scene.Figures.circleSquareAndHeart;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SplitTest {

    private static final List<Figure> FIGURES = Domain.WIDE.colours().stream()
            .flatMap(colour -> Domain.WIDE.shapes().stream().map(shape -> new Figure(colour, shape)))
            .toList();

    @Test
    void holdsOutATenthOfTheCombinations() {
        long heldOut = FIGURES.stream()
                .mapToLong(one -> FIGURES.stream()
                        .filter(other -> !one.equals(other) && Split.isHeldOut(one, other))
                        .count())
                .sum();
        assertEquals(0.1, heldOut / (double) (FIGURES.size() * (FIGURES.size() - 1)), 0.005);
    }

    /** By Python: {@code zlib.crc32(b"red circle, red square") % 10 == 0}. */
    @Test
    void staysAsItIs() {
        assertFalse(Split.isHeldOut(RED_CIRCLE, BLUE_SQUARE));
        assertTrue(Split.isHeldOut(new Figure(Colour.RED, Shape.CIRCLE), new Figure(Colour.RED, Shape.SQUARE)));
    }

    @Test
    void holdsOutBothOrdersAndAllTexturesTogether() {
        for (Figure other : FIGURES) {
            assertEquals(Split.isHeldOut(RED_CIRCLE, other), Split.isHeldOut(other, RED_CIRCLE));
            assertEquals(Split.isHeldOut(RED_CIRCLE, other), Split.isHeldOut(RED_CIRCLE.with(Texture.STRIPED), other));
        }
    }

    @Test
    void drawsScenesHeldOutOrNotAndOfAWantedRelation() {
        var generator = new SceneGenerator(Domain.WIDE, 3);
        for (int n = 0; n < 100; n++) {
            for (Relation relation : Relation.values()) {
                Scene heldOut = generator.scene(n, Split.HELD_OUT.and(relation::isShownBy));
                assertTrue(Split.isHeldOut(heldOut) && relation.isShownBy(heldOut));
                Scene trained = generator.scene(n, Split.TRAINED.and(relation::isShownBy));
                assertTrue(!Split.isHeldOut(trained) && relation.isShownBy(trained));
            }
            assertEquals(generator.scene(n), generator.scene(n, Split.ANY));
        }
    }

    @Test
    void holdsOutNoSceneOfOneKindOfObject() {
        assertFalse(Split.isHeldOut(Figures.stars(3)));
        assertEquals(
                Split.isHeldOut(RED_CIRCLE, BLUE_SQUARE)
                        || Split.isHeldOut(RED_CIRCLE, Figures.PINK_HEART)
                        || Split.isHeldOut(BLUE_SQUARE, Figures.PINK_HEART),
                Split.isHeldOut(circleSquareAndHeart()));
    }

    @Test
    void givesUpOnAWishThatNoSceneFulfils() {
        var generator = new SceneGenerator(3);
        assertThrows(IllegalArgumentException.class, () -> generator.scene(0, _ -> false));
    }
}
