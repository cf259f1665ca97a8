package dev.glimpse.encode.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;
import javax.imageio.ImageTypeSpecifier;

/**
 * From what the platform's readers give to plain red, green and blue. Samples are taken as they stand in the file:
 * Java2D's own conversion would apply profiles and the gamma of its grey space.
 */
final class Pixels {

    private static final int OPAQUE = 255;

    private Pixels() {}

    /** A picture to be read into: what was read is then shared by {@link #of}, not copied. */
    static BufferedImage canvas(int width, int height) {
        ColorSpace rgb = ColorSpace.getInstance(ColorSpace.CS_sRGB);
        return ImageTypeSpecifier.createInterleaved(rgb, new int[] {0, 1, 2}, DataBuffer.TYPE_BYTE, false, false)
                .createBufferedImage(width, height);
    }

    static RgbImage of(BufferedImage image) {
        ColorModel model = image.getColorModel();
        int type = image.getColorModel().getTransferType();
        boolean plain = model instanceof ComponentColorModel
                && !image.isAlphaPremultiplied()
                && (type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT)
                && (model.getColorSpace().getType() == ColorSpace.TYPE_RGB
                        || model.getColorSpace().getType() == ColorSpace.TYPE_GRAY);
        return plain ? ofSamples(image.getRaster(), model.getComponentSize(0) == 16) : ofColours(image);
    }

    private static RgbImage ofSamples(Raster raster, boolean deep) {
        if (raster.getNumBands() == 3
                && raster.getDataBuffer() instanceof DataBufferByte data
                && raster.getSampleModel() instanceof PixelInterleavedSampleModel model
                && model.getPixelStride() == 3
                && data.getNumBanks() == 1
                && raster.getParent() == null) {
            return ofBytes(raster.getWidth(), raster.getHeight(), data.getData(), model);
        }
        int width = raster.getWidth();
        int height = raster.getHeight();
        int bands = raster.getNumBands();
        int colours = bands < 3 ? 1 : 3;
        byte[] rgb = new byte[3 * width * height];
        int[] row = new int[width * bands];
        for (int y = 0, to = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            if (deep) {
                Arrays.setAll(row, i -> (row[i] + 128) / 257);
            }
            for (int at = 0; at < row.length; at += bands, to += 3) {
                int alpha = bands == colours ? OPAQUE : row[at + colours];
                for (int c = 0; c < 3; c++) {
                    rgb[to + c] = onWhite(row[at + Math.min(c, colours - 1)], alpha);
                }
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /** What most pictures are: three bytes a pixel, in some order. */
    private static RgbImage ofBytes(int width, int height, byte[] data, PixelInterleavedSampleModel model) {
        int[] at = model.getBandOffsets();
        if (at[0] == 0 && at[1] == 1 && at[2] == 2 && data.length == 3 * width * height) {
            return new RgbImage(width, height, data);
        }
        byte[] rgb = new byte[3 * width * height];
        for (int y = 0, to = 0; y < height; y++) {
            int from = y * model.getScanlineStride();
            for (int x = 0; x < width; x++, from += 3, to += 3) {
                rgb[to] = data[from + at[0]];
                rgb[to + 1] = data[from + at[1]];
                rgb[to + 2] = data[from + at[2]];
            }
        }
        return new RgbImage(width, height, rgb);
    }

    private static RgbImage ofColours(BufferedImage image) {
        int width = image.getWidth();
        byte[] rgb = new byte[3 * width * image.getHeight()];
        int[] row = new int[width];
        for (int y = 0, to = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int argb : row) {
                int alpha = argb >>> 24;
                rgb[to++] = onWhite(argb >> 16 & 0xff, alpha);
                rgb[to++] = onWhite(argb >> 8 & 0xff, alpha);
                rgb[to++] = onWhite(argb & 0xff, alpha);
            }
        }
        return new RgbImage(width, image.getHeight(), rgb);
    }

    /** Four inks (cyan, magenta, yellow, black; 255 is all of it), mixed as Pillow mixes them. */
    static RgbImage ofInks(Raster raster) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] rgb = new byte[3 * width * height];
        int[] row = new int[4 * width];
        for (int y = 0, to = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int at = 0; at < row.length; at += 4) {
                for (int c = 0; c < 3; c++) {
                    rgb[to++] = (byte) (((OPAQUE - row[at + c]) * (OPAQUE - row[at + 3]) + 127) / OPAQUE);
                }
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /** A level over white, rounded as Pillow's {@code alpha_composite} rounds. */
    static byte onWhite(int level, int alpha) {
        return (byte) ((level * alpha + OPAQUE * (OPAQUE - alpha) + 127) / OPAQUE);
    }
}
