package dev.glimpse.scene;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Lays out a basic scene of each sort: which figures, how large, and where. What is shown is drawn once; only places are
 * drawn again until all figures stand whole and apart, so that large and many figures are no rarer than small and few.
 *
 * <p>Pairs stand about the middle of the scene, the others anywhere: an image encoder that was trained on pairs about
 * the middle tells their relation less well elsewhere.
 */
final class Layout {

    private static final List<Colour> COLOURS = Domain.BASIC.colours();
    private static final List<Shape> SHAPES = Domain.BASIC.shapes();
    private static final List<Shape> HOLDING =
            SHAPES.stream().filter(Shape::holdsOthers).toList();
    private static final List<Size> SIZES = List.of(Size.values());
    private static final List<Integer> PAPERS = List.of(0xFFFFFF, 0xDCDCDC, 0xF0E6D2, 0xD6E6F2);

    private static final int SHADE = 6;
    private static final double LEAST_GAP = 6;
    private static final double LARGEST_GAP = 20;
    private static final double JITTER = 12;
    private static final double PAIR_OFFSET = 6;
    private static final double OUTER_OFFSET = 4;
    private static final double INNER_OFFSET = 3;

    private final Draws draws;

    Layout(Draws draws) {
        this.draws = draws;
    }

    Scene single() {
        Size size = draws.oneOf(SIZES);
        double radius = switch (size) {
            case SMALL -> draws.between(13, 18);
            case LARGE -> draws.between(34, 44);
        };
        return new Scene.Single(background(), new Unplaced(figure(), radius).anywhere(draws), size);
    }

    Scene pair() {
        return draws.oneIn(5) ? inside() : beside();
    }

    Scene count() {
        var one = new Unplaced(figure(), draws.between(11, 19));
        int count = draws.wholeBetween(2, 4);
        return new Scene.Count(background(), apart(Collections.nCopies(count, one)));
    }

    Scene triple() {
        List<Unplaced> unplaced = unlike(3).stream()
                .map(figure -> new Unplaced(figure, draws.between(12, 19)))
                .toList();
        return new Scene.Triple(background(), apart(unplaced));
    }

    private Scene beside() {
        List<Figure> figures = unlike(2);
        var first = new Unplaced(figures.getFirst(), radiusInPair());
        var second = new Unplaced(figures.getLast(), radiusInPair());
        Relation relation = draws.oneOf(Relation.BESIDE);
        Background background = background();
        while (true) {
            double along = first.radius() + second.radius() + draws.between(LEAST_GAP, LARGEST_GAP);
            double across = draws.around(JITTER);
            double right = relation.right(along, across) / 2;
            double down = relation.down(along, across) / 2;
            double x = Scene.SIDE / 2.0 + draws.around(PAIR_OFFSET);
            double y = Scene.SIDE / 2.0 + draws.around(PAIR_OFFSET);
            if (first.fitsAt(x + right, y + down) && second.fitsAt(x - right, y - down)) {
                return new Scene.Pair(
                        background, first.at(x + right, y + down), relation, second.at(x - right, y - down));
            }
        }
    }

    private Scene inside() {
        Colour outerColour = draws.oneOf(COLOURS);
        Colour innerColour = draws.oneOf(
                COLOURS.stream().filter(colour -> colour != outerColour).toList());
        var outer = new Unplaced(new Figure(outerColour, draws.oneOf(HOLDING)), draws.between(40, 50));
        var inner = new Unplaced(new Figure(innerColour, draws.oneOf(SHAPES)), draws.between(10, 14));
        PlacedFigure second = outer.aroundTheMiddle(draws, OUTER_OFFSET);
        PlacedFigure first = inner.at(second.x() + draws.around(INNER_OFFSET), second.y() + draws.around(INNER_OFFSET));
        return new Scene.Pair(background(), first, Relation.INSIDE, second);
    }

    /** Draws all places again until no two figures come too near. */
    private List<PlacedFigure> apart(List<Unplaced> figures) {
        while (true) {
            List<PlacedFigure> placed = new ArrayList<>();
            for (Unplaced figure : figures) {
                PlacedFigure next = figure.anywhere(draws);
                if (placed.stream().allMatch(other -> next.isApartFrom(other))) {
                    placed.add(next);
                }
            }
            if (placed.size() == figures.size()) {
                return placed;
            }
        }
    }

    private double radiusInPair() {
        return draws.oneIn(2) ? draws.between(11, 15) : draws.between(20, 26);
    }

    private Figure figure() {
        return new Figure(draws.oneOf(COLOURS), draws.oneOf(SHAPES));
    }

    private List<Figure> unlike(int count) {
        Set<Figure> figures = new LinkedHashSet<>();
        while (figures.size() < count) {
            figures.add(figure());
        }
        return List.copyOf(figures);
    }

    private Background background() {
        int paper = draws.oneOf(PAPERS);
        return new Background(shaded(paper >> 16) << 16 | shaded(paper >> 8) << 8 | shaded(paper));
    }

    private int shaded(int channel) {
        return Math.clamp((channel & 0xFF) + draws.wholeBetween(-SHADE, SHADE), 0, 0xFF);
    }
}
