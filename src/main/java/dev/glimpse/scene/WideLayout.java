package dev.glimpse.scene;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Lays out a scene of the wide domain. As in {@link Layout}, what is shown is drawn once and only places are drawn again;
 * for pairs within or over each other, the figures too, since not all can stand so.
 */
final class WideLayout {

    private static final List<Shape> HOLDING =
            Domain.WIDE.shapes().stream().filter(Shape::holdsOthers).toList();
    private static final List<Shape> BROAD =
            Domain.WIDE.shapes().stream().filter(Shape::isBroad).toList();

    private static final double MIDDLE = Scene.SIDE / 2.0;
    private static final double LEAST_GAP = 6;
    private static final double LARGEST_GAP = 20;
    private static final double JITTER = 12;
    private static final double PAIR_OFFSET = 10;
    private static final double OUTER_OFFSET = 6;
    private static final double INNER_OFFSET = 3;
    private static final int PLACES = 60;

    private final Draws draws;
    private final WidePalette palette;

    WideLayout(Draws draws) {
        this.draws = draws;
        this.palette = new WidePalette(draws);
    }

    Scene single() {
        Size size = draws.oneOf(List.of(Size.values()));
        Figure figure = palette.figure();
        var unplaced = new Unplaced(figure, radius(size));
        return new Scene.Single(palette.behind(List.of(figure)), unplaced.anywhere(draws), size);
    }

    /** Seven in ten beside each other, the others half inside and half overlapping. */
    Scene pair() {
        int tenth = draws.wholeBetween(1, 20);
        if (tenth <= 14) {
            return beside();
        }
        return Stream.generate(tenth <= 17 ? this::inside : this::overlapping)
                .flatMap(Optional::stream)
                .filter(Clearance::isClear)
                .findFirst()
                .orElseThrow();
    }

    Scene count() {
        int count = draws.wholeBetween(2, Statement.Counted.MOST);
        Figure figure = palette.figure();
        var one = new Unplaced(figure, count <= 4 ? draws.between(12, 18) : draws.between(11, 14));
        Background background = palette.behind(List.of(figure));
        return Stream.generate(() -> apart(Collections.nCopies(count, one)))
                .flatMap(Optional::stream)
                .<Scene>map(figures -> new Scene.Count(background, figures))
                .findFirst()
                .orElseThrow();
    }

    Scene triple() {
        List<Figure> figures = unlike(3);
        List<Unplaced> unplaced = figures.stream()
                .map(figure -> new Unplaced(figure, draws.between(12, 19)))
                .toList();
        Background background = palette.behind(figures);
        return Stream.generate(() -> apart(unplaced))
                .flatMap(Optional::stream)
                .<Scene>map(placed -> new Scene.Triple(background, placed))
                .filter(Clearance::isClear)
                .findFirst()
                .orElseThrow();
    }

    /** One in three is of a large and a small figure. */
    private Scene beside() {
        List<Figure> figures = unlike(2);
        List<Double> radii = draws.oneIn(3)
                ? draws.shuffled(List.of(draws.between(34, 37), draws.between(12, 15)))
                : List.of(radiusInPair(), radiusInPair());
        var first = new Unplaced(figures.getFirst(), radii.getFirst());
        var second = new Unplaced(figures.getLast(), radii.getLast());
        Relation relation = draws.oneOf(Relation.BESIDE);
        Background background = palette.behind(figures);
        while (true) {
            double along = first.radius() + second.radius() + draws.between(LEAST_GAP, LARGEST_GAP);
            var beside = new Beside(background, first, relation, second, along, draws.around(JITTER));
            Optional<Scene> pair = beside.at(MIDDLE + draws.around(PAIR_OFFSET), MIDDLE + draws.around(PAIR_OFFSET));
            if (pair.isPresent()) {
                return pair.get();
            }
        }
    }

    private Optional<Scene> inside() {
        Figure around = palette.of(draws.oneOf(HOLDING)).with(Texture.SOLID);
        Figure within = palette.figure();
        PlacedFigure outer = new Unplaced(around, draws.between(40, 50)).aroundTheMiddle(draws, OUTER_OFFSET);
        PlacedFigure inner = new Unplaced(within, draws.between(11, 15))
                .at(outer.x() + draws.around(INNER_OFFSET), outer.y() + draws.around(INNER_OFFSET));
        return pair(inner, Relation.INSIDE, outer);
    }

    private Optional<Scene> overlapping() {
        PlacedFigure below = new Unplaced(palette.of(draws.oneOf(BROAD)), draws.between(20, 30))
                .aroundTheMiddle(draws, 2 * PAIR_OFFSET);
        double radius = draws.between(18, 30);
        double apart = (below.radius() + radius) * draws.between(0.45, 0.9);
        double angle = draws.between(0, 2 * Math.PI);
        var above = new Unplaced(palette.of(draws.oneOf(BROAD)), radius);
        double x = below.x() + apart * Math.cos(angle);
        double y = below.y() + apart * Math.sin(angle);
        return above.fitsAt(x, y) ? pair(above.at(x, y), Relation.OVERLAPPING, below) : Optional.empty();
    }

    private Optional<Scene> pair(PlacedFigure first, Relation relation, PlacedFigure second) {
        List<Figure> figures = List.of(first.figure(), second.figure());
        return relation.holds(first, second)
                        && figures.getFirst().colour() != figures.getLast().colour()
                ? Optional.of(new Scene.Pair(palette.behind(figures), first, relation, second))
                : Optional.empty();
    }

    /** Places for all, each apart from those before it, unless one finds no room. */
    private Optional<List<PlacedFigure>> apart(List<Unplaced> figures) {
        List<PlacedFigure> placed = new ArrayList<>();
        for (Unplaced figure : figures) {
            Optional<PlacedFigure> next = Stream.generate(() -> figure.anywhere(draws))
                    .limit(PLACES)
                    .filter(place -> placed.stream().allMatch(place::isApartFrom))
                    .findFirst();
            if (next.isEmpty()) {
                return Optional.empty();
            }
            placed.add(next.get());
        }
        return Optional.of(placed);
    }

    private List<Figure> unlike(int count) {
        List<Figure> figures = new ArrayList<>();
        while (figures.size() < count) {
            Figure next = palette.figure();
            if (figures.stream().noneMatch(other -> other.with(Texture.SOLID).equals(next.with(Texture.SOLID)))) {
                figures.add(next);
            }
        }
        return figures;
    }

    private double radius(Size size) {
        return switch (size) {
            case SMALL -> draws.between(13, 18);
            case LARGE -> draws.between(34, 44);
        };
    }

    private double radiusInPair() {
        return draws.oneIn(2) ? draws.between(12, 16) : draws.between(20, 26);
    }
}
