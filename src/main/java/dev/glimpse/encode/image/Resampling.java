package dev.glimpse.encode.image;

import java.util.Arrays;

/**
 * Pillow's antialiased resampling, ported: the same integers come out (its {@code Resample.c}: a separable convolution,
 * horizontal then vertical, with 8-bit pixels in between and coefficients of 22 bits). Hugging Face's image processors
 * resize with it, so a model sees at query time what it saw in training; Java2D's bicubic differs by 3.5 to 8 levels.
 */
public enum Resampling {
    /** Pillow's 0: the nearest pixel. */
    NEAREST(0.5) {
        @Override
        double weight(double x) {
            return x > -0.5 && x <= 0.5 ? 1 : 0;
        }
    },
    /** Pillow's 1. */
    LANCZOS(3) {
        @Override
        double weight(double x) {
            return x > -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        }
    },
    /** Pillow's 2. */
    BILINEAR(1) {
        @Override
        double weight(double x) {
            double d = Math.abs(x);
            return d < 1 ? 1 - d : 0;
        }
    },
    /** Pillow's 3: Keys' cubic with a = -0.5. */
    BICUBIC(2) {
        @Override
        double weight(double x) {
            double d = Math.abs(x);
            if (d < 1) {
                return ((A + 2) * d - (A + 3)) * d * d + 1;
            }
            return d < 2 ? (((d - 5) * d + 8) * d - 4) * A : 0;
        }
    };

    private static final double A = -0.5;
    private static final int PRECISION_BITS = 32 - 8 - 2;

    private final double support;

    Resampling(double support) {
        this.support = support;
    }

    abstract double weight(double x);

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
    }

    /**
     * The filter with the number that Pillow and {@code preprocessor_config.json} give it.
     *
     * @throws IllegalArgumentException if the number is none of 0 to 3
     */
    public static Resampling ofPillow(int number) {
        return switch (number) {
            case 0 -> NEAREST;
            case 1 -> LANCZOS;
            case 2 -> BILINEAR;
            case 3 -> BICUBIC;
            default -> throw new IllegalArgumentException("resample %d is unknown; known are 0 to 3".formatted(number));
        };
    }

    /** Resizes a picture to {@code width} x {@code height} pixels, each at least 1. */
    public RgbImage resize(RgbImage image, int width, int height) {
        if (this == NEAREST) {
            return nearest(image, width, height);
        }
        RgbImage wide = image.width() == width ? image : horizontally(image, width);
        return wide.height() == height ? wide : vertically(wide, height);
    }

    private static RgbImage nearest(RgbImage image, int width, int height) {
        byte[] out = new byte[3 * width * height];
        double scaleX = (double) image.width() / width;
        double scaleY = (double) image.height() / height;
        for (int y = 0; y < height; y++) {
            int row = Math.min((int) ((y + 0.5) * scaleY), image.height() - 1) * image.width();
            for (int x = 0; x < width; x++) {
                int from = 3 * (row + Math.min((int) ((x + 0.5) * scaleX), image.width() - 1));
                System.arraycopy(image.rgb(), from, out, 3 * (y * width + x), 3);
            }
        }
        return new RgbImage(width, height, out);
    }

    private RgbImage horizontally(RgbImage image, int width) {
        Coefficients of = coefficients(image.width(), width);
        byte[] in = image.rgb();
        byte[] out = new byte[3 * width * image.height()];
        for (int y = 0; y < image.height(); y++) {
            int row = 3 * y * image.width();
            for (int x = 0; x < width; x++) {
                int red = 1 << (PRECISION_BITS - 1);
                int green = red;
                int blue = red;
                int from = row + 3 * of.first[x];
                int at = x * of.stride;
                for (int k = 0; k < of.count[x]; k++, from += 3) {
                    int weight = of.weights[at + k];
                    red += (in[from] & 0xff) * weight;
                    green += (in[from + 1] & 0xff) * weight;
                    blue += (in[from + 2] & 0xff) * weight;
                }
                int to = 3 * (y * width + x);
                out[to] = clip(red);
                out[to + 1] = clip(green);
                out[to + 2] = clip(blue);
            }
        }
        return new RgbImage(width, image.height(), out);
    }

    private RgbImage vertically(RgbImage image, int height) {
        Coefficients of = coefficients(image.height(), height);
        byte[] in = image.rgb();
        int stride = 3 * image.width();
        byte[] out = new byte[stride * height];
        int[] sums = new int[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, 1 << (PRECISION_BITS - 1));
            for (int k = 0; k < of.count[y]; k++) {
                int weight = of.weights[y * of.stride + k];
                int from = (of.first[y] + k) * stride;
                for (int x = 0; x < stride; x++) {
                    sums[x] += (in[from + x] & 0xff) * weight;
                }
            }
            for (int x = 0; x < stride; x++) {
                out[y * stride + x] = clip(sums[x]);
            }
        }
        return new RgbImage(image.width(), height, out);
    }

    private static byte clip(int sum) {
        return (byte) Math.clamp(sum >> PRECISION_BITS, 0, 255);
    }

    /** For each pixel that comes out: the first that goes in, how many, and their weights as fixed-point numbers. */
    private static final class Coefficients {
        final int stride;
        final int[] first;
        final int[] count;
        final int[] weights;

        Coefficients(int stride, int out) {
            this.stride = stride;
            first = new int[out];
            count = new int[out];
            weights = new int[out * stride];
        }
    }

    private Coefficients coefficients(int in, int out) {
        double scale = (double) in / out;
        double filterScale = Math.max(scale, 1);
        double reach = support * filterScale;
        int stride = (int) Math.ceil(reach) * 2 + 1;
        Coefficients of = new Coefficients(stride, out);
        double[] weights = new double[stride];
        for (int i = 0; i < out; i++) {
            double centre = (i + 0.5) * scale;
            int first = Math.max((int) (centre - reach + 0.5), 0);
            int count = Math.min((int) (centre + reach + 0.5), in) - first;
            double sum = 0;
            for (int k = 0; k < count; k++) {
                weights[k] = weight((k + first - centre + 0.5) * (1 / filterScale));
                sum += weights[k];
            }
            for (int k = 0; k < count; k++) {
                double normalised = sum == 0 ? weights[k] : weights[k] / sum;
                of.weights[i * stride + k] = (int) (normalised * (1 << PRECISION_BITS) + (normalised < 0 ? -0.5 : 0.5));
            }
            of.first[i] = first;
            of.count[i] = count;
        }
        return of;
    }
}
