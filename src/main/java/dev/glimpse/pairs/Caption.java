package dev.glimpse.pairs;

/**
 * What is said of a picture.
 *
 * @param text     not blank
 * @param language a BCP 47 tag, such as {@code en}
 * @param weight   more than 0: how often training draws it, against the picture's other captions
 */
public record Caption(String text, String language, double weight) {

    /** @throws IllegalArgumentException if the weight is not more than 0, or not finite */
    public Caption {
        if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a caption's weight must be more than 0, not %s".formatted(weight));
        }
    }

    /** One that is drawn as often as others. */
    public Caption(String text, String language) {
        this(text, language, 1);
    }
}
