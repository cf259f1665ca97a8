package dev.glimpse.scene;

import java.util.Optional;

/**
 * Two figures beside each other whose place on the scene is not chosen.
 *
 * @param along  how far the centres are apart in the relation's direction
 * @param across how far they are apart across it, to the right or down
 */
record Beside(Background background, Unplaced first, Relation relation, Unplaced second, double along, double across) {

    private static final int TRIES = 40;
    private static final double FURTHEST = 24;

    /** With the middle between the centres there, if the scene is then whole and clear. */
    Optional<Scene> at(double x, double y) {
        double right = relation.right(along, across) / 2;
        double down = relation.down(along, across) / 2;
        if (!first.fitsAt(x + right, y + down) || !second.fitsAt(x - right, y - down)) {
            return Optional.empty();
        }
        PlacedFigure one = first.at(x + right, y + down);
        PlacedFigure other = second.at(x - right, y - down);
        return Optional.of(relation.holds(one, other))
                .filter(holds -> holds)
                .<Scene>map(_ -> new Scene.Pair(background, one, relation, other))
                .filter(Clearance::isClear);
    }

    /** As near to that place as it finds room. */
    Optional<Scene> near(double x, double y, Draws draws) {
        Optional<Scene> pair = at(x, y);
        for (int i = 1; i <= TRIES && pair.isEmpty(); i++) {
            double offset = FURTHEST * i / TRIES;
            pair = at(x + draws.around(offset), y + draws.around(offset));
        }
        return pair;
    }
}
