package dev.glimpse.scene;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How one figure stands to another.
 *
 * <p>A figure is above, below, left of or right of another when, along that direction, their centres are at least both
 * radii apart, and across it at most half as far: a cone of 27 degrees to either side. On a diagonal none of the four
 * holds, and never do two at once. A figure is inside another when it lies whole in the room that the other's shape
 * has about its centre; for a ring, that is its hole. Two figures overlap, the one as the other, when they share 10 to
 * 60 parts in a hundred of the smaller one's area.
 */
public enum Relation {
    ABOVE,
    BELOW,
    LEFT_OF,
    RIGHT_OF,
    INSIDE,
    OVERLAPPING;

    /** Those by direction, of which one at most holds. */
    static final List<Relation> BESIDE = List.of(ABOVE, BELOW, LEFT_OF, RIGHT_OF);

    private static final double STEEPEST = 0.5;
    private static final double FLATTEST_DIAGONAL = 0.7;
    private static final double LEAST_SHARE = 0.1;
    private static final double LARGEST_SHARE = 0.6;

    /** Whether the first stands so to the second. */
    public boolean holds(PlacedFigure first, PlacedFigure second) {
        double right = first.x() - second.x();
        double down = first.y() - second.y();
        double apart = first.radius() + second.radius();
        return switch (this) {
            case ABOVE -> clears(-down, right, apart);
            case BELOW -> clears(down, right, apart);
            case LEFT_OF -> clears(-right, down, apart);
            case RIGHT_OF -> clears(right, down, apart);
            case INSIDE -> liesInside(first, second);
            case OVERLAPPING -> overlap(first, second);
        };
    }

    /** Whether two figures of the scene stand so. */
    public boolean isShownBy(Scene scene) {
        List<PlacedFigure> figures = scene.figures();
        return figures.stream().anyMatch(one -> figures.stream().anyMatch(other -> one != other && holds(one, other)));
    }

    /** The relation that then holds of the second and the first, where there is a word for it: not for inside. */
    public Optional<Relation> converse() {
        return switch (this) {
            case ABOVE -> Optional.of(BELOW);
            case BELOW -> Optional.of(ABOVE);
            case LEFT_OF -> Optional.of(RIGHT_OF);
            case RIGHT_OF -> Optional.of(LEFT_OF);
            case INSIDE -> Optional.empty();
            case OVERLAPPING -> Optional.of(OVERLAPPING);
        };
    }

    /** How far the first is to the right of the second, given the distances along this direction and across it. */
    double right(double along, double across) {
        return switch (this) {
            case ABOVE, BELOW -> across;
            case LEFT_OF -> -along;
            case RIGHT_OF -> along;
            case INSIDE, OVERLAPPING -> 0;
        };
    }

    /** How far the first is below the second, given the distances along this direction and across it. */
    double down(double along, double across) {
        return switch (this) {
            case ABOVE -> -along;
            case BELOW -> along;
            case LEFT_OF, RIGHT_OF -> across;
            case INSIDE, OVERLAPPING -> 0;
        };
    }

    /** The plain words for it in a caption. */
    public String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /**
     * Whether people would differ over the direction: neither along an axis nor on a diagonal, or along an axis but too
     * near.
     */
    static boolean isAmbiguous(PlacedFigure one, PlacedFigure other) {
        double right = Math.abs(one.x() - other.x());
        double down = Math.abs(one.y() - other.y());
        boolean diagonal = Math.min(right, down) >= FLATTEST_DIAGONAL * Math.max(right, down);
        return !diagonal && BESIDE.stream().noneMatch(relation -> relation.holds(one, other));
    }

    private static boolean clears(double along, double across, double apart) {
        return along >= apart && Math.abs(across) <= STEEPEST * along;
    }

    private static boolean overlap(PlacedFigure one, PlacedFigure other) {
        double share = one.shareCoveredBy(other);
        return share >= LEAST_SHARE && share <= LARGEST_SHARE;
    }

    private static boolean liesInside(PlacedFigure inner, PlacedFigure outer) {
        return inner.distanceTo(outer) + inner.reach() <= outer.room();
    }
}
