package dev.glimpse.scene;

import java.util.HashSet;
import java.util.List;

/** Whether everything on a scene can be seen and its relations are beyond doubt. */
final class Clearance {

    private Clearance() {}

    static boolean isClear(Scene scene) {
        return canBeSeen(scene) && isUnambiguous(scene);
    }

    /** Whether a scene is as clear as the other: those of the basic domain leave some relations of three in doubt. */
    static boolean isAsClear(Scene scene, Scene other) {
        return canBeSeen(scene) && (isUnambiguous(scene) || !isUnambiguous(other));
    }

    private static boolean isUnambiguous(Scene scene) {
        return !(scene instanceof Scene.Triple) || areUnambiguous(scene.figures());
    }

    private static boolean canBeSeen(Scene scene) {
        List<PlacedFigure> figures = scene.figures();
        if (figures.stream()
                .anyMatch(placed -> scene.background().hides(placed.figure().colour()))) {
            return false;
        }
        return switch (scene) {
            case Scene.Single _ -> true;
            case Scene.Pair pair -> isClear(pair);
            case Scene.Count _ -> areApart(figures);
            case Scene.Triple _ -> areApart(figures) && areUnlike(figures);
        };
    }

    private static boolean isClear(Scene.Pair pair) {
        PlacedFigure first = pair.first();
        PlacedFigure second = pair.second();
        boolean holdsAlone = List.of(Relation.values()).stream()
                .allMatch(relation -> relation == pair.relation() || !relation.holds(first, second));
        return holdsAlone
                && switch (pair.relation()) {
                    case ABOVE, BELOW, LEFT_OF, RIGHT_OF ->
                        areUnlike(pair.figures()) && first.shareCoveredBy(second) == 0;
                    case INSIDE -> stand(first, second) && second.figure().texture() == Texture.SOLID;
                    case OVERLAPPING ->
                        stand(first, second)
                                && first.figure().shape().isBroad()
                                && second.figure().shape().isBroad();
                };
    }

    /** Whether one stands out from the other. */
    private static boolean stand(PlacedFigure one, PlacedFigure other) {
        return one.figure().colour() != other.figure().colour();
    }

    private static boolean areApart(List<PlacedFigure> figures) {
        return figures.stream()
                .allMatch(one -> figures.stream().allMatch(other -> one == other || one.isApartFrom(other)));
    }

    private static boolean areUnambiguous(List<PlacedFigure> figures) {
        return figures.stream()
                .allMatch(one -> figures.stream().allMatch(other -> one == other || !Relation.isAmbiguous(one, other)));
    }

    /** Unlike in colour or shape, so that no two differ by their texture alone. */
    private static boolean areUnlike(List<PlacedFigure> figures) {
        var seen = new HashSet<Figure>();
        return figures.stream().allMatch(placed -> seen.add(placed.figure().with(Texture.SOLID)));
    }
}
