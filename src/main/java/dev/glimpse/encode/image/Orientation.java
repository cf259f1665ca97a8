package dev.glimpse.encode.image;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.exif.ExifIFD0Directory;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/**
 * How a camera was held: EXIF's tag {@code Orientation} (CIPA DC-008, 4.6.4), 1 to 8.
 *
 * @param tag 1 for upright
 */
record Orientation(int tag) {

    static final Orientation UPRIGHT = new Orientation(1);

    /** The orientation that a file's EXIF states; upright where it states none, or nonsense. */
    static Orientation of(byte[] file) {
        try {
            ExifIFD0Directory exif = ImageMetadataReader.readMetadata(new ByteArrayInputStream(file), file.length)
                    .getFirstDirectoryOfType(ExifIFD0Directory.class);
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
