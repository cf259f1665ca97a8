package dev.glimpse.scene;

import java.awt.geom.AffineTransform;
import java.awt.geom.Arc2D;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;

/** The outlines of the shapes at radius 1 about the origin, y downwards. */
final class Outline {

    /** Half a square's side. */
    static final double SQUARE = 0.88;

    private static final double DIAMOND_UP = 1.1;
    private static final double DIAMOND_ACROSS = 0.8;

    /** The radius of the largest circle in a diamond. */
    static final double DIAMOND_ROOM = DIAMOND_UP * DIAMOND_ACROSS / Math.hypot(DIAMOND_UP, DIAMOND_ACROSS);

    /** The circumradius of triangle and star, which look small beside a circle of their own circumradius. */
    private static final double POINTED = 1.1;

    /** The radius of a ring's hole. */
    static final double RING_HOLE = 0.62;

    private static final double TRIANGLE_LOWERED = 0.15;
    private static final double STAR_NOTCH = 0.42;
    private static final double CROSS_ARM = 0.34;

    private static final double SIDED = 1.05;

    /** The radii of the largest circles in a hexagon and in a pentagon. */
    static final double HEXAGON_ROOM = SIDED * Math.cos(Math.PI / 6);

    static final double PENTAGON_ROOM = SIDED * Math.cos(Math.PI / 5);

    private static final double BITE = 0.85;
    private static final double BITE_ACROSS = 0.5;

    private static final double FLATNESS = 0.001;
    private static final double COARSE = 0.1;

    private Outline() {}

    static Path2D circle() {
        return disc(1);
    }

    static Path2D square() {
        return box(SQUARE, SQUARE);
    }

    /** Points up, and lies a little lower than its centroid so that it looks centred. */
    static Path2D triangle() {
        Path2D triangle = corners(3, POINTED, POINTED);
        triangle.transform(AffineTransform.getTranslateInstance(0, TRIANGLE_LOWERED));
        return triangle;
    }

    static Path2D diamond() {
        Path2D diamond = corners(4, 1, 1);
        diamond.transform(AffineTransform.getScaleInstance(DIAMOND_ACROSS, DIAMOND_UP));
        return diamond;
    }

    static Path2D star() {
        return corners(10, POINTED, POINTED * STAR_NOTCH);
    }

    static Path2D cross() {
        double arm = CROSS_ARM;
        double[][] corners = {
            {-arm, -1}, {arm, -1}, {arm, -arm}, {1, -arm}, {1, arm}, {arm, arm},
            {arm, 1}, {-arm, 1}, {-arm, arm}, {-1, arm}, {-1, -arm}, {-arm, -arm}
        };
        return polygon(corners);
    }

    static Path2D ring() {
        Path2D ring = new Path2D.Double(Path2D.WIND_EVEN_ODD);
        ring.append(disc(1), false);
        ring.append(disc(RING_HOLE), false);
        return ring;
    }

    /** Two Bézier lobes that meet in the notch above and in the tip below. */
    static Path2D heart() {
        Path2D heart = new Path2D.Double();
        heart.moveTo(0, 0.95);
        heart.curveTo(-1.35, 0.05, -0.85, -1.35, 0, -0.45);
        heart.curveTo(0.85, -1.35, 1.35, 0.05, 0, 0.95);
        heart.closePath();
        return heart;
    }

    static Path2D hexagon() {
        return corners(6, SIDED, SIDED);
    }

    static Path2D pentagon() {
        return corners(5, SIDED, SIDED);
    }

    /** Points to the right. */
    static Path2D arrow() {
        double[][] corners = {
            {-1.05, -0.32}, {0.05, -0.32}, {0.05, -0.85}, {1.1, 0}, {0.05, 0.85}, {0.05, 0.32}, {-1.05, 0.32}
        };
        return polygon(corners);
    }

    /** A disc with a bite out of its right. */
    static Path2D crescent() {
        Area crescent = new Area(disc(1));
        Path2D bite = disc(BITE);
        bite.transform(AffineTransform.getTranslateInstance(BITE_ACROSS, 0));
        crescent.subtract(new Area(bite));
        return new Path2D.Double(crescent);
    }

    /** The upper half of a disc, about the middle of its height. */
    static Path2D semicircle() {
        Path2D half = new Path2D.Double(new Arc2D.Double(-1.1, -0.55, 2.2, 2.2, 0, 180, Arc2D.CHORD));
        half.closePath();
        return half;
    }

    /** How far the outline goes from the origin. */
    static double reach(Path2D outline) {
        double reach = 0;
        double[] point = new double[6];
        for (PathIterator path = outline.getPathIterator(null, FLATNESS); !path.isDone(); path.next()) {
            if (path.currentSegment(point) != PathIterator.SEG_CLOSE) {
                reach = Math.max(reach, Math.hypot(point[0], point[1]));
            }
        }
        return reach;
    }

    /** The size of an area, whose outlines do not cross. */
    static double area(Area area) {
        double twice = 0;
        double[] point = new double[6];
        double x = 0;
        double y = 0;
        double startX = 0;
        double startY = 0;
        for (PathIterator path = area.getPathIterator(null, COARSE); !path.isDone(); path.next()) {
            int segment = path.currentSegment(point);
            if (segment == PathIterator.SEG_MOVETO) {
                startX = point[0];
                startY = point[1];
            } else {
                double nextX = segment == PathIterator.SEG_CLOSE ? startX : point[0];
                double nextY = segment == PathIterator.SEG_CLOSE ? startY : point[1];
                twice += x * nextY - nextX * y;
            }
            x = segment == PathIterator.SEG_CLOSE ? startX : point[0];
            y = segment == PathIterator.SEG_CLOSE ? startY : point[1];
        }
        return Math.abs(twice) / 2;
    }

    private static Path2D disc(double radius) {
        return new Path2D.Double(new Ellipse2D.Double(-radius, -radius, 2 * radius, 2 * radius));
    }

    private static Path2D box(double across, double up) {
        return new Path2D.Double(new Rectangle2D.Double(-across, -up, 2 * across, 2 * up));
    }

    /** Corners evenly about the origin, the first straight up, at the two radii in turn. */
    private static Path2D corners(int count, double even, double odd) {
        double[][] corners = new double[count][];
        for (int i = 0; i < count; i++) {
            double angle = 2 * Math.PI * i / count;
            double radius = i % 2 == 0 ? even : odd;
            corners[i] = new double[] {radius * Math.sin(angle), -radius * Math.cos(angle)};
        }
        return polygon(corners);
    }

    private static Path2D polygon(double[][] corners) {
        Path2D polygon = new Path2D.Double();
        polygon.moveTo(corners[0][0], corners[0][1]);
        for (int i = 1; i < corners.length; i++) {
            polygon.lineTo(corners[i][0], corners[i][1]);
        }
        polygon.closePath();
        return polygon;
    }
}
