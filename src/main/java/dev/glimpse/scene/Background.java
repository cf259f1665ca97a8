package dev.glimpse.scene;

/**
 * The flat colour behind the figures: pale, so that no figure drowns in it.
 *
 * @param rgb the sRGB value, {@code 0xRRGGBB}
 */
public record Background(int rgb) {

    /** White, the background when none is chosen. */
    public static final Background WHITE = new Background(0xFFFFFF);

    /** @throws IllegalArgumentException if the value has more than 24 bits */
    public Background {
        if ((rgb & 0xFFFFFF) != rgb) {
            throw new IllegalArgumentException("the background %x must be three channels of 8 bits".formatted(rgb));
        }
    }
}
