package dev.glimpse.encode.image;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.png.PngChunk;
import com.drew.imaging.png.PngChunkReader;
import com.drew.imaging.png.PngChunkType;
import com.drew.lang.ByteArrayReader;
import com.drew.lang.SequentialByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Set;

/**
 * How a camera was held: EXIF's tag {@code Orientation} (CIPA DC-008, 4.6.4), 1 to 8.
 *
 * @param tag 1 for upright
 */
record Orientation(int tag) {

    static final Orientation UPRIGHT = new Orientation(1);

    private interface Reader {
        Metadata read() throws ImageProcessingException, IOException;
    }

    /** The orientation that a JPEG or WebP file's EXIF states; upright where it states none, or nonsense. */
    static Orientation of(byte[] file) {
        return of(() -> ImageMetadataReader.readMetadata(new ByteArrayInputStream(file), file.length));
    }

    /** The same of a PNG file. Its other chunks are left alone: texts are deflated, and a small file has gigabytes of them. */
    static Orientation ofPng(byte[] file) {
        return of(() -> {
            Metadata metadata = new Metadata();
            for (PngChunk chunk :
                    new PngChunkReader().extract(new SequentialByteArrayReader(file), Set.of(PngChunkType.eXIf))) {
                new ExifReader().extract(new ByteArrayReader(chunk.getBytes()), metadata);
            }
            return metadata;
        });
    }

    private static Orientation of(Reader reader) {
        try {
            ExifIFD0Directory exif = reader.read().getFirstDirectoryOfType(ExifIFD0Directory.class);
            Integer tag = exif == null ? null : exif.getInteger(ExifDirectoryBase.TAG_ORIENTATION);
            return tag == null || tag < 1 || tag > 8 ? UPRIGHT : new Orientation(tag);
        } catch (ImageProcessingException | IOException | RuntimeException e) {
            // Damaged metadata does not make a picture unreadable.
            return UPRIGHT;
        }
    }

    /** The picture, turned and mirrored so that it stands upright. */
    RgbImage applyTo(RgbImage image) {
        if (tag == 1) {
            return image;
        }
        boolean turned = tag >= 5;
        int width = turned ? image.height() : image.width();
        int height = turned ? image.width() : image.height();
        byte[] in = image.rgb();
        byte[] out = new byte[in.length];
        for (int y = 0, to = 0; y < height; y++) {
            for (int x = 0; x < width; x++, to += 3) {
                int fromX = turned ? y : x;
                int fromY = turned ? x : y;
                if (tag == 2 || tag == 3 || tag == 7 || tag == 8) {
                    fromX = image.width() - 1 - fromX;
                }
                if (tag == 3 || tag == 4 || tag == 6 || tag == 7) {
                    fromY = image.height() - 1 - fromY;
                }
                System.arraycopy(in, 3 * (fromY * image.width() + fromX), out, to, 3);
            }
        }
        return new RgbImage(width, height, out);
    }
}
