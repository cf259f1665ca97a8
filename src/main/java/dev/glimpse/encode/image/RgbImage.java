package dev.glimpse.encode.image;

/** A decoded picture: 8 bits each of red, green and blue, no transparency, upright. Immutable by agreement. */
public final class RgbImage {

    private final int width;
    private final int height;
    private final byte[] rgb;

    /**
     * @param rgb {@code 3 * width * height} bytes, row by row from the top, red first
     * @throws IllegalArgumentException if the sizes do not fit
     */
    public RgbImage(int width, int height, byte[] rgb) {
        if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    "%d bytes are no picture of %d x %d pixels".formatted(rgb.length, width, height));
        }
        this.width = width;
        this.height = height;
        this.rgb = rgb;
    }

    /** The width in pixels. */
    public int width() {
        return width;
    }

    /** The height in pixels. */
    public int height() {
        return height;
    }

    /** The pixels, shared: not to be written to. */
    public byte[] rgb() {
        return rgb;
    }
}
