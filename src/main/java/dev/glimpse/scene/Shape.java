package dev.glimpse.scene;

import java.awt.geom.Path2D;
import java.util.Locale;

/**
 * The shapes that figures have. A shape's size is told by one radius <i>r</i>, chosen so that shapes of equal radius
 * look equally large; the lengths here are in units of <i>r</i>. The digits and letters are shapes as well, drawn from
 * strokes of our own, so that no font has a say in the pixels.
 */
public enum Shape {
    CIRCLE(Outline.circle(), 1, true),
    SQUARE(Outline.square(), Outline.SQUARE, true),
    TRIANGLE(Outline.triangle(), 0, true),
    DIAMOND(Outline.diamond(), Outline.DIAMOND_ROOM, true),
    STAR(Outline.star(), 0, true),
    CROSS(Outline.cross(), 0, false),
    RING(Outline.ring(), Outline.RING_HOLE, false),
    HEART(Outline.heart(), 0, true),
    HEXAGON(Outline.hexagon(), Outline.HEXAGON_ROOM, true),
    PENTAGON(Outline.pentagon(), Outline.PENTAGON_ROOM, true),
    ARROW(Outline.arrow(), 0, false),
    CRESCENT(Outline.crescent(), 0, false),
    SEMICIRCLE(Outline.semicircle(), 0, true),
    DIGIT_0(Glyph.of('0')),
    DIGIT_1(Glyph.of('1')),
    DIGIT_2(Glyph.of('2')),
    DIGIT_3(Glyph.of('3')),
    DIGIT_4(Glyph.of('4')),
    DIGIT_5(Glyph.of('5')),
    DIGIT_6(Glyph.of('6')),
    DIGIT_7(Glyph.of('7')),
    DIGIT_8(Glyph.of('8')),
    DIGIT_9(Glyph.of('9')),
    LETTER_A(Glyph.of('A')),
    LETTER_B(Glyph.of('B')),
    LETTER_C(Glyph.of('C')),
    LETTER_D(Glyph.of('D')),
    LETTER_E(Glyph.of('E')),
    LETTER_F(Glyph.of('F')),
    LETTER_G(Glyph.of('G')),
    LETTER_H(Glyph.of('H')),
    LETTER_I(Glyph.of('I')),
    LETTER_J(Glyph.of('J')),
    LETTER_K(Glyph.of('K')),
    LETTER_L(Glyph.of('L')),
    LETTER_M(Glyph.of('M')),
    LETTER_N(Glyph.of('N')),
    LETTER_O(Glyph.of('O')),
    LETTER_P(Glyph.of('P')),
    LETTER_Q(Glyph.of('Q')),
    LETTER_R(Glyph.of('R')),
    LETTER_S(Glyph.of('S')),
    LETTER_T(Glyph.of('T')),
    LETTER_U(Glyph.of('U')),
    LETTER_V(Glyph.of('V')),
    LETTER_W(Glyph.of('W')),
    LETTER_X(Glyph.of('X')),
    LETTER_Y(Glyph.of('Y')),
    LETTER_Z(Glyph.of('Z'));

    private final Path2D outline;
    private final double reach;
    private final double room;
    private final boolean broad;

    Shape(Path2D outline, double room, boolean broad) {
        this.outline = outline;
        this.reach = Outline.reach(outline);
        this.room = room;
        this.broad = broad;
    }

    Shape(Path2D glyph) {
        this(glyph, 0, false);
    }

    /** The outline at radius 1 about the origin, y downwards; the caller's own copy. */
    Path2D outline() {
        return new Path2D.Double(outline);
    }

    /** The radius of a circle about the centre that holds the whole shape. */
    double reach() {
        return reach;
    }

    /** The radius of a circle about the centre in which another figure can lie inside this one; 0 where none can. */
    double room() {
        return room;
    }

    /** Whether another figure can lie inside one of this shape. */
    public boolean holdsOthers() {
        return room > 0;
    }

    /** Whether its body is broad enough to show a {@link Texture}, and to be known when partly covered. */
    public boolean isBroad() {
        return broad;
    }

    /** Whether it is a digit or a letter. */
    public boolean isGlyph() {
        return ordinal() >= DIGIT_0.ordinal();
    }

    /** The plain word for it in a caption: "circle", "digit 7", "letter A". */
    public String word() {
        return isGlyph()
                ? name().startsWith("DIGIT") ? "digit " + character() : "letter " + character()
                : name().toLowerCase(Locale.ROOT);
    }

    private char character() {
        return name().charAt(name().length() - 1);
    }
}
