package dev.glimpse.encode.image;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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

    /** Pictures come in few sizes: the coefficients of those seen last, in all 16 MiB at most. */
    private static final Cache<Sizes, Coefficients> KNOWN = Caffeine.newBuilder()
            .maximumWeight(16 << 20)
            .weigher((Sizes sizes, Coefficients of) -> of.bytes())
            .build();

    private static final ThreadLocal<byte @Nullable []> SCRATCH = new ThreadLocal<>();

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

    /** Takes the rows of a resized picture. */
    @FunctionalInterface
    public interface RowSink {
        /**
         * Takes a row.
         *
         * @param y   from the top of the window, 0 first
         * @param rgb its pixels, 3 bytes each; written over for the next row
         */
        void row(int y, byte[] rgb);
    }

    /**
     * A part of a resized picture.
     *
     * @param left   of it, in pixels
     * @param top    of it, in pixels
     * @param width  1 or more
     * @param height 1 or more
     */
    public record Window(int left, int top, int width, int height) {}

    /** Resizes a picture to {@code width} x {@code height} pixels, each at least 1. */
    public RgbImage resize(RgbImage image, int width, int height) {
        if (image.width() == width && image.height() == height) {
            return image;
        }
        byte[] out = new byte[3 * width * height];
        resize(
                image,
                width,
                height,
                new Window(0, 0, width, height),
                (y, row) -> System.arraycopy(row, 0, out, 3 * y * width, 3 * width));
        return new RgbImage(width, height, out);
    }

    /**
     * Resizes a picture to {@code width} x {@code height} pixels, each at least 1, and gives the rows of a window of that.
     * Only what the window needs is computed, and no more rows are held than one that comes out is made of.
     */
    public void resize(RgbImage image, int width, int height, Window window, RowSink sink) {
        if (this == NEAREST) {
            nearest(image, width, height, window, sink);
            return;
        }
        Coefficients across = coefficients(new Sizes(this, image.width(), width, window.left(), window.width()));
        Coefficients down = coefficients(new Sizes(this, image.height(), height, window.top(), window.height()));
        int stride = 3 * window.width();
        byte[] ring = scratch(down.stride * stride);
        byte[] out = new byte[stride];
        int[] sums = new int[stride];
        int filled = down.first[0];
        for (int y = 0; y < window.height(); y++) {
            int first = down.first[y];
            int count = down.count[y];
            for (; filled < first + count; filled++) {
                horizontally(image, filled, across, ring, filled % down.stride * stride);
            }
            Arrays.fill(sums, 1 << (PRECISION_BITS - 1));
            for (int k = 0; k < count; k++) {
                int weight = down.weights[y * down.stride + k];
                int from = (first + k) % down.stride * stride;
                for (int x = 0; x < stride; x++) {
                    sums[x] += (ring[from + x] & 0xff) * weight;
                }
            }
            for (int x = 0; x < stride; x++) {
                out[x] = clip(sums[x]);
            }
            sink.row(y, out);
        }
    }

    private static void nearest(RgbImage image, int width, int height, Window window, RowSink sink) {
        byte[] out = new byte[3 * window.width()];
        double scaleX = (double) image.width() / width;
        double scaleY = (double) image.height() / height;
        for (int y = 0; y < window.height(); y++) {
            int row = Math.min((int) ((window.top() + y + 0.5) * scaleY), image.height() - 1) * image.width();
            for (int x = 0; x < window.width(); x++) {
                int column = Math.min((int) ((window.left() + x + 0.5) * scaleX), image.width() - 1);
                System.arraycopy(image.rgb(), 3 * (row + column), out, 3 * x, 3);
            }
            sink.row(y, out);
        }
    }

    /** One row of the picture, resized and cut to the window. */
    private static void horizontally(RgbImage image, int y, Coefficients of, byte[] out, int to) {
        byte[] in = image.rgb();
        int row = 3 * y * image.width();
        int[] weights = of.weights;
        for (int x = 0; x < of.first.length; x++) {
            int red = 1 << (PRECISION_BITS - 1);
            int green = red;
            int blue = red;
            int from = row + 3 * of.first[x];
            int at = x * of.stride;
            int end = at + of.count[x];
            for (; at < end; at++, from += 3) {
                int weight = weights[at];
                red += (in[from] & 0xff) * weight;
                green += (in[from + 1] & 0xff) * weight;
                blue += (in[from + 2] & 0xff) * weight;
            }
            out[to++] = clip(red);
            out[to++] = clip(green);
            out[to++] = clip(blue);
        }
    }

    private static byte[] scratch(int size) {
        byte[] scratch = SCRATCH.get();
        if (scratch == null || scratch.length < size) {
            scratch = new byte[size];
            SCRATCH.set(scratch);
        }
        return scratch;
    }

    private static byte clip(int sum) {
        return (byte) Math.clamp(sum >> PRECISION_BITS, 0, 255);
    }

    /** For each pixel of the window: the first that goes in, how many, and their weights as fixed-point numbers. */
    private static final class Coefficients {
        final int stride;
        final int[] first;
        final int[] count;
        final int[] weights;

        Coefficients(int stride, int out) {
            this.stride = stride;
            first = new int[out];
            count = new int[out];
            weights = new int[Math.multiplyExact(out, stride)];
        }

        int bytes() {
            return Integer.BYTES * (first.length + count.length + weights.length);
        }
    }

    private static Coefficients coefficients(Sizes sizes) {
        return KNOWN.get(sizes, of -> of.filter().compute(of));
    }

    /** A side that goes in, what it becomes, and the part of that which is wanted: of a long one few of its pixels are. */
    private record Sizes(Resampling filter, int in, int out, int from, int wanted) {}

    private Coefficients compute(Sizes sizes) {
        int in = sizes.in();
        double scale = (double) in / sizes.out();
        double filterScale = Math.max(scale, 1);
        double reach = support * filterScale;
        int stride = (int) Math.ceil(reach) * 2 + 1;
        Coefficients of = new Coefficients(stride, sizes.wanted());
        double[] weights = new double[stride];
        for (int i = 0; i < sizes.wanted(); i++) {
            double centre = (sizes.from() + i + 0.5) * scale;
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
