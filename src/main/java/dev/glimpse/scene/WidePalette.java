package dev.glimpse.scene;

import java.util.List;
import java.util.stream.Stream;

/** Draws the wide domain's figures and backgrounds. */
record WidePalette(Draws draws) {

    private static final List<Shape> GLYPHS =
            Domain.WIDE.shapes().stream().filter(Shape::isGlyph).toList();
    private static final List<Shape> FORMS =
            Domain.WIDE.shapes().stream().filter(shape -> !shape.isGlyph()).toList();
    private static final List<Texture> TEXTURES = List.of(Texture.STRIPED, Texture.DOTTED, Texture.CHECKERED);

    private static final List<Integer> PALE =
            List.of(0xFFFFFF, 0xF4F4F4, 0xDCDCDC, 0xF0E6D2, 0xD6E6F2, 0xDFF0D8, 0xE8DFF5, 0xFBE9EE, 0xFFF7D6, 0xC9D6CF);
    private static final List<Integer> DARK = List.of(0x16213E, 0x2B2B2B, 0x10302B, 0x3A1F2B);
    private static final int SHADE = 8;
    private static final int LEAST_CHANGE = 14;
    private static final int LARGEST_CHANGE = 32;

    /** Three in ten are digits or letters; of the broad others, two in five have a texture. */
    Figure figure() {
        return draws.wholeBetween(1, 10) <= 3 ? of(draws.oneOf(GLYPHS)) : of(draws.oneOf(FORMS));
    }

    Figure of(Shape shape) {
        var solid = new Figure(draws.oneOf(Domain.WIDE.colours()), shape);
        return shape.isBroad() && draws.wholeBetween(1, 5) <= 2 ? solid.with(draws.oneOf(TEXTURES)) : solid;
    }

    /** One on which the figures show. */
    Background behind(List<Figure> figures) {
        return Stream.generate(this::background)
                .filter(paper -> figures.stream().map(Figure::colour).noneMatch(paper::hides))
                .findFirst()
                .orElseThrow();
    }

    private Background background() {
        int top = shaded(draws.oneOf(draws.oneIn(5) ? DARK : PALE), SHADE);
        int bottom = draws.oneIn(4) ? moved(top) : top;
        return draws.oneIn(4)
                ? new Background(top, bottom, draws.wholeBetween(4, 12), draws.any())
                : new Background(top, bottom, 0, 0);
    }

    /** Lighter or darker, all channels together and each a little by itself. */
    private int moved(int rgb) {
        int by = draws.wholeBetween(LEAST_CHANGE, LARGEST_CHANGE);
        boolean isDark = (rgb >> 8 & 0xFF) < 0x80;
        return shaded(
                moved(rgb >> 16, isDark, by) << 16 | moved(rgb >> 8, isDark, by) << 8 | moved(rgb, isDark, by), SHADE);
    }

    private static int moved(int channel, boolean lighter, int by) {
        return Math.clamp((channel & 0xFF) + (lighter ? by : -by), 0, 0xFF);
    }

    private int shaded(int rgb, int most) {
        return shadedChannel(rgb >> 16, most) << 16 | shadedChannel(rgb >> 8, most) << 8 | shadedChannel(rgb, most);
    }

    private int shadedChannel(int channel, int most) {
        return Math.clamp((channel & 0xFF) + draws.wholeBetween(-most, most), 0, 0xFF);
    }
}
