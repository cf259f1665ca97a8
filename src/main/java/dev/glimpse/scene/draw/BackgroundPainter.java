package dev.glimpse.scene.draw;

import dev.glimpse.scene.Background;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/** Fills an image of {@code TYPE_INT_RGB} with a background. */
final class BackgroundPainter {

    private BackgroundPainter() {}

    static void paint(BufferedImage image, Background background) {
        var random = new SplittableRandom(background.seed());
        int noise = background.noise();
        int[] row = new int[image.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            int paper = between(background.rgb(), background.bottom(), (double) y / (image.getHeight() - 1));
            for (int x = 0; x < row.length; x++) {
                row[x] = noise == 0 ? paper : lighter(paper, random.nextInt(-noise, noise + 1));
            }
            image.getRaster().setDataElements(0, y, row.length, 1, row);
        }
    }

    private static int between(int top, int bottom, double share) {
        return channel(top >> 16, bottom >> 16, share) << 16
                | channel(top >> 8, bottom >> 8, share) << 8
                | channel(top, bottom, share);
    }

    private static int channel(int top, int bottom, double share) {
        return (int) Math.rint((top & 0xFF) * (1 - share) + (bottom & 0xFF) * share);
    }

    private static int lighter(int rgb, int by) {
        return lighterChannel(rgb >> 16, by) << 16 | lighterChannel(rgb >> 8, by) << 8 | lighterChannel(rgb, by);
    }

    private static int lighterChannel(int channel, int by) {
        return Math.clamp((channel & 0xFF) + by, 0, 0xFF);
    }
}
