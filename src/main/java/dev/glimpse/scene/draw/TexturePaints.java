package dev.glimpse.scene.draw;

import dev.glimpse.scene.PlacedFigure;
import dev.glimpse.scene.Texture;
import java.awt.Color;
import java.awt.Paint;
import java.awt.TexturePaint;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;

/** What fills a figure: its colour, or a tile of its colour and white that repeats about its centre. */
final class TexturePaints {

    private static final double LARGE = 25;
    private static final int WHITE = 0xFFFFFF;
    private static final double DOT = 0.58;

    private TexturePaints() {}

    static Paint of(PlacedFigure placed) {
        Texture texture = placed.figure().texture();
        int rgb = placed.figure().colour().rgb();
        return texture == Texture.SOLID
                ? new Color(rgb)
                : tile(texture, rgb, placed.radius() < LARGE ? 4 : 6, placed.x(), placed.y());
    }

    private static Paint tile(Texture texture, int rgb, int half, double x, double y) {
        int side = 2 * half;
        var tile = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                tile.setRGB(column, row, isColoured(texture, column, row, half) ? rgb : WHITE);
            }
        }
        return new TexturePaint(tile, new Rectangle2D.Double(Math.rint(x), Math.rint(y), side, side));
    }

    /** A tile of stripes has two across, one of dots a white one in its middle, one of checks two by two. */
    private static boolean isColoured(Texture texture, int column, int row, int half) {
        return switch (texture) {
            case SOLID -> true;
            case STRIPED -> row < half;
            case DOTTED -> Math.hypot(column + 0.5 - half, row + 0.5 - half) > DOT * half;
            case CHECKERED -> row < half == column < half;
        };
    }
}
