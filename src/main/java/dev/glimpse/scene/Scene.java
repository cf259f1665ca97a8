package dev.glimpse.scene;

import java.util.HashSet;
import java.util.List;

/**
 * What a picture shows, and so what is true of it: a square of {@value #SIDE} by {@value #SIDE} pixels, its background
 * and the figures on it. A scene knows the {@link Statement}s that it was drawn to illustrate; others may be true of it
 * too, which the statement decides.
 */
public sealed interface Scene {

    /** The width and the height in pixels. */
    int SIDE = 128;

    Background background();

    /** All figures in the order of drawing: one inside another comes after it. */
    List<PlacedFigure> figures();

    /** What the full plain caption claims, in the basic domain's terms; {@link Claims} has the wide one's. */
    Statement statement();

    /** All that the scene's captions may claim, the full one first. */
    default List<Statement> statements() {
        return List.of(statement());
    }

    /** One figure, clearly small or clearly large: "a large red circle". */
    record Single(Background background, PlacedFigure placed, Size size) implements Scene {

        /** @throws IllegalArgumentException if the figure is not of the size */
        public Single {
            if (!size.isOf(placed.radius())) {
                throw new IllegalArgumentException("%s must be %s".formatted(placed, size.word()));
            }
        }

        @Override
        public List<PlacedFigure> figures() {
            return List.of(placed);
        }

        @Override
        public Statement statement() {
            return Statement.sized(size, placed.figure());
        }
    }

    /** Two unlike figures, the first in a relation to the second: "a red circle above a blue square". */
    record Pair(Background background, PlacedFigure first, Relation relation, PlacedFigure second) implements Scene {

        /** @throws IllegalArgumentException if the figures are alike or the relation does not hold */
        public Pair {
            requireUnlike(List.of(first, second));
            if (!relation.holds(first, second)) {
                throw new IllegalArgumentException("%s must be %s %s".formatted(first, relation.words(), second));
            }
        }

        @Override
        public List<PlacedFigure> figures() {
            return List.of(second, first);
        }

        @Override
        public Statement statement() {
            return Statement.related(first.figure(), relation, second.figure());
        }

        @Override
        public List<Statement> statements() {
            return List.of(statement(), Statement.listed(List.of(first.figure(), second.figure())));
        }
    }

    /** Two to six figures of one colour, texture and shape: "three yellow stars". */
    record Count(Background background, List<PlacedFigure> figures) implements Scene {

        /** @throws IllegalArgumentException if there are fewer than two or more than six, or two are unlike */
        public Count {
            figures = List.copyOf(figures);
            if (figures.size() < 2 || figures.size() > Statement.Counted.MOST) {
                throw new IllegalArgumentException(
                        "a count of %d must be 2 to %d".formatted(figures.size(), Statement.Counted.MOST));
            }
            if (figures.stream().map(PlacedFigure::figure).distinct().count() > 1) {
                throw new IllegalArgumentException("the figures %s must be alike".formatted(figures));
            }
        }

        @Override
        public Statement statement() {
            return new Statement.Counted(figures.size(), figures.getFirst().figure());
        }
    }

    /** Three unlike figures: "a red circle, a blue square and a pink heart". */
    record Triple(Background background, List<PlacedFigure> figures) implements Scene {

        /** @throws IllegalArgumentException if there are not three or two are alike */
        public Triple {
            figures = List.copyOf(figures);
            if (figures.size() != 3) {
                throw new IllegalArgumentException("a triple must have 3 figures, not %d".formatted(figures.size()));
            }
            requireUnlike(figures);
        }

        @Override
        public Statement statement() {
            return Statement.listed(figures.stream().map(PlacedFigure::figure).toList());
        }
    }

    private static void requireUnlike(List<PlacedFigure> figures) {
        var seen = new HashSet<Figure>();
        for (PlacedFigure placed : figures) {
            if (!seen.add(placed.figure())) {
                throw new IllegalArgumentException("%s must not occur twice".formatted(placed.figure()));
            }
        }
    }
}
