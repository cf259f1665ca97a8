package dev.glimpse.scene.draw;

import dev.glimpse.scene.PlacedFigure;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.Texture;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/**
 * Draws scenes: {@value Scene#SIDE} by {@value Scene#SIDE} pixels of sRGB without alpha, antialiased. The
 * same scene gives the same pixels; needs no display. Stateless, so threads may share one.
 */
public final class SceneRenderer {

    /** Half of it lies within the outline of a textured figure, which would else be open where it is white. */
    private static final float RIM = 2;

    /** The scene's pixels. */
    public BufferedImage draw(Scene scene) {
        var image = new BufferedImage(Scene.SIDE, Scene.SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            BackgroundPainter.paint(image, scene.background());
            paint(graphics, scene);
        } finally {
            graphics.dispose();
        }
        return image;
    }

    /** The scene as the bytes of a PNG. */
    public byte[] png(Scene scene) {
        var bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(draw(scene), "png", bytes)) {
                throw new IllegalStateException("this JDK has no PNG writer");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void paint(Graphics2D graphics, Scene scene) {
        graphics.setStroke(new BasicStroke(RIM));
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        // Without it, outlines snap to whole pixels and figures of nearby sizes and places look the same.
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        for (PlacedFigure placed : scene.figures()) {
            Path2D outline = placed.outline();
            graphics.setPaint(TexturePaints.of(placed));
            graphics.fill(outline);
            if (placed.figure().texture() != Texture.SOLID) {
                graphics.setPaint(new Color(placed.figure().colour().rgb()));
                graphics.draw(outline);
            }
        }
    }
}
