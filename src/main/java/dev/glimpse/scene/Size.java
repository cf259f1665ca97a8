package dev.glimpse.scene;

import java.util.Locale;

/**
 * A figure's size as a caption tells it, by the radius in pixels. Figures between the two are neither small nor large,
 * so that a caption with a size is clearly true or clearly false.
 */
public enum Size {
    /** A radius of at most {@value Size#LARGEST_SMALL} pixels. */
    SMALL,
    /** A radius of at least {@value Size#SMALLEST_LARGE} pixels. */
    LARGE;

    static final double LARGEST_SMALL = 19;
    static final double SMALLEST_LARGE = 34;

    /** Whether a figure of the radius is of this size. */
    public boolean isOf(double radius) {
        return switch (this) {
            case SMALL -> radius <= LARGEST_SMALL;
            case LARGE -> radius >= SMALLEST_LARGE;
        };
    }

    /** The plain word for it in a caption. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
