package dev.glimpse.scene;

import java.util.Locale;

/** How a figure is filled: all in its colour, or in its colour and white. */
public enum Texture {
    SOLID,
    STRIPED,
    DOTTED,
    CHECKERED;

    /** The plain word for it in a caption. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
