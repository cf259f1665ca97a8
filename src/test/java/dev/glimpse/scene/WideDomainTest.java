package dev.glimpse.scene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.scene.caption.PlainWording;
import dev.glimpse.scene.draw.SceneRenderer;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WideDomainTest {

    private static final int MANY = 4_000;
    private static final int FEW = 1_000;
    private static final SceneGenerator GENERATOR = new SceneGenerator(Domain.WIDE, 7);
    private static final List<Scene> SCENES = GENERATOR.first(MANY);

    @Test
    void drawsTheSameSceneForTheSameSeedAndNumber() {
        assertEquals(SCENES.get(1_234), new SceneGenerator(Domain.WIDE, 7).scene(1_234));
        assertEquals(MANY, new HashSet<>(SCENES).size());
    }

    @Test
    void drawsTheSamePixelsForTheSameScene() {
        var renderer = new SceneRenderer();
        for (Scene scene : SCENES.subList(0, 100)) {
            assertTrue(Arrays.equals(pixels(renderer.draw(scene)), pixels(new SceneRenderer().draw(scene))));
        }
    }

    @Test
    void showsEveryShapeColourTextureRelationAndCount() {
        assertEquals(Set.of(Shape.values()), all(Figure::shape));
        assertEquals(Set.of(Colour.values()), all(Figure::colour));
        assertEquals(Set.of(Texture.values()), all(Figure::texture));
        for (Relation relation : Relation.values()) {
            assertTrue(SCENES.stream().filter(relation::isShownBy).count() > MANY / 40, relation::words);
        }
        Set<Integer> counts = SCENES.stream()
                .filter(Scene.Count.class::isInstance)
                .map(scene -> scene.figures().size())
                .collect(Collectors.toSet());
        assertEquals(Set.of(2, 3, 4, 5, 6), counts);
    }

    @Test
    void placesEveryOutlineWithinTheCanvas() {
        var canvas = new Rectangle2D.Double(0, 0, Scene.SIDE, Scene.SIDE);
        for (Scene scene : SCENES) {
            assertTrue(
                    scene.figures().stream()
                            .allMatch(placed -> canvas.contains(placed.outline().getBounds2D())),
                    scene::toString);
        }
    }

    @Test
    void placesNoFigureOverAnotherUnlessTheyAreInsideOrOverlapping() {
        for (Scene scene : SCENES) {
            boolean mayCover = scene instanceof Scene.Pair pair && !Relation.BESIDE.contains(pair.relation());
            assertTrue(mayCover || covered(scene) == 0, scene::toString);
        }
    }

    @Test
    void leavesNoRelationAmbiguous() {
        for (Scene scene : SCENES) {
            if (scene instanceof Scene.Pair(var _, var first, var relation, var second)) {
                assertEquals(
                        List.of(relation),
                        Stream.of(Relation.values())
                                .filter(r -> r.holds(first, second))
                                .toList());
            }
            if (scene instanceof Scene.Triple triple) {
                assertTrue(pairs(triple).noneMatch(two -> Relation.isAmbiguous(two.getFirst(), two.getLast())));
            }
        }
    }

    @Test
    void letsEveryFigureBeSeenInItsColour() {
        var renderer = new SceneRenderer();
        for (Scene scene : SCENES.subList(0, FEW)) {
            int[] pixels = pixels(renderer.draw(scene));
            for (PlacedFigure placed : scene.figures()) {
                int rgb = placed.figure().colour().rgb();
                long seen = IntStream.of(pixels)
                        .filter(pixel -> (pixel & 0xFFFFFF) == rgb)
                        .count();
                assertTrue(seen > 25, () -> seen + " pixels of " + placed + " in " + scene);
            }
        }
    }

    @Test
    void hidesNoFigureInTheBackground() {
        assertTrue(SCENES.stream()
                .noneMatch(scene -> scene.figures().stream()
                        .anyMatch(placed ->
                                scene.background().hides(placed.figure().colour()))));
        assertTrue(new Background(0x2B2B2B).hides(Colour.BLACK));
        assertTrue(new Background(0xFFFFFF, 0x808080, 0, 0).hides(Colour.GREY));
    }

    @Test
    void claimsWhatIsTrueOfTheSceneInFullAndInPart() {
        for (int n = 0; n < MANY; n++) {
            Scene scene = SCENES.get(n);
            assertTrue(Domain.WIDE.claim(scene).isTrueOf(scene), scene::toString);
            Draws draws = Draws.of(3, n);
            for (int i = 0; i < 4; i++) {
                Statement some = Claims.some(scene, draws);
                assertTrue(some.isTrueOf(scene), () -> some + " of " + scene);
            }
        }
    }

    @Test
    void tellsSizesOfPairsInWhichTheyDiffer() {
        assertTrue(SCENES.stream()
                .filter(Scene.Pair.class::isInstance)
                .map(Domain.WIDE::claim)
                .map(new PlainWording()::caption)
                .anyMatch(caption -> caption.matches("a large .* a small .*")));
    }

    private static double covered(Scene scene) {
        return pairs(scene)
                .mapToDouble(two -> two.getFirst().shareCoveredBy(two.getLast()))
                .sum();
    }

    private static Stream<List<PlacedFigure>> pairs(Scene scene) {
        List<PlacedFigure> figures = scene.figures();
        return IntStream.range(0, figures.size())
                .boxed()
                .flatMap(i -> IntStream.range(0, i).mapToObj(j -> List.of(figures.get(i), figures.get(j))));
    }

    private static <T> Set<T> all(Function<Figure, T> of) {
        return SCENES.stream()
                .flatMap(scene -> scene.figures().stream())
                .map(PlacedFigure::figure)
                .map(of)
                .collect(Collectors.toSet());
    }

    private static int[] pixels(BufferedImage image) {
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }
}
