package dev.glimpse.scene;

import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
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

    private static final double LEAST_APART = 4;

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
    public Path2D outline() {
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

    /** Apart by their radii, and also where a corner reaches further than the radius. */
    boolean isApartFrom(PlacedFigure other) {
        double distance = distanceTo(other);
        return distance >= radius + other.radius + LEAST_APART && distance >= reach() + other.reach();
    }

    /** The area that both share, as a part of the smaller one's. */
    double shareCoveredBy(PlacedFigure other) {
        if (distanceTo(other) >= reach() + other.reach()) {
            return 0;
        }
        Area one = new Area(outline());
        Area two = new Area(other.outline());
        double smaller = Math.min(Outline.area(one), Outline.area(two));
        one.intersect(two);
        return Outline.area(one) / smaller;
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
