package dev.glimpse.pairs;

/**
 * A caption that is wrong of a picture, and one that is right of it and differs in one thing: a minimal pair.
 *
 * @param text    not blank
 * @param kind    what differs, such as {@code relation flipped}
 * @param instead the right one: if it is not told, the picture's first caption
 */
public record Foil(String text, String kind, String instead) {}
