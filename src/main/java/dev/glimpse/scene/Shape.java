package dev.glimpse.scene;

import java.awt.geom.Path2D;
import java.util.Locale;

/**
 * The shapes that figures have. A shape's size is told by one radius <i>r</i>, chosen so that shapes of equal radius
 * look equally large; the lengths here are in units of <i>r</i>.
 */
public enum Shape {
    CIRCLE(1),
    SQUARE(Outline.SQUARE),
    TRIANGLE(0),
    DIAMOND(Outline.DIAMOND_ROOM),
    STAR(0),
    CROSS(0),
    RING(Outline.RING_HOLE),
    HEART(0);

    private final double room;

    Shape(double room) {
        this.room = room;
    }

    /** The outline at radius 1 about the origin, y downwards; the caller's own copy. */
    Path2D outline() {
        return switch (this) {
            case CIRCLE -> Outline.circle();
            case SQUARE -> Outline.square();
            case TRIANGLE -> Outline.triangle();
            case DIAMOND -> Outline.diamond();
            case STAR -> Outline.star();
            case CROSS -> Outline.cross();
            case RING -> Outline.ring();
            case HEART -> Outline.heart();
        };
    }

    /** The radius of a circle about the centre that holds the whole shape. */
    double reach() {
        return Outline.reach(outline());
    }

    /** The radius of a circle about the centre in which another figure can lie inside this one; 0 where none can. */
    double room() {
        return room;
    }

    /** Whether another figure can lie inside one of this shape. */
    public boolean holdsOthers() {
        return room > 0;
    }

    /** The plain word for it in a caption. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
