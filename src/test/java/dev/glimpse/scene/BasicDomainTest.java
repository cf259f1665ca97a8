package dev.glimpse.scene;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.scene.caption.FreeWording;
import dev.glimpse.scene.caption.PlainWording;
import dev.glimpse.scene.draw.SceneRenderer;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The basic domain stays what it was before there was another: digests taken at commit 551d3ac. */
class BasicDomainTest {

    private static final int SCENES = 500;

    @ParameterizedTest
    @CsvSource({
        "1, 793fca63f333dcbb60c45f163d44f03f7212c73532e2323cc6a0ad8db86fae2c, d10044cfcbb49fccabcf08b8dcdea0b2ca0f24ca0732bc14a9ef004e2deefca7",
        "42, 6c178996afef6aa2d2d4ba8fc83bc1e89bc0e7db2f6824b860a68139b69ab3e6, 53a137b88140ddfed1628062c5e182d11d26d0bb5e9aa8f025159a2200a2fbd4",
    })
    void drawsAndTellsTheScenesOfThatSeedAsEver(long seed, String pixels, String captions)
            throws NoSuchAlgorithmException {
        var drawn = MessageDigest.getInstance("SHA-256");
        var told = MessageDigest.getInstance("SHA-256");
        var renderer = new SceneRenderer();
        for (int n = 0; n < SCENES; n++) {
            Scene scene = new SceneGenerator(seed).scene(n);
            drawn.update(bytes(renderer.draw(scene)));
            for (Statement statement : scene.statements()) {
                told.update(line(new PlainWording().caption(statement)));
                told.update(line(new FreeWording(seed, n).caption(statement)));
            }
        }
        assertEquals(captions, HexFormat.of().formatHex(told.digest()));
        assertEquals(pixels, HexFormat.of().formatHex(drawn.digest()));
    }

    private static byte[] bytes(BufferedImage image) {
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        var bytes = ByteBuffer.allocate(pixels.length * Integer.BYTES);
        bytes.asIntBuffer().put(pixels);
        return bytes.array();
    }

    private static byte[] line(String caption) {
        return (caption + '\n').getBytes(StandardCharsets.UTF_8);
    }
}
