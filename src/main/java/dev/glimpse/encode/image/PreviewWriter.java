package dev.glimpse.encode.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Makes the small picture that a hit shows: a JPEG of at most {@value #MAX_BYTES} bytes. Thread-safe. */
public final class PreviewWriter {

    /** The largest preview, in bytes. */
    public static final int MAX_BYTES = 8 * 1024;

    private static final int[] SIDES = {128, 96, 64, 32};
    private static final float[] QUALITIES = {0.85f, 0.7f, 0.5f, 0.3f};

    private PreviewWriter() {}

    /** The preview of a picture: 128 pixels on the longer side (or its own size, if less), unless that is too large. */
    public static byte[] write(RgbImage image) {
        for (int side : SIDES) {
            BufferedImage small = fit(image, side).toBufferedImage();
            for (float quality : QUALITIES) {
                byte[] jpeg = jpeg(small, quality);
                if (jpeg.length <= MAX_BYTES) {
                    return jpeg;
                }
            }
        }
        throw new IllegalStateException("32 pixels a side take more than %d bytes".formatted(MAX_BYTES));
    }

    private static RgbImage fit(RgbImage image, int side) {
        int longer = Math.max(image.width(), image.height());
        if (longer <= side) {
            return image;
        }
        int width = Math.max(1, Math.round((float) image.width() * side / longer));
        int height = Math.max(1, Math.round((float) image.height() * side / longer));
        // Most of the way by whole pixels: filtering the full picture was the costliest part of a preview.
        return Resampling.BILINEAR.resize(reduced(image, longer / side), width, height);
    }

    /** The means of squares of {@code factor} pixels a side; what is left over at right and bottom does not count. */
    private static RgbImage reduced(RgbImage image, int factor) {
        int width = image.width() / factor;
        int height = image.height() / factor;
        if (factor == 1 || width == 0 || height == 0) {
            return image;
        }
        byte[] in = image.rgb();
        byte[] out = new byte[3 * width * height];
        int[] sums = new int[3 * width];
        int area = factor * factor;
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, 0);
            for (int dy = 0; dy < factor; dy++) {
                int from = 3 * (y * factor + dy) * image.width();
                for (int to = 0; to < sums.length; to += 3) {
                    for (int dx = 0; dx < factor; dx++, from += 3) {
                        sums[to] += in[from] & 0xff;
                        sums[to + 1] += in[from + 1] & 0xff;
                        sums[to + 2] += in[from + 2] & 0xff;
                    }
                }
            }
            for (int i = 0; i < sums.length; i++) {
                out[y * sums.length + i] = (byte) ((sums[i] + area / 2) / area);
            }
        }
        return new RgbImage(width, height, out);
    }

    private static byte[] jpeg(BufferedImage image, float quality) {
        ImageWriter writer = ImageIO.getImageWritersByMIMEType("image/jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(MAX_BYTES);
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(quality);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
