package dev.glimpse.scene;

/**
 * What is behind the figures: flat, or changing softly from top to bottom, or with a light noise, and never so near a
 * figure's colour that the figure drowns in it.
 *
 * @param rgb    the sRGB value at the top, {@code 0xRRGGBB}
 * @param bottom the sRGB value at the bottom
 * @param noise  how far a pixel may be lighter or darker, 0 to 32 in each channel
 * @param seed   what tells one noise from another
 */
public record Background(int rgb, int bottom, int noise, long seed) {

    /** White, the background when none is chosen. */
    public static final Background WHITE = new Background(0xFFFFFF);

    private static final double CLEAR = 150;
    private static final int LARGEST_NOISE = 32;

    /** @throws IllegalArgumentException if a value has more than 24 bits or the noise is too loud */
    public Background {
        requireColour(rgb);
        requireColour(bottom);
        if (noise < 0 || noise > LARGEST_NOISE) {
            throw new IllegalArgumentException("the noise %d must be 0 to %d".formatted(noise, LARGEST_NOISE));
        }
    }

    /** A flat one. */
    public Background(int rgb) {
        this(rgb, rgb, 0, 0);
    }

    /** Whether a figure of the colour would be hard to see on it. */
    public boolean hides(Colour colour) {
        return Math.min(distance(rgb, colour.rgb()), distance(bottom, colour.rgb())) < CLEAR;
    }

    /** As eyes see it, roughly: Euclid's, green counting most and red and blue by how red the colours are. */
    private static double distance(int one, int other) {
        double mean = ((one >> 16 & 0xFF) + (other >> 16 & 0xFF)) / 2.0;
        double red = (one >> 16 & 0xFF) - (other >> 16 & 0xFF);
        double green = (one >> 8 & 0xFF) - (other >> 8 & 0xFF);
        double blue = (one & 0xFF) - (other & 0xFF);
        return Math.sqrt((2 + mean / 256) * red * red + 4 * green * green + (3 - mean / 256) * blue * blue);
    }

    private static void requireColour(int rgb) {
        if ((rgb & 0xFFFFFF) != rgb) {
            throw new IllegalArgumentException("the background %x must be three channels of 8 bits".formatted(rgb));
        }
    }
}
