package dev.glimpse.item;

import java.util.Arrays;
import java.util.Optional;

/** What an item is. Each kind has a source topic of its own, so {@code image/42} and {@code text/42} are two items. */
public enum Kind {
    /** A picture. */
    IMAGE("image", "images"),
    /** A text of its own, as opposed to the caption of an image. */
    TEXT("text", "texts"),
    /** A label of a vocabulary. */
    LABEL("label", "labels");

    private final String word;
    private final String plural;

    Kind(String word, String plural) {
        this.word = word;
        this.plural = plural;
    }

    /** The kind as it is written in an {@link ItemId}, for example {@code image}. */
    public String word() {
        return word;
    }

    /** The kind as it is written in the name of a topic and in an address, for example {@code images}. */
    public String plural() {
        return plural;
    }

    /** The kind with this {@link #word()}, if there is one. */
    public static Optional<Kind> ofWord(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
    }

    /** The kind with this {@link #plural()}, if there is one. */
    public static Optional<Kind> ofPlural(String plural) {
        return Arrays.stream(values())
                .filter(kind -> kind.plural.equals(plural))
                .findFirst();
    }

    @Override
    public String toString() {
        return word;
    }
}
