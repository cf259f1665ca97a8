package dev.glimpse.scene;

import java.util.List;

/** Hand-made figures and scenes for the tests. */
public final class Figures {

    public static final Figure RED_CIRCLE = new Figure(Colour.RED, Shape.CIRCLE);
    public static final Figure BLUE_SQUARE = new Figure(Colour.BLUE, Shape.SQUARE);
    public static final Figure PINK_HEART = new Figure(Colour.PINK, Shape.HEART);
    public static final Figure YELLOW_STAR = new Figure(Colour.YELLOW, Shape.STAR);
    public static final Figure BLACK_RING = new Figure(Colour.BLACK, Shape.RING);

    private Figures() {}

    public static PlacedFigure placed(Figure figure, double x, double y, double radius) {
        return new PlacedFigure(figure, x, y, radius);
    }

    public static Scene circleAboveSquare() {
        return new Scene.Pair(
                Background.WHITE, placed(RED_CIRCLE, 64, 35, 12), Relation.ABOVE, placed(BLUE_SQUARE, 68, 90, 22));
    }

    public static Scene circleInsideRing() {
        return new Scene.Pair(
                Background.WHITE, placed(RED_CIRCLE, 64, 64, 12), Relation.INSIDE, placed(BLACK_RING, 66, 62, 45));
    }

    public static Scene stars(int count) {
        List<PlacedFigure> corners = List.of(
                placed(YELLOW_STAR, 30, 30, 15), placed(YELLOW_STAR, 98, 30, 15),
                placed(YELLOW_STAR, 30, 98, 15), placed(YELLOW_STAR, 98, 98, 15));
        return new Scene.Count(Background.WHITE, corners.subList(0, count));
    }

    /** The circle right above the square, the heart on a diagonal from both. */
    public static Scene circleSquareAndHeart() {
        return new Scene.Triple(
                Background.WHITE,
                List.of(
                        placed(RED_CIRCLE, 30, 30, 14),
                        placed(BLUE_SQUARE, 30, 98, 14),
                        placed(PINK_HEART, 90, 64, 14)));
    }
}
