package dev.glimpse.scene;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** What can be said of a scene of the wide domain: all of it, or a part. All of it is true of the scene. */
public final class Claims {

    private static final List<List<Integer>> ORDERS = List.of(
            List.of(0, 1, 2), List.of(1, 0, 2), List.of(0, 2, 1), List.of(2, 0, 1), List.of(1, 2, 0), List.of(2, 1, 0));

    private Claims() {}

    /**
     * Figures with their colours and shapes, textures that are not solid, the sizes of singles and of large and small
     * pairs, and how they stand to each other.
     */
    public static Statement full(Scene scene) {
        return full(scene, _ -> false);
    }

    /** The same, and also of those figures that they are solid. */
    static Statement full(Scene scene, Predicate<PlacedFigure> tellsTexture) {
        return full(scene, tellsTexture, _ -> false);
    }

    static Statement full(Scene scene, Predicate<PlacedFigure> tellsTexture, Predicate<PlacedFigure> tellsSize) {
        Function<PlacedFigure, Description> describe =
                placed -> describe(placed, tellsTexture.test(placed), tellsSize.test(placed));
        return switch (scene) {
            case Scene.Single single ->
                new Statement.Shown(describe.apply(single.placed()).with(single.size()));
            case Scene.Count count ->
                new Statement.Counted(
                        count.figures().size(),
                        describe(
                                count.figures().getFirst(),
                                tellsTexture.test(count.figures().getFirst()),
                                false));
            case Scene.Pair pair
            when differInSize(pair) ->
                new Statement.Shown(sized(describe, pair.first()), pair.relation(), sized(describe, pair.second()));
            case Scene.Pair pair ->
                new Statement.Shown(describe.apply(pair.first()), pair.relation(), describe.apply(pair.second()));
            case Scene.Triple triple -> triple(triple.figures(), describe);
        };
    }

    /** Some of it: of some figures only, or of their relation nothing, or less of the figures; now and then all of it. */
    public static Statement some(Scene scene, Draws draws) {
        Statement full = full(scene, _ -> draws.oneIn(8), _ -> draws.oneIn(8));
        return switch (full) {
            case Statement.Counted counted -> new Statement.Counted(counted.count(), less(counted.objects(), draws));
            case Statement.Shown shown -> less(fewer(shown, draws), draws);
        };
    }

    private static Statement.Shown fewer(Statement.Shown shown, Draws draws) {
        List<Description> objects = shown.objects();
        if (objects.size() == 1 || !draws.oneIn(3)) {
            return shown;
        }
        if (draws.oneIn(2) && !shown.links().isEmpty()) {
            return new Statement.Shown(objects.subList(0, 2), shown.links().subList(0, 1));
        }
        int kept = draws.wholeBetween(1, objects.size());
        return new Statement.Shown(draws.shuffled(objects).subList(0, kept), List.of());
    }

    /** With less said of each object, unless two would then be described alike. */
    private static Statement.Shown less(Statement.Shown shown, Draws draws) {
        List<Description> objects =
                shown.objects().stream().map(object -> less(object, draws)).toList();
        return new HashSet<>(objects).size() == objects.size() ? new Statement.Shown(objects, shown.links()) : shown;
    }

    private static Description less(Description full, Draws draws) {
        boolean dropsShape = draws.oneIn(8);
        boolean dropsColour = !dropsShape && draws.oneIn(8);
        return new Description(
                draws.oneIn(4) ? null : full.size(),
                draws.oneIn(4) ? null : full.texture(),
                dropsColour ? null : full.colour(),
                dropsShape ? null : full.shape());
    }

    private static Statement triple(List<PlacedFigure> figures, Function<PlacedFigure, Description> describe) {
        for (List<Integer> order : ORDERS) {
            List<PlacedFigure> ordered = order.stream().map(figures::get).toList();
            List<Statement.Link> links = links(ordered);
            if (links.size() == 2) {
                return new Statement.Shown(ordered.stream().map(describe).toList(), links);
            }
        }
        return new Statement.Shown(figures.stream().map(describe).toList(), List.of());
    }

    /** Of the first to the second, and of the third to the second or to the first. */
    private static List<Statement.Link> links(List<PlacedFigure> figures) {
        List<Statement.Link> links = new ArrayList<>();
        link(figures, 0, 1).ifPresent(links::add);
        link(figures, 2, 1).or(() -> link(figures, 2, 0)).ifPresent(links::add);
        return links;
    }

    private static Optional<Statement.Link> link(List<PlacedFigure> figures, int first, int second) {
        return Relation.BESIDE.stream()
                .filter(relation -> relation.holds(figures.get(first), figures.get(second)))
                .map(relation -> new Statement.Link(first, relation, second))
                .findFirst();
    }

    private static boolean differInSize(Scene.Pair pair) {
        Optional<Size> first = size(pair.first());
        Optional<Size> second = size(pair.second());
        return pair.relation() != Relation.INSIDE && first.isPresent() && second.isPresent() && !first.equals(second);
    }

    private static Description sized(Function<PlacedFigure, Description> describe, PlacedFigure placed) {
        return describe.apply(placed).with(size(placed).orElse(null));
    }

    private static Description describe(PlacedFigure placed, boolean tellsTexture, boolean tellsSize) {
        Description description = Description.of(placed.figure());
        Description textured = tellsTexture ? description.with(placed.figure().texture()) : description;
        return tellsSize ? textured.with(size(placed).orElse(null)) : textured;
    }

    private static Optional<Size> size(PlacedFigure placed) {
        return List.of(Size.values()).stream()
                .filter(size -> size.isOf(placed.radius()))
                .findFirst();
    }
}
