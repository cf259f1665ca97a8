package dev.glimpse.pairs;

/**
 * What is said of a picture.
 *
 * @param text     not blank
 * @param language a BCP 47 tag, such as {@code en}
 */
public record Caption(String text, String language) {}
