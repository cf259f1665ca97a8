package dev.glimpse.scene;

import java.awt.BasicStroke;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The outlines of digits and letters at radius 1 about the origin, from strokes along the lines written here: in a box 4
 * wide and 6 high, {@code M} lifts the pen to a point, {@code L} draws a line and {@code Q} a quadratic curve.
 */
final class Glyph {

    private static final String LINES = """
            0 M2 0 Q4 0 4 3 Q4 6 2 6 Q0 6 0 3 Q0 0 2 0 M1.2 4.2 L2.8 1.8
            1 M0.6 1.4 L2.2 0 L2.2 6 M0.6 6 L3.8 6
            2 M0 1.5 Q0.1 0 2 0 Q4 0 4 1.7 Q4 2.9 2.4 4 L0 6 L4 6
            3 M0 0.9 Q0.6 0 2 0 Q3.8 0 3.8 1.5 Q3.8 2.9 1.6 2.9 Q4 2.9 4 4.4 Q4 6 2 6 Q0.5 6 0 5
            4 M3 6 L3 0 L0 4.2 L4 4.2
            5 M3.7 0 L0.5 0 L0.3 2.7 Q1 2.2 2 2.2 Q4 2.3 4 4 Q4 6 1.9 6 Q0.6 6 0 5.2
            6 M3.4 0.1 Q0 0.6 0 4 Q0 6 2 6 Q4 6 4 4.1 Q4 2.4 2.2 2.4 Q0.5 2.4 0 4
            7 M0 0 L4 0 L1.4 6
            8 M2 2.8 Q0.2 2.7 0.2 1.4 Q0.2 0 2 0 Q3.8 0 3.8 1.4 Q3.8 2.7 2 2.8 Q0 3 0 4.4 Q0 6 2 6 Q4 6 4 4.4 Q4 3 2 2.8
            9 M0.6 5.9 Q4 5.4 4 2 Q4 0 2 0 Q0 0 0 1.9 Q0 3.6 1.8 3.6 Q3.5 3.6 4 2
            A M0 6 L2 0 L4 6 M0.8 4 L3.2 4
            B M0 0 L0 6 L2 6 Q4 6 4 4.4 Q4 2.9 2 2.9 L0 2.9 M2 2.9 Q3.6 2.9 3.6 1.4 Q3.6 0 2 0 L0 0
            C M4 1.2 Q3.4 0 2.1 0 Q0 0 0 3 Q0 6 2.1 6 Q3.4 6 4 4.8
            D M0 0 L0 6 L1.6 6 Q4 5.8 4 3 Q4 0.2 1.6 0 L0 0
            E M4 0 L0 0 L0 6 L4 6 M0 2.9 L3.2 2.9
            F M4 0 L0 0 L0 6 M0 2.9 L3.2 2.9
            G M4 1.2 Q3.4 0 2.1 0 Q0 0 0 3 Q0 6 2.1 6 Q4 6 4 3.4 L2.3 3.4
            H M0 0 L0 6 M4 0 L4 6 M0 3 L4 3
            I M0.6 0 L3.4 0 M2 0 L2 6 M0.6 6 L3.4 6
            J M1.2 0 L3.6 0 L3.6 4 Q3.6 6 1.8 6 Q0.2 6 0.2 4.3
            K M0 0 L0 6 M4 0 L0.2 3.4 M1.4 2.5 L4 6
            L M0 0 L0 6 L3.8 6
            M M0 6 L0 0 L2 3.6 L4 0 L4 6
            N M0 6 L0 0 L4 6 L4 0
            O M2 0 Q4.2 0 4.2 3 Q4.2 6 2 6 Q-0.2 6 -0.2 3 Q-0.2 0 2 0
            P M0 6 L0 0 L2 0 Q4 0.1 4 1.7 Q4 3.3 2 3.4 L0 3.4
            Q M2 0 Q4.2 0 4.2 3 Q4.2 6 2 6 Q-0.2 6 -0.2 3 Q-0.2 0 2 0 M2.4 4.2 L4.2 6.2
            R M0 6 L0 0 L2 0 Q4 0.1 4 1.6 Q4 3.2 2 3.2 L0 3.2 M1.9 3.2 L4 6
            S M3.8 1.2 Q3.4 0 2 0 Q0.2 0 0.2 1.5 Q0.2 2.7 2 2.9 Q4 3.1 4 4.5 Q4 6 2 6 Q0.4 6 0 4.8
            T M0 0 L4 0 M2 0 L2 6
            U M0 0 L0 3.8 Q0 6 2 6 Q4 6 4 3.8 L4 0
            V M0 0 L2 6 L4 0
            W M-0.4 0 L0.8 6 L2 2 L3.2 6 L4.4 0
            X M0 0 L4 6 M4 0 L0 6
            Y M0 0 L2 3 L4 0 M2 3 L2 6
            Z M0 0 L4 0 L0 6 L4 6
            """;

    private static final Map<Character, String> STROKES =
            LINES.lines().collect(Collectors.toMap(line -> line.charAt(0), line -> line.substring(1)));

    private static final double WIDTH = 1.15;

    /** What makes a box of 4 by 6, with half a stroke around it, a figure as large as a square. */
    private static final double SCALE = 0.28;

    private Glyph() {}

    /** The outline of a digit or a capital letter. */
    static Path2D of(char character) {
        var stroke = new BasicStroke((float) WIDTH, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
        Path2D outline = new Path2D.Double(stroke.createStrokedShape(path(strokes(character))));
        outline.transform(AffineTransform.getTranslateInstance(-2, -3));
        outline.transform(AffineTransform.getScaleInstance(SCALE, SCALE));
        return outline;
    }

    private static String strokes(char character) {
        return Objects.requireNonNull(STROKES.get(character), () -> "no strokes for " + character);
    }

    private static Path2D path(String strokes) {
        Path2D path = new Path2D.Double();
        Iterator<String> words = Arrays.asList(strokes.strip().split("[ ]+")).iterator();
        while (words.hasNext()) {
            String word = words.next();
            double x = Double.parseDouble(word.substring(1));
            double y = next(words);
            switch (word.charAt(0)) {
                case 'M' -> path.moveTo(x, y);
                case 'L' -> path.lineTo(x, y);
                case 'Q' -> path.quadTo(x, y, next(words), next(words));
                default -> throw new IllegalArgumentException("the stroke %s must be M, L or Q".formatted(word));
            }
        }
        return path;
    }

    private static double next(Iterator<String> words) {
        return Double.parseDouble(words.next());
    }
}
