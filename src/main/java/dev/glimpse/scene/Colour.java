package dev.glimpse.scene;

import java.util.Locale;

/** The colours that figures have, each far from the others; which of them a {@link Domain} has, it tells itself. */
public enum Colour {
    RED(0xD62728),
    GREEN(0x2CA02C),
    BLUE(0x1F4FD6),
    YELLOW(0xF2C80F),
    PURPLE(0x8E44AD),
    ORANGE(0xF57F17),
    BLACK(0x1A1A1A),
    PINK(0xF48FB1),
    BROWN(0x7B4A1E),
    GREY(0x8A8A8A),
    TEAL(0x12A5A5);

    private final int rgb;

    Colour(int rgb) {
        this.rgb = rgb;
    }

    /** The sRGB value, {@code 0xRRGGBB}. */
    public int rgb() {
        return rgb;
    }

    /** The word for it in a caption. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
