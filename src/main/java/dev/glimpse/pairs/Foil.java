package dev.glimpse.pairs;

/**
 * A caption that is wrong of a picture: it differs from the picture's first caption in one thing (a minimal pair).
 *
 * @param text not blank
 * @param kind what differs, such as {@code relation flipped}
 */
public record Foil(String text, String kind) {}
