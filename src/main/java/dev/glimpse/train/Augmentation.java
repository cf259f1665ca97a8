package dev.glimpse.train;

import dev.glimpse.encode.image.RgbImage;
import java.util.random.RandomGenerator;

/**
 * Makes another picture of the same thing: a little turned, moved, larger or smaller, brighter or darker. Never mirrored:
 * captions speak of left and right, and of letters.
 *
 * @param turn  at most, in degrees
 * @param zoom  at most, as a share
 * @param shift at most, as a share of the side
 * @param light at most, as a share of a level
 */
record Augmentation(double turn, double zoom, double shift, double light) {

    static final Augmentation LIGHT = new Augmentation(4, 0.08, 0.05, 0.15);

    private static final int WHITE = 255;

    /**
     * Draws a square of {@code size} pixels a side.
     *
     * @param picture a square
     * @param out     takes the planes of red, green and blue from {@code at} on, each level from -1 to 1
     */
    void draw(RgbImage picture, int size, RandomGenerator random, float[] out, int at) {
        double angle = Math.toRadians(random.nextDouble(-turn, turn));
        double scale = picture.width() / (size * (1 + random.nextDouble(-zoom, zoom)));
        double cos = Math.cos(angle) * scale;
        double sin = Math.sin(angle) * scale;
        double centreX = picture.width() * (0.5 + random.nextDouble(-shift, shift));
        double centreY = picture.height() * (0.5 + random.nextDouble(-shift, shift));
        double gain = 1 + random.nextDouble(-light, light);
        double lift = random.nextDouble(-light, light);
        int plane = size * size;
        for (int y = 0, to = at; y < size; y++) {
            for (int x = 0; x < size; x++, to++) {
                double dx = x + 0.5 - size / 2.0;
                double dy = y + 0.5 - size / 2.0;
                double fromX = centreX + cos * dx - sin * dy - 0.5;
                double fromY = centreY + sin * dx + cos * dy - 0.5;
                for (int c = 0; c < 3; c++) {
                    double level = sample(picture, fromX, fromY, c) / 127.5 - 1;
                    out[to + c * plane] = (float) Math.clamp(level * gain + lift, -1, 1);
                }
            }
        }
    }

    private static double sample(RgbImage picture, double x, double y, int colour) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        double right = x - left;
        double down = y - top;
        double above = level(picture, left, top, colour) * (1 - right) + level(picture, left + 1, top, colour) * right;
        double below =
                level(picture, left, top + 1, colour) * (1 - right) + level(picture, left + 1, top + 1, colour) * right;
        return above * (1 - down) + below * down;
    }

    private static int level(RgbImage picture, int x, int y, int colour) {
        boolean inside = x >= 0 && y >= 0 && x < picture.width() && y < picture.height();
        return inside ? picture.rgb()[3 * (y * picture.width() + x) + colour] & 0xff : WHITE;
    }
}
