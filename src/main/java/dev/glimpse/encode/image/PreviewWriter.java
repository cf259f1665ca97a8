package dev.glimpse.encode.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStreamImpl;

/** Makes the small picture that a hit shows: a JPEG of at most {@value #MAX_BYTES} bytes. Thread-safe. */
public final class PreviewWriter {

    /** The largest preview, in bytes. */
    public static final int MAX_BYTES = 8 * 1024;

    private static final int[] SIDES = {128, 96, 64, 32};
    private static final float[] QUALITIES = {0.85f, 0.7f, 0.5f, 0.3f};

    /** One for each thread that makes previews: a writer and buffers of some 300 KB, which need not be made anew. */
    private static final ThreadLocal<PreviewWriter> WRITERS = ThreadLocal.withInitial(PreviewWriter::new);

    private final ImageWriter writer =
            ImageIO.getImageWritersByMIMEType("image/jpeg").next();
    private final ImageWriteParam param = writer.getDefaultWriteParam();
    private final Output out = new Output();
    private int[] sums = {};
    private byte[] reduced = {};
    private BufferedImage small = Pixels.canvas(1, 1);

    private PreviewWriter() {
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    }

    /** The preview of a picture: 128 pixels on the longer side (or its own size, if less), unless that is too large. */
    public static byte[] write(RgbImage image) {
        return WRITERS.get().fitting(image);
    }

    private byte[] fitting(RgbImage image) {
        for (int side : SIDES) {
            fit(image, side);
            for (float quality : QUALITIES) {
                byte[] jpeg = jpeg(quality);
                if (jpeg.length <= MAX_BYTES) {
                    return jpeg;
                }
            }
        }
        throw new IllegalStateException("32 pixels a side take more than %d bytes".formatted(MAX_BYTES));
    }

    /** Brings the picture to at most {@code side} pixels a side. */
    private void fit(RgbImage image, int side) {
        int longer = Math.max(image.width(), image.height());
        int width = image.width();
        int height = image.height();
        RgbImage source = image;
        if (longer > side) {
            width = Math.max(1, Math.round((float) image.width() * side / longer));
            height = Math.max(1, Math.round((float) image.height() * side / longer));
            // Most of the way by whole pixels: filtering the full picture was the costliest part of a preview.
            source = reduced(image, longer / side);
        }
        if (small.getWidth() != width || small.getHeight() != height) {
            small = Pixels.canvas(width, height);
        }
        byte[] out = ((DataBufferByte) small.getRaster().getDataBuffer()).getData();
        int stride = 3 * width;
        Resampling.Window all = new Resampling.Window(0, 0, width, height);
        Resampling.BILINEAR.resize(
                source, width, height, all, (y, row) -> System.arraycopy(row, 0, out, y * stride, stride));
    }

    /**
     * The means of squares of {@code factor} pixels a side, valid until the next call; what is left over at right and
     * bottom does not count.
     */
    private RgbImage reduced(RgbImage image, int factor) {
        int width = image.width() / factor;
        int height = image.height() / factor;
        if (factor == 1 || width == 0 || height == 0) {
            return image;
        }
        int stride = 3 * width;
        if (reduced.length != stride * height) {
            reduced = new byte[stride * height];
            sums = new int[stride];
        }
        byte[] in = image.rgb();
        int area = factor * factor;
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, 0);
            for (int dy = 0; dy < factor; dy++) {
                int from = 3 * (y * factor + dy) * image.width();
                for (int to = 0; to < stride; to += 3) {
                    int red = 0;
                    int green = 0;
                    int blue = 0;
                    for (int dx = 0; dx < factor; dx++, from += 3) {
                        red += in[from] & 0xff;
                        green += in[from + 1] & 0xff;
                        blue += in[from + 2] & 0xff;
                    }
                    sums[to] += red;
                    sums[to + 1] += green;
                    sums[to + 2] += blue;
                }
            }
            for (int i = 0; i < stride; i++) {
                reduced[y * stride + i] = (byte) ((sums[i] + area / 2) / area);
            }
        }
        return new RgbImage(width, height, reduced);
    }

    private byte[] jpeg(float quality) {
        try {
            out.clear();
            param.setCompressionQuality(quality);
            writer.setOutput(out);
            writer.write(null, new IIOImage(small, null, null), param);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.reset();
        }
    }

    /** A stream into an array, for one file after another. */
    private static final class Output extends ImageOutputStreamImpl {
        private byte[] bytes = new byte[4 * MAX_BYTES];
        private int length;

        void clear() {
            streamPos = 0;
            flushedPos = 0;
            bitOffset = 0;
            length = 0;
        }

        byte[] toByteArray() {
            return Arrays.copyOf(bytes, length);
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int count) {
            int end = (int) streamPos + count;
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
            }
            System.arraycopy(from, offset, bytes, (int) streamPos, count);
            streamPos = end;
            length = Math.max(length, end);
        }

        @Override
        public int read() {
            return streamPos < length ? bytes[(int) streamPos++] & 0xff : -1;
        }

        @Override
        public int read(byte[] to, int offset, int count) {
            int available = Math.min(count, length - (int) streamPos);
            if (available <= 0) {
                return -1;
            }
            System.arraycopy(bytes, (int) streamPos, to, offset, available);
            streamPos += available;
            return available;
        }
    }
}
