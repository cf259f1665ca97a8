package dev.glimpse.train;

import dev.glimpse.encode.image.RgbImage;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Makes another picture of the same thing. Never mirrored: captions speak of left and right, and of letters.
 *
 * @param turn       at most, in degrees
 * @param zoom       at most, as a share: out by as much as {@code 1 / (1 + zoom)}, in by as much as {@code 1 + zoom / 2}
 * @param shift      at most, as a share of the side
 * @param stretch    at most, of one axis against the other and of each against itself (shear), as a share
 * @param bend       at most, as a share of the side: neighbouring places move alike, as another hand would draw it
 * @param light      at most, as a share of a level
 * @param colour     at most, as a share of a level: each channel by itself
 * @param background how often white that touches the edge becomes another colour, from 0 to 1
 * @param grey       how often colours go, from 0 to 1
 * @param lines      how often only lines remain, dark on white, from 0 to 1
 */
record Augmentation(
        double turn,
        double zoom,
        double shift,
        double stretch,
        double bend,
        double light,
        double colour,
        double background,
        double grey,
        double lines) {

    /** What the choice of an augmentation may be. */
    enum Strength {
        /** For photographs and for scenes, in which small things count. */
        LIGHT(new Augmentation(4, 0.08, 0.05, 0, 0, 0.15, 0, 0, 0, 0)),
        /** For drawings of things, which other hands draw otherwise. */
        STRONG(new Augmentation(15, 0.3, 0.08, 0.15, 0.04, 0.2, 0.12, 0.15, 0.08, 0.06));

        private final Augmentation augmentation;

        Strength(Augmentation augmentation) {
            this.augmentation = augmentation;
        }

        Augmentation augmentation() {
            return augmentation;
        }
    }

    private static final int WHITE = 255;

    /** Levels from here on are white, in the search for the background. */
    private static final int PALEST = 250;

    /** The places that are moved by themselves, a side; between them movement is interpolated. */
    private static final int KNOTS = 4;

    /**
     * Draws a square of {@code size} pixels a side.
     *
     * @param picture a square
     * @return the planes of red, green and blue, each level from -1 to 1
     */
    float[] draw(RgbImage picture, int size, RandomGenerator random) {
        RgbImage source = random.nextDouble() < background ? withBackground(picture, random) : picture;
        float[] out = new float[3 * size * size];
        warp(source, size, random, out);
        if (random.nextDouble() < lines) {
            lines(out, size);
        } else if (random.nextDouble() < grey) {
            grey(out, size * size);
        }
        relight(out, size * size, random);
        return out;
    }

    private void warp(RgbImage picture, int size, RandomGenerator random, float[] out) {
        double angle = Math.toRadians(around(random, turn));
        double zoomed = random.nextBoolean() ? 1 + upTo(random, zoom / 2) : 1 / (1 + upTo(random, zoom));
        double scale = picture.width() / (size * zoomed);
        double wider = Math.exp(around(random, stretch) / 2);
        double sheared = around(random, stretch);
        double xx = Math.cos(angle) * scale * wider;
        double xy = (-Math.sin(angle) + sheared) * scale;
        double yx = Math.sin(angle) * scale;
        double yy = Math.cos(angle) * scale / wider;
        double centreX = picture.width() * (0.5 + around(random, shift));
        double centreY = picture.height() * (0.5 + around(random, shift));
        double[][] bentX = knots(random, picture.width());
        double[][] bentY = knots(random, picture.width());
        int beyond = pixelAt(picture, 0, 0);
        int plane = size * size;
        for (int y = 0, to = 0; y < size; y++) {
            for (int x = 0; x < size; x++, to++) {
                double dx = x + 0.5 - size / 2.0;
                double dy = y + 0.5 - size / 2.0;
                double fromX = centreX + xx * dx + xy * dy - 0.5;
                double fromY = centreY + yx * dx + yy * dy - 0.5;
                if (bend > 0) {
                    double u = (x + 0.5) / size * (KNOTS - 1);
                    double v = (y + 0.5) / size * (KNOTS - 1);
                    fromX += between(bentX, u, v);
                    fromY += between(bentY, u, v);
                }
                sample(picture, fromX, fromY, beyond, out, to, plane);
            }
        }
    }

    private double[][] knots(RandomGenerator random, int side) {
        double[][] moved = new double[KNOTS][KNOTS];
        if (bend > 0) {
            for (double[] row : moved) {
                Arrays.setAll(row, i -> around(random, bend * side));
            }
        }
        return moved;
    }

    private static double between(double[][] knots, double u, double v) {
        int i = Math.min((int) u, KNOTS - 2);
        int j = Math.min((int) v, KNOTS - 2);
        double right = u - i;
        double down = v - j;
        double above = knots[j][i] * (1 - right) + knots[j][i + 1] * right;
        double below = knots[j + 1][i] * (1 - right) + knots[j + 1][i + 1] * right;
        return above * (1 - down) + below * down;
    }

    private static void sample(RgbImage picture, double x, double y, int beyond, float[] out, int to, int plane) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        float right = (float) (x - left);
        float down = (float) (y - top);
        int a = pixel(picture, left, top, beyond);
        int b = pixel(picture, left + 1, top, beyond);
        int c = pixel(picture, left, top + 1, beyond);
        int d = pixel(picture, left + 1, top + 1, beyond);
        for (int channel = 0, bits = 16; channel < 3; channel++, bits -= 8) {
            float above = (a >> bits & 0xff) * (1 - right) + (b >> bits & 0xff) * right;
            float below = (c >> bits & 0xff) * (1 - right) + (d >> bits & 0xff) * right;
            out[to + channel * plane] = (above * (1 - down) + below * down) / 127.5f - 1;
        }
    }

    private static int pixel(RgbImage picture, int x, int y, int beyond) {
        boolean inside = x >= 0 && y >= 0 && x < picture.width() && y < picture.height();
        return inside ? pixelAt(picture, x, y) : beyond;
    }

    private static int pixelAt(RgbImage picture, int x, int y) {
        byte[] rgb = picture.rgb();
        int at = 3 * (y * picture.width() + x);
        return (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | rgb[at + 2] & 0xff;
    }

    /** White that hangs together with the edge takes on a colour. */
    private static RgbImage withBackground(RgbImage picture, RandomGenerator random) {
        int width = picture.width();
        int height = picture.height();
        byte[] rgb = picture.rgb().clone();
        byte[] colour = {level(random), level(random), level(random)};
        boolean[] seen = new boolean[width * height];
        int[] waiting = new int[width * height];
        int count = 0;
        for (int i = 0; i < width * height; i++) {
            int x = i % width;
            int y = i / width;
            if ((x == 0 || y == 0 || x == width - 1 || y == height - 1) && isWhite(rgb, i)) {
                seen[i] = true;
                waiting[count++] = i;
            }
        }
        while (count > 0) {
            int at = waiting[--count];
            System.arraycopy(colour, 0, rgb, 3 * at, 3);
            int x = at % width;
            count = reach(rgb, seen, waiting, count, x > 0 ? at - 1 : at);
            count = reach(rgb, seen, waiting, count, x < width - 1 ? at + 1 : at);
            count = reach(rgb, seen, waiting, count, at >= width ? at - width : at);
            count = reach(rgb, seen, waiting, count, at < width * (height - 1) ? at + width : at);
        }
        return new RgbImage(width, height, rgb);
    }

    private static int reach(byte[] rgb, boolean[] seen, int[] waiting, int count, int at) {
        if (seen[at] || !isWhite(rgb, at)) {
            return count;
        }
        seen[at] = true;
        waiting[count] = at;
        return count + 1;
    }

    private static byte level(RandomGenerator random) {
        return (byte) random.nextInt(WHITE + 1);
    }

    private static boolean isWhite(byte[] rgb, int pixel) {
        return (rgb[3 * pixel] & 0xff) >= PALEST
                && (rgb[3 * pixel + 1] & 0xff) >= PALEST
                && (rgb[3 * pixel + 2] & 0xff) >= PALEST;
    }

    private static void grey(float[] planes, int plane) {
        for (int i = 0; i < plane; i++) {
            float luma = luma(planes, plane, i);
            planes[i] = luma;
            planes[i + plane] = luma;
            planes[i + 2 * plane] = luma;
        }
    }

    /** ITU-R BT.601. */
    private static float luma(float[] planes, int plane, int i) {
        return 0.299f * planes[i] + 0.587f * planes[i + plane] + 0.114f * planes[i + 2 * plane];
    }

    /** Where the level changes: dark. */
    private static void lines(float[] planes, int size) {
        int plane = size * size;
        float[] drawn = new float[plane];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int at = y * size + x;
                int right = x < size - 1 ? at + 1 : at;
                int down = y < size - 1 ? at + size : at;
                float edge = 0;
                for (int channel = 0; channel < 3; channel++) {
                    float here = planes[at + channel * plane];
                    edge = Math.max(edge, Math.abs(planes[right + channel * plane] - here));
                    edge = Math.max(edge, Math.abs(planes[down + channel * plane] - here));
                }
                drawn[at] = Math.max(-1, 1 - 3 * edge);
            }
        }
        for (int channel = 0; channel < 3; channel++) {
            System.arraycopy(drawn, 0, planes, channel * plane, plane);
        }
    }

    private void relight(float[] planes, int plane, RandomGenerator random) {
        double gain = 1 + around(random, light);
        double lift = around(random, light);
        for (int channel = 0; channel < 3; channel++) {
            float factor = (float) (gain * (1 + around(random, colour)));
            float added = (float) (lift + around(random, colour));
            // What is white stays near white: a page is, whatever is drawn on it.
            for (int i = channel * plane; i < (channel + 1) * plane; i++) {
                planes[i] = Math.clamp((planes[i] - 1) * factor + 1 + added * 0.5f * (1 - planes[i]), -1, 1);
            }
        }
    }

    private static double around(RandomGenerator random, double most) {
        return most > 0 ? random.nextDouble(-most, most) : 0;
    }

    private static double upTo(RandomGenerator random, double most) {
        return most > 0 ? random.nextDouble(0, most) : 0;
    }
}
