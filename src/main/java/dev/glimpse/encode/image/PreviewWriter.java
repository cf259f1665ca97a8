package dev.glimpse.encode.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
        return Resampling.BILINEAR.resize(image, width, height);
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
