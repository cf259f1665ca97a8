package dev.glimpse.scene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.geom.Area;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SceneGeneratorTest {

    private static final int MANY = 2_000;
    private static final List<Scene> SCENES = new SceneGenerator(7).first(MANY);

    @Test
    void drawsTheSameSceneForTheSameSeedAndNumber() {
        assertEquals(SCENES.get(1_234), new SceneGenerator(7).scene(1_234));
    }

    @Test
    void drawsOtherScenesForAnotherSeed() {
        assertNotEquals(SCENES.subList(0, 20), new SceneGenerator(8).first(20));
    }

    @Test
    void drawsNoSceneTwice() {
        assertEquals(MANY, new HashSet<>(SCENES).size());
    }

    @Test
    void drawsHalfOfTheScenesAsPairs() {
        assertEquals(0.50, share(Scene.Pair.class), 0.05);
        assertEquals(0.20, share(Scene.Single.class), 0.05);
        assertEquals(0.15, share(Scene.Count.class), 0.05);
        assertEquals(0.15, share(Scene.Triple.class), 0.05);
    }

    @Test
    void drawsEveryColourAndShapeAndEveryRelationButOverlapping() {
        assertEquals(
                Relation.values().length - 1,
                pairs().map(Scene.Pair::relation).distinct().count());
        assertEquals(
                Domain.BASIC.colours().size(),
                figures().map(Figure::colour).distinct().count());
        assertEquals(
                Domain.BASIC.shapes().size(),
                figures().map(Figure::shape).distinct().count());
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
    void placesNoFigureOverAnotherUnlessInsideIt() {
        for (Scene scene : SCENES) {
            if (!(scene instanceof Scene.Pair pair && pair.relation() == Relation.INSIDE)) {
                assertTrue(overlaps(scene).isEmpty(), scene::toString);
            }
        }
    }

    @Test
    void placesTheFiguresOfAPairInThatRelationAndNoOther() {
        pairs().forEach(pair -> assertEquals(
                List.of(pair.relation()),
                Stream.of(Relation.values())
                        .filter(r -> r.holds(pair.first(), pair.second()))
                        .toList()));
    }

    @Test
    void placesTheInnerFigureWhollyWithinTheOuterOne() {
        pairs().filter(pair -> pair.relation() == Relation.INSIDE).forEach(pair -> {
            var sticksOut = new Area(pair.first().outline());
            sticksOut.subtract(rimAndHole(pair.second()));
            assertTrue(sticksOut.isEmpty(), pair::toString);
        });
    }

    private static Area rimAndHole(PlacedFigure outer) {
        boolean ring = outer.figure().shape() == Shape.RING;
        Figure filled = ring ? new Figure(outer.figure().colour(), Shape.CIRCLE) : outer.figure();
        return new Area(new PlacedFigure(filled, outer.x(), outer.y(), outer.radius()).outline());
    }

    private static List<Area> overlaps(Scene scene) {
        List<Area> overlaps = new ArrayList<>();
        for (PlacedFigure one : scene.figures()) {
            for (PlacedFigure other : scene.figures()) {
                var overlap = new Area(one.outline());
                overlap.intersect(new Area(other.outline()));
                if (!one.equals(other) && !overlap.isEmpty()) {
                    overlaps.add(overlap);
                }
            }
        }
        return overlaps;
    }

    private static Stream<Scene.Pair> pairs() {
        return SCENES.stream().filter(Scene.Pair.class::isInstance).map(Scene.Pair.class::cast);
    }

    private static Stream<Figure> figures() {
        return SCENES.stream().flatMap(scene -> scene.figures().stream()).map(PlacedFigure::figure);
    }

    private static double share(Class<? extends Scene> sort) {
        return SCENES.stream().filter(sort::isInstance).count() / (double) MANY;
    }
}
