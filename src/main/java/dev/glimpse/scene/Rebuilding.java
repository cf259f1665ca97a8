package dev.glimpse.scene;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The scenes that differ from one in one respect and are as clear, nearest first or in any order. Lazy. */
record Rebuilding(Scene scene, Draws draws) {

    private static final double LARGE_IN_PAIR = 34.5;
    private static final double SMALL_IN_PAIR = 14;
    private static final double SMALL_ALONE = 16;
    private static final double LARGE_ALONE = 38;
    private static final double GAP = 6;
    private static final int PLACES = 200;

    /** With other figures in the place of one, or of all if they are alike. */
    Stream<Scene> changed(Function<Figure, List<Figure>> others) {
        return draws.shuffled(figures()).stream()
                .flatMap(figure -> draws.shuffled(others.apply(figure)).stream()
                        .map(other -> with(same -> same.equals(figure) ? other : same))
                        .flatMap(Optional::stream));
    }

    /** With the colours of two figures exchanged. */
    Stream<Scene> coloursSwapped() {
        return twoOf(figures())
                .map(two -> with(figure -> figure.equals(two.getFirst())
                        ? figure.with(two.getLast().colour())
                        : figure.equals(two.getLast())
                                ? figure.with(two.getFirst().colour())
                                : figure))
                .flatMap(Optional::stream);
    }

    /** With one figure more or one less, if there are several alike. */
    Stream<Scene> countOffByOne(int most) {
        if (!(scene instanceof Scene.Count count)) {
            return Stream.empty();
        }
        Optional<List<PlacedFigure>> more = count.figures().size() < most ? oneMore(count.figures()) : Optional.empty();
        List<PlacedFigure> all = count.figures();
        Optional<List<PlacedFigure>> less =
                all.size() > 2 ? Optional.of(all.subList(0, all.size() - 1)) : Optional.empty();
        return draws.shuffled(List.of(more, less)).stream()
                .flatMap(Optional::stream)
                .map(figures -> new Scene.Count(count.background(), figures));
    }

    /** With the two of a pair in each other's place. */
    Stream<Scene> flipped() {
        if (!(scene instanceof Scene.Pair pair)) {
            return Stream.empty();
        }
        PlacedFigure first = pair.first();
        PlacedFigure second = pair.second();
        return switch (pair.relation()) {
            case ABOVE, BELOW, LEFT_OF, RIGHT_OF -> beside(pair, first.radius(), second.radius(), true).stream();
            case INSIDE -> figuresExchanged(pair).stream();
            case OVERLAPPING -> Stream.empty();
        };
    }

    /** With two of three figures in each other's place. */
    Stream<Scene> placesExchanged() {
        if (!(scene instanceof Scene.Triple triple)) {
            return Stream.empty();
        }
        return twoOf(triple.figures())
                .map(two -> placed(placed -> placed.equals(two.getFirst())
                        ? at(placed, two.getLast())
                        : placed.equals(two.getLast()) ? at(placed, two.getFirst()) : Optional.of(placed)))
                .flatMap(Optional::stream);
    }

    /** With a single of the other size; a large and a small one exchanging theirs; or the first of two small ones large. */
    Stream<Scene> resized() {
        return switch (scene) {
            case Scene.Single single -> resized(single).stream();
            case Scene.Pair pair when Relation.BESIDE.contains(pair.relation()) -> resized(pair).stream();
            case Scene.Pair _, Scene.Count _, Scene.Triple _ -> Stream.empty();
        };
    }

    private Optional<Scene> resized(Scene.Single single) {
        Size other = single.size() == Size.SMALL ? Size.LARGE : Size.SMALL;
        PlacedFigure was = single.placed();
        var unplaced = new Unplaced(was.figure(), other == Size.SMALL ? SMALL_ALONE : LARGE_ALONE);
        return Optional.of(new Scene.Single(single.background(), unplaced.nearest(was.x(), was.y()), other));
    }

    private Optional<Scene> resized(Scene.Pair pair) {
        double first = pair.first().radius();
        double second = pair.second().radius();
        if (isSmall(first) && isSmall(second)) {
            return beside(pair, LARGE_IN_PAIR, Math.min(second, SMALL_IN_PAIR), false);
        }
        boolean differ = isSmall(first) && Size.LARGE.isOf(second) || isSmall(second) && Size.LARGE.isOf(first);
        return differ ? beside(pair, second, first, false) : Optional.empty();
    }

    private static boolean isSmall(double radius) {
        return Size.SMALL.isOf(radius);
    }

    /** The pair's figures with those radii, as far apart as they were or as they then need, the same way or the other. */
    private Optional<Scene> beside(Scene.Pair pair, double firstRadius, double secondRadius, boolean isFlipped) {
        PlacedFigure first = pair.first();
        PlacedFigure second = pair.second();
        double right = first.x() - second.x();
        double down = first.y() - second.y();
        boolean isUpright = pair.relation() == Relation.ABOVE || pair.relation() == Relation.BELOW;
        double along = Math.max(Math.abs(isUpright ? down : right), firstRadius + secondRadius + GAP);
        double across = isUpright ? right : down;
        return new Beside(
                        pair.background(),
                        new Unplaced(first.figure(), firstRadius),
                        isFlipped ? pair.relation().converse().orElseThrow() : pair.relation(),
                        new Unplaced(second.figure(), secondRadius),
                        along,
                        isFlipped ? -across : across)
                .near((first.x() + second.x()) / 2, (first.y() + second.y()) / 2, draws);
    }

    private Optional<Scene> figuresExchanged(Scene.Pair pair) {
        var outer = new Unplaced(pair.first().figure(), pair.second().radius());
        var inner = new Unplaced(pair.second().figure(), pair.first().radius());
        return pair(pair, inner.ifFitsAt(pair.first()), outer.ifFitsAt(pair.second()));
    }

    private Optional<Scene> pair(Scene.Pair pair, Optional<PlacedFigure> first, Optional<PlacedFigure> second) {
        return first.flatMap(one -> second.filter(other -> !one.figure().equals(other.figure())
                                && pair.relation().holds(one, other))
                        .<Scene>map(other -> new Scene.Pair(pair.background(), one, pair.relation(), other)))
                .filter(Clearance::isClear);
    }

    private Optional<List<PlacedFigure>> oneMore(List<PlacedFigure> figures) {
        var one = new Unplaced(figures.getFirst().figure(), figures.getFirst().radius());
        return Stream.generate(() -> one.anywhere(draws))
                .limit(PLACES)
                .filter(place -> figures.stream().allMatch(place::isApartFrom))
                .findFirst()
                .map(place -> Stream.concat(figures.stream(), Stream.of(place)).toList());
    }

    private Optional<Scene> with(UnaryOperator<Figure> changed) {
        return placed(placed -> new Unplaced(changed.apply(placed.figure()), placed.radius()).ifFitsAt(placed));
    }

    private static Optional<PlacedFigure> at(PlacedFigure figure, PlacedFigure place) {
        return new Unplaced(figure.figure(), figure.radius()).ifFitsAt(place);
    }

    /** The scene of the same sort with each figure changed, if all can be and it is then clear. */
    private Optional<Scene> placed(Function<PlacedFigure, Optional<PlacedFigure>> changed) {
        if (scene instanceof Scene.Pair pair) {
            return pair(pair, changed.apply(pair.first()), changed.apply(pair.second()));
        }
        List<PlacedFigure> figures = new ArrayList<>();
        for (PlacedFigure placed : scene.figures()) {
            Optional<PlacedFigure> other = changed.apply(placed);
            if (other.isEmpty()) {
                return Optional.empty();
            }
            figures.add(other.get());
        }
        return rebuilt(figures).filter(twin -> Clearance.isAsClear(twin, scene));
    }

    private Optional<Scene> rebuilt(List<PlacedFigure> figures) {
        Background background = scene.background();
        return switch (scene) {
            case Scene.Single single -> Optional.of(new Scene.Single(background, figures.getFirst(), single.size()));
            case Scene.Count _ -> Optional.of(new Scene.Count(background, figures));
            case Scene.Triple _ ->
                figures.stream().map(PlacedFigure::figure).distinct().count() == figures.size()
                        ? Optional.of(new Scene.Triple(background, figures))
                        : Optional.empty();
            case Scene.Pair _ -> throw new IllegalStateException("a pair is rebuilt by its two figures");
        };
    }

    private List<Figure> figures() {
        return scene.figures().stream().map(PlacedFigure::figure).distinct().toList();
    }

    private <T> Stream<List<T>> twoOf(List<T> all) {
        List<T> shuffled = draws.shuffled(all);
        return IntStream.range(0, shuffled.size())
                .boxed()
                .flatMap(i -> IntStream.range(i + 1, shuffled.size())
                        .mapToObj(j -> List.of(shuffled.get(i), shuffled.get(j))));
    }
}
