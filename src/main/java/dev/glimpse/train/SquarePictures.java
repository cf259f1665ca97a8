package dev.glimpse.train;

import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.image.Resampling;
import dev.glimpse.encode.image.RgbImage;
import dev.glimpse.item.Content;
import dev.glimpse.topic.RejectedRecordException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Pictures as squares: the shortest edge at the side, the centre of the other, as the served model's preprocessing. */
final class SquarePictures {

    private static final long MAX_PIXELS = 50_000_000;
    private static final int DRAWING_SIZE = 256;

    /** So many pictures are decoded before the next are. */
    private static final int AT_ONCE = 256;

    private SquarePictures() {}

    /**
     * Reads files, some at once, and gives their pictures in their order.
     *
     * @throws IOException if one can't be read or decoded; the message names it
     */
    static void read(List<Path> files, int side, Consumer<RgbImage> each) throws IOException {
        ImageDecoder decoder = new ImageDecoder(MAX_PIXELS, DRAWING_SIZE);
        for (int from = 0; from < files.size(); from += AT_ONCE) {
            squares(decoder, files.subList(from, Math.min(from + AT_ONCE, files.size())), side)
                    .forEach(each);
        }
    }

    private static List<RgbImage> squares(ImageDecoder decoder, List<Path> files, int side) throws IOException {
        try {
            return files.parallelStream()
                    .map(file -> {
                        try {
                            return square(decode(decoder, file), side);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static RgbImage decode(ImageDecoder decoder, Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length == 0) {
            throw new IOException("%s can't be learned from: the file is empty".formatted(file));
        }
        try {
            return decoder.decode(new Content.Picture(bytes, null));
        } catch (RejectedRecordException e) {
            throw new IOException("%s can't be learned from: %s".formatted(file, e.getMessage()), e);
        }
    }

    static RgbImage square(RgbImage image, int side) {
        int shorter = Math.min(image.width(), image.height());
        int longer = (int) ((long) side * Math.max(image.width(), image.height()) / shorter);
        int width = image.width() <= image.height() ? side : longer;
        int height = image.width() <= image.height() ? longer : side;
        byte[] out = new byte[3 * side * side];
        Resampling.Window centre = new Resampling.Window((width - side) / 2, (height - side) / 2, side, side);
        Resampling.BICUBIC.resize(
                image, width, height, centre, (y, row) -> System.arraycopy(row, 0, out, 3 * y * side, 3 * side));
        return new RgbImage(side, side, out);
    }

    /** The planes of red, green and blue, each level from 0 to 255. */
    static float[] bytes(RgbImage picture) {
        return planes(picture, 1, 0);
    }

    /** The planes of red, green and blue, each level from -1 to 1. */
    static float[] levels(RgbImage picture) {
        return planes(picture, 1 / 127.5f, -1);
    }

    private static float[] planes(RgbImage picture, float factor, float lift) {
        byte[] rgb = picture.rgb();
        int plane = picture.width() * picture.height();
        float[] planes = new float[3 * plane];
        for (int p = 0; p < plane; p++) {
            for (int c = 0; c < 3; c++) {
                planes[c * plane + p] = (rgb[3 * p + c] & 0xff) * factor + lift;
            }
        }
        return planes;
    }
}
