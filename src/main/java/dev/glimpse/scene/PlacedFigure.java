package dev.glimpse.scene;

import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/**
 * A figure that stands whole within a scene. Lengths are pixels; the origin is the upper left corner, y downwards.
 *
 * @param figure what it is
 * @param x      the centre's distance from the left edge
 * @param y      the centre's distance from the upper edge
 * @param radius the size, as {@link Shape} explains it
 */
public record PlacedFigure(Figure figure, double x, double y, double radius) {

    /** @throws IllegalArgumentException if the radius is not positive or a part lies outside the scene */
    public PlacedFigure {
        if (!(radius > 0)) {
            throw new IllegalArgumentException("the radius %s of %s must be positive".formatted(radius, figure));
        }
        if (!fits(figure.shape(), x, y, radius)) {
            throw new IllegalArgumentException("%s at (%s, %s) with radius %s must lie within %d by %d pixels"
                    .formatted(figure, x, y, radius, Scene.SIDE, Scene.SIDE));
        }
    }

    /** Whether a figure of that shape, place and radius would stand whole within a scene. */
    static boolean fits(Shape shape, double x, double y, double radius) {
        Rectangle2D canvas = new Rectangle2D.Double(0, 0, Scene.SIDE, Scene.SIDE);
        return canvas.contains(outline(shape, x, y, radius).getBounds2D());
    }

    /** The outline where it stands; the caller's own copy. */
    Path2D outline() {
        return outline(figure.shape(), x, y, radius);
    }

    /** The radius of a circle about the centre that holds the whole figure. */
    double reach() {
        return radius * figure.shape().reach();
    }

    /** The radius of a circle about the centre in which another figure can lie inside this one. */
    double room() {
        return radius * figure.shape().room();
    }

    double distanceTo(PlacedFigure other) {
        return Math.hypot(x - other.x, y - other.y);
    }

    private static Path2D outline(Shape shape, double x, double y, double radius) {
        var placed = new AffineTransform(radius, 0, 0, radius, x, y);
        Path2D outline = shape.outline();
        outline.transform(placed);
        return outline;
    }
}
