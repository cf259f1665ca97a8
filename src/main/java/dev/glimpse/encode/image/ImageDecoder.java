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
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import org.jspecify.annotations.Nullable;

/**
 * Decodes pictures: JPEG, PNG, WebP, GIF (its first frame), BMP and SVG, by their first bytes and not by what they are
 * called. What comes out is upright (EXIF orientation applied), and transparency lies on white. Colour profiles are
 * ignored, as the image processors of CLIP-like models ignore them. Thread-safe; a picture of 12 megapixels takes some
 * 80 MB of heap while it is decoded, so those that are decoded at once share half of the heap and wait for one another.
 */
public final class ImageDecoder {

    /** One for each thread that decodes: making one costs more heap than a decoded picture beside its pixels. */
    private static final ThreadLocal<ImageReader> JPEG_READERS =
            ThreadLocal.withInitial(() -> reader(ImageFormat.JPEG));

    /** Bytes of heap that a pixel takes while it is decoded: what the reader makes, and the three that come out. */
    private static final int BYTES_A_PIXEL = 7;

    /** The same, where a colour may have 16 bits. */
    private static final int BYTES_A_DEEP_PIXEL = 11;

    /** Where a BMP's header (BITMAPINFOHEADER and later) has its compression, and two of its values. */
    private static final int BMP_COMPRESSION = 30;

    private static final int BMP_JPEG = 4;
    private static final int BMP_PNG = 5;

    /** That of a JPEG; what a longer one is resized by would be larger than the picture. */
    private static final int LONGEST_SIDE = 65_535;

    private final long maxPixels;
    private final DecodeMemory memory;
    private final SvgRasterizer drawings;

    /**
     * @param maxPixels   the largest picture, in pixels, read from its header before anything is decoded
     * @param drawingSize the longer side, in pixels, at which drawings are rasterised
     */
    public ImageDecoder(long maxPixels, int drawingSize) {
        this(maxPixels, drawingSize, DecodeMemory.ofHeap());
    }

    ImageDecoder(long maxPixels, int drawingSize, DecodeMemory memory) {
        this.maxPixels = maxPixels;
        this.memory = memory;
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
                case JPEG -> {
                    RgbImage image = decodeJpeg(file);
                    yield JpegSegments.hasExif(file) ? Orientation.of(file).applyTo(image) : image;
                }
                case PNG -> Orientation.ofPng(file).applyTo(decodeRaster(reader(format), format, file));
                case BMP -> decodeBmp(file);
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
        ImageReader reader = JPEG_READERS.get();
        boolean whole = false;
        AtomicReference<@Nullable String> warning = new AtomicReference<>();
        // libjpeg fills what is missing with grey and only warns.
        reader.addIIOReadWarningListener((source, message) -> warning.set(message));
        try (ByteArrayImageInputStream stream = new ByteArrayImageInputStream(plain);
                DecodeMemory.Claim _ = begin(reader, stream, ImageFormat.JPEG)) {
            int components = JpegSegments.components(plain);
            ImageReadParam param = reader.getDefaultReadParam();
            if (components == 3) {
                param.setDestination(Pixels.canvas(reader.getWidth(0), reader.getHeight(0)));
            }
            BufferedImage image = reader.read(0, param);
            String said = warning.get();
            if (said != null && (said.contains("Truncated File") || said.contains("remature end"))) {
                throw damaged(ImageFormat.JPEG, "it ends too early", null);
            }
            whole = true;
            return components == 4 ? Pixels.ofInks(image.getRaster()) : Pixels.of(image);
        } finally {
            if (whole) {
                reader.reset();
            } else {
                // What a damaged file leaves behind is nothing to go on with.
                JPEG_READERS.remove();
                reader.dispose();
            }
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
        try (ByteArrayImageInputStream stream = new ByteArrayImageInputStream(file);
                DecodeMemory.Claim _ = begin(reader, stream, format)) {
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

    /** One that wraps a JPEG or a PNG states how large that is, and the reader makes an array of it before it reads. */
    private RgbImage decodeBmp(byte[] file) throws IOException, RejectedRecordException {
        if (file.length >= BMP_COMPRESSION + Integer.BYTES) {
            int compression =
                    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(BMP_COMPRESSION);
            if (compression == BMP_JPEG || compression == BMP_PNG) {
                throw new RejectedRecordException(
                        Reason.UNSUPPORTED_IMAGE, "a BMP that holds a JPEG or a PNG is not read; send that itself");
            }
        }
        return decodeRaster(reader(ImageFormat.BMP), ImageFormat.BMP, file);
    }

    private RgbImage decodeGif(byte[] file) throws IOException, RejectedRecordException {
        ImageReader reader = reader(ImageFormat.GIF);
        try (ByteArrayImageInputStream stream = new ByteArrayImageInputStream(file)) {
            reader.setInput(stream, false, false);
            GifCanvas canvas = GifCanvas.of(reader);
            long pixels =
                    requireSize(canvas.width(), canvas.height()) + requireSize(reader.getWidth(0), reader.getHeight(0));
            try (DecodeMemory.Claim _ = memory.claim(BYTES_A_PIXEL * pixels)) {
                return canvas.paint(Pixels.of(reader.read(0)));
            }
        } finally {
            reader.dispose();
        }
    }

    /** Reads the size from the header, and takes the memory that decoding needs. */
    private DecodeMemory.Claim begin(ImageReader reader, ByteArrayImageInputStream stream, ImageFormat format)
            throws IOException, RejectedRecordException {
        reader.setInput(stream, true, format != ImageFormat.JPEG);
        long pixels = requireSize(reader.getWidth(0), reader.getHeight(0));
        return memory.claim(pixels * (format == ImageFormat.PNG ? BYTES_A_DEEP_PIXEL : BYTES_A_PIXEL));
    }

    /** The number of pixels. */
    private long requireSize(int width, int height) throws RejectedRecordException {
        long pixels = (long) width * height;
        if (pixels > maxPixels) {
            throw new RejectedRecordException(
                    Reason.IMAGE_TOO_LARGE,
                    "the picture has %d x %d pixels; at most %d in all are decoded"
                            .formatted(width, height, maxPixels));
        }
        if (Math.max(width, height) > LONGEST_SIDE) {
            throw new RejectedRecordException(
                    Reason.IMAGE_TOO_LARGE,
                    "the picture has %d x %d pixels; a side of at most %d is decoded"
                            .formatted(width, height, LONGEST_SIDE));
        }
        return pixels;
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
