package dev.glimpse.scene.draw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.scene.Background;
import dev.glimpse.scene.Colour;
import dev.glimpse.scene.Figures;
import dev.glimpse.scene.Relation;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class SceneRendererTest {

    private static final String GOLDEN = "2e158265726e0881fcd6d43715748ef94b57cc2c69769e08251f13f9b63bfa60";

    private final SceneRenderer renderer = new SceneRenderer();

    @Test
    void drawsTheSameBytesForTheSameSeed() {
        byte[] once = renderer.png(new SceneGenerator(3).scene(11));
        byte[] again = new SceneRenderer().png(new SceneGenerator(3).scene(11));
        assertArrayEquals(once, again);
    }

    @Test
    void drawsTheSamePixelsOnEveryRun() throws NoSuchAlgorithmException {
        var digest = MessageDigest.getInstance("SHA-256");
        for (Scene scene : new SceneGenerator(1).first(50)) {
            digest.update(bytes(pixels(renderer.draw(scene))));
        }
        assertEquals(GOLDEN, HexFormat.of().formatHex(digest.digest()));
    }

    @Test
    void writesThePixelsAsPng() throws IOException {
        Scene scene = Figures.circleSquareAndHeart();
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(renderer.png(scene)));
        assertArrayEquals(pixels(renderer.draw(scene)), pixels(read));
    }

    @Test
    void drawsEachFigureInItsColourOnTheBackground() {
        BufferedImage image = renderer.draw(Figures.circleAboveSquare());
        assertEquals(Scene.SIDE, image.getWidth());
        assertEquals(Scene.SIDE, image.getHeight());
        assertEquals(Colour.RED.rgb(), rgb(image, 64, 35));
        assertEquals(Colour.BLUE.rgb(), rgb(image, 68, 90));
        assertEquals(Background.WHITE.rgb(), rgb(image, 2, 2));
    }

    @Test
    void drawsTheInnerFigureOverTheOuterOne() {
        Scene scene = new Scene.Pair(
                Background.WHITE,
                Figures.placed(Figures.RED_CIRCLE, 64, 64, 12),
                Relation.INSIDE,
                Figures.placed(Figures.BLUE_SQUARE, 64, 64, 45));
        assertEquals(Colour.RED.rgb(), rgb(renderer.draw(scene), 64, 64));
        assertEquals(Colour.BLUE.rgb(), rgb(renderer.draw(scene), 64, 90));
    }

    @Test
    void leavesTheHoleOfARingOpen() {
        BufferedImage image = renderer.draw(Figures.circleInsideRing());
        assertEquals(Background.WHITE.rgb(), rgb(image, 66, 40));
        assertEquals(Colour.BLACK.rgb(), rgb(image, 66, 26));
    }

    private static int rgb(BufferedImage image, int x, int y) {
        return image.getRGB(x, y) & 0xFFFFFF;
    }

    private static int[] pixels(BufferedImage image) {
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    private static byte[] bytes(int[] pixels) {
        var bytes = ByteBuffer.allocate(pixels.length * Integer.BYTES);
        bytes.asIntBuffer().put(pixels);
        return bytes.array();
    }
}
