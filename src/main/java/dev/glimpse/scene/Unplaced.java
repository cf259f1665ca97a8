package dev.glimpse.scene;

import java.util.Optional;

/**
 * A figure whose size is chosen and whose place is not.
 *
 * @param figure what it is
 * @param radius the size in pixels, as {@link Shape} explains it
 */
record Unplaced(Figure figure, double radius) {

    private static final double MARGIN = 4;
    private static final double MARGIN_IN_RADII = 1.1;

    PlacedFigure at(double x, double y) {
        return new PlacedFigure(figure, x, y, radius);
    }

    boolean fitsAt(double x, double y) {
        return PlacedFigure.fits(figure.shape(), x, y, radius);
    }

    /** Somewhere in the scene, evenly, and clear of its edges. */
    PlacedFigure anywhere(Draws draws) {
        double edge = MARGIN_IN_RADII * radius + MARGIN;
        return at(draws.between(edge, Scene.SIDE - edge), draws.between(edge, Scene.SIDE - edge));
    }

    /** Where the other stands, if it fits. */
    Optional<PlacedFigure> ifFitsAt(PlacedFigure other) {
        return fitsAt(other.x(), other.y()) ? Optional.of(at(other.x(), other.y())) : Optional.empty();
    }

    /** There, or as near to it as is clear of the edges. */
    PlacedFigure nearest(double x, double y) {
        double edge = MARGIN_IN_RADII * radius + MARGIN;
        return at(Math.clamp(x, edge, Scene.SIDE - edge), Math.clamp(y, edge, Scene.SIDE - edge));
    }

    /** Near the middle of the scene. */
    PlacedFigure aroundTheMiddle(Draws draws, double offset) {
        double middle = Scene.SIDE / 2.0;
        return at(middle + draws.around(offset), middle + draws.around(offset));
    }
}
