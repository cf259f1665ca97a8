package dev.glimpse.encode.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import dev.glimpse.item.Content;
import dev.glimpse.item.ImageFormat;
import dev.glimpse.topic.Reason;
import dev.glimpse.topic.RejectedRecordException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.jspecify.annotations.Nullable;

/**
 * Decodes pictures: JPEG, PNG, WebP, GIF (its first frame), BMP and SVG, by their first bytes and not by what they are
 * called. What comes out is upright (EXIF orientation applied), and transparency lies on white. Colour profiles are
 * ignored, as the image processors of CLIP-like models ignore them. Thread-safe; a picture of 12 megapixels takes some
 * 80 MB of heap while it is decoded, so its callers bound how many are decoded at once.
 */
public final class ImageDecoder {

    private final long maxPixels;
    private final SvgRasterizer drawings;

    /**
     * @param maxPixels   the largest picture, in pixels, read from its header before anything is decoded
     * @param drawingSize the longer side, in pixels, at which drawings are rasterised
     */
    public ImageDecoder(long maxPixels, int drawingSize) {
        this.maxPixels = maxPixels;
        this.drawings = new SvgRasterizer(drawingSize);
    }

    /**
     * Decodes a picture.
     *
     * @throws RejectedRecordException if it is damaged, too large, or of a format that is not read
     */
    public RgbImage decode(Content.Picture picture) throws RejectedRecordException {
        byte[] file = picture.bytes();
        ImageFormat format = ImageFormat.of(file)
                .orElseThrow(() -> new RejectedRecordException(
                        Reason.UNSUPPORTED_IMAGE,
                        "the first bytes are those of no picture that is read: JPEG, PNG, WebP, GIF, BMP or SVG"));
        try {
            return switch (format) {
                case JPEG -> Orientation.of(file).applyTo(decodeJpeg(file));
                case PNG, BMP -> Orientation.of(file).applyTo(decodeRaster(reader(format), format, file));
                case WEBP -> Orientation.of(file).applyTo(decodeWebp(file));
                case GIF -> decodeGif(file);
                case SVG -> drawings.draw(file);
                case HEIC, AVIF ->
                    throw new RejectedRecordException(
                            Reason.UNSUPPORTED_IMAGE,
                            "%s is not read; send JPEG, PNG, WebP, GIF, BMP or SVG".formatted(format));
            };
        } catch (IOException | RuntimeException e) {
            // The readers of the platform throw unchecked exceptions of all kinds on damaged files.
            throw damaged(format, String.valueOf(e.getMessage()), e);
        }
    }

    private RgbImage decodeJpeg(byte[] file) throws IOException, RejectedRecordException {
        byte[] plain = JpegSegments.withoutColourProfile(file);
        ImageReader reader = reader(ImageFormat.JPEG);
        AtomicReference<@Nullable String> warning = new AtomicReference<>();
        // libjpeg fills what is missing with grey and only warns.
        reader.addIIOReadWarningListener((source, message) -> warning.set(message));
        try (ByteArrayImageInputStream stream = new ByteArrayImageInputStream(plain)) {
            reader.setInput(stream, true, false);
            requireSize(reader.getWidth(0), reader.getHeight(0));
            BufferedImage image = reader.read(0);
            String said = warning.get();
            if (said != null && (said.contains("Truncated File") || said.contains("remature end"))) {
                throw damaged(ImageFormat.JPEG, "it ends too early", null);
            }
            return JpegSegments.components(plain) == 4 ? Pixels.ofInks(image.getRaster()) : Pixels.of(image);
        } finally {
            reader.dispose();
        }
    }

    private RgbImage decodeWebp(byte[] file) throws IOException, RejectedRecordException {
        // The reader fills what is missing of a lossless picture, and says nothing.
        long size = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(4) & 0xffff_ffffL;
        if (file.length < size + 8) {
            throw damaged(ImageFormat.WEBP, "it ends too early", null);
        }
        return decodeRaster(new WebPImageReaderSpi().createReaderInstance(null), ImageFormat.WEBP, file);
    }

    private RgbImage decodeRaster(ImageReader reader, ImageFormat format, byte[] file)
            throws IOException, RejectedRecordException {
        AtomicReference<@Nullable String> warning = new AtomicReference<>();
        reader.addIIOReadWarningListener((source, message) -> warning.set(message));
        try (ByteArrayImageInputStream stream = new ByteArrayImageInputStream(file)) {
            reader.setInput(stream, true, true);
            requireSize(reader.getWidth(0), reader.getHeight(0));
            BufferedImage image = reader.read(0);
            String said = warning.get();
            if (said != null && format == ImageFormat.PNG) {
                throw damaged(format, said, null);
            }
            return Pixels.of(image);
        } finally {
            reader.dispose();
        }
    }

    private RgbImage decodeGif(byte[] file) throws IOException, RejectedRecordException {
        ImageReader reader = reader(ImageFormat.GIF);
        try (ByteArrayImageInputStream stream = new ByteArrayImageInputStream(file)) {
            reader.setInput(stream, false, false);
            GifCanvas canvas = GifCanvas.of(reader);
            requireSize(canvas.width(), canvas.height());
            requireSize(reader.getWidth(0), reader.getHeight(0));
            return canvas.paint(Pixels.of(reader.read(0)));
        } finally {
            reader.dispose();
        }
    }

    private void requireSize(int width, int height) throws RejectedRecordException {
        if ((long) width * height > maxPixels) {
            throw new RejectedRecordException(
                    Reason.IMAGE_TOO_LARGE,
                    "the picture has %d x %d pixels; at most %d in all are decoded"
                            .formatted(width, height, maxPixels));
        }
    }

    private static ImageReader reader(ImageFormat format) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByMIMEType(format.mediaType());
        if (!readers.hasNext()) {
            throw new IllegalStateException("this Java has no reader for " + format.mediaType());
        }
        return readers.next();
    }

    private static RejectedRecordException damaged(ImageFormat format, String what, @Nullable Exception cause) {
        String message = "the %s picture is damaged: %s".formatted(format, what);
        return cause == null
                ? new RejectedRecordException(Reason.DAMAGED_IMAGE, message)
                : new RejectedRecordException(Reason.DAMAGED_IMAGE, message, cause);
    }
}
