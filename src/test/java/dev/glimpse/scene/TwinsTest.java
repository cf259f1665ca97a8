package dev.glimpse.scene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.scene.caption.Captions;
import dev.glimpse.scene.caption.Wording;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TwinsTest {

    private static final int MANY = 3_000;

    @ParameterizedTest
    @EnumSource
    void tellsTheOriginalFromTheTwinByBothCaptions(Domain domain) {
        var generator = new SceneGenerator(domain, 11);
        var twins = new Twins(domain, 11);
        Map<Twin.Kind, Integer> seen = new EnumMap<>(Twin.Kind.class);
        for (int n = 0; n < MANY; n++) {
            Scene scene = generator.scene(n);
            Wording loose = new Captions(domain, Captions.Manner.FREE, 11).wording(n);
            for (Twin twin : twins.of(scene, n)) {
                assertTrue(twin.ofOriginal().isTrueOf(scene), twin::toString);
                assertFalse(twin.ofOriginal().isTrueOf(twin.scene()), twin::toString);
                assertTrue(twin.ofTwin().isTrueOf(twin.scene()), twin::toString);
                assertFalse(twin.ofTwin().isTrueOf(scene), twin::toString);
                assertNotEquals(loose.caption(twin.ofOriginal()), loose.caption(twin.ofTwin()));
                assertDiffersInNothingElse(scene, twin);
                seen.merge(twin.kind(), 1, Integer::sum);
            }
        }
        for (Twin.Kind kind : Twin.Kind.values()) {
            boolean isPossible = domain == Domain.WIDE || kind != Twin.Kind.TEXTURE_CHANGED;
            assertTrue(!isPossible || seen.getOrDefault(kind, 0) > MANY / 20, () -> kind + " in " + seen);
        }
    }

    @ParameterizedTest
    @EnumSource
    void drawsTheSameTwinsForTheSameSeedAndNumber(Domain domain) {
        for (int n = 0; n < 200; n++) {
            Scene scene = new SceneGenerator(domain, 5).scene(n);
            assertEquals(new Twins(domain, 5).of(scene, n), new Twins(domain, 5).of(scene, n));
        }
    }

    @Test
    void drawsTwinsAsClearAsTheirOriginals() {
        var twins = new Twins(Domain.WIDE, 11);
        for (int n = 0; n < MANY; n++) {
            for (Twin twin : twins.of(new SceneGenerator(Domain.WIDE, 11).scene(n), n)) {
                assertTrue(Clearance.isClear(twin.scene()), twin::toString);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void findsATwinForNearlyEveryScene(Domain domain) {
        var twins = new Twins(domain, 11);
        var generator = new SceneGenerator(domain, 11);
        long without = IntStream.range(0, MANY)
                .filter(n -> twins.of(generator.scene(n), n).isEmpty())
                .count();
        assertTrue(without < MANY / 100, () -> without + " of " + MANY);
    }

    private static void assertDiffersInNothingElse(Scene scene, Twin twin) {
        assertEquals(scene.getClass(), twin.scene().getClass());
        assertEquals(scene.background(), twin.scene().background());
        switch (twin.kind()) {
            case RELATION_FLIPPED -> {
                assertEquals(figures(scene), figures(twin.scene()));
                assertTrue(scene instanceof Scene.Pair(var _, var _, var relation, var _) && relation == Relation.INSIDE
                        || sizes(scene).equals(sizes(twin.scene())));
            }
            case SIZE_CHANGED -> assertEquals(figures(scene), figures(twin.scene()));
            case COUNT_OFF_BY_ONE -> {
                assertEquals(
                        1,
                        Math.abs(scene.figures().size() - twin.scene().figures().size()));
                Set<PlacedFigure> common = new HashSet<>(scene.figures());
                common.retainAll(twin.scene().figures());
                assertEquals(
                        Math.min(scene.figures().size(), twin.scene().figures().size()), common.size());
            }
            case COLOURS_SWAPPED -> assertEquals(2, changed(scene, twin), twin::toString);
            case SHAPE_CHANGED, COLOUR_CHANGED, TEXTURE_CHANGED, ONE_OF_THREE_CHANGED ->
                assertEquals(scene instanceof Scene.Count ? scene.figures().size() : 1, changed(scene, twin));
        }
    }

    /** How many figures are others in one attribute at the same place; all others must be as they were. */
    private static int changed(Scene scene, Twin twin) {
        int changed = 0;
        for (int i = 0; i < scene.figures().size(); i++) {
            PlacedFigure was = scene.figures().get(i);
            PlacedFigure is = twin.scene().figures().get(i);
            assertEquals(List.of(was.x(), was.y(), was.radius()), List.of(is.x(), is.y(), is.radius()));
            int attributes = (was.figure().colour() == is.figure().colour() ? 0 : 1)
                    + (was.figure().shape() == is.figure().shape() ? 0 : 1)
                    + (was.figure().texture() == is.figure().texture() ? 0 : 1);
            assertTrue(attributes <= 1, twin::toString);
            changed += attributes;
        }
        return changed;
    }

    private static Set<Figure> figures(Scene scene) {
        return scene.figures().stream().map(PlacedFigure::figure).collect(Collectors.toSet());
    }

    private static Map<Figure, Double> sizes(Scene scene) {
        return scene.figures().stream().collect(Collectors.toMap(PlacedFigure::figure, PlacedFigure::radius));
    }
}
