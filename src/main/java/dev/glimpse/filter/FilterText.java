package dev.glimpse.filter;

/**
 * A filter, and as it was written.
 *
 * @param text   in the language of {@link FilterParser}
 * @param filter what it says
 */
public record FilterText(String text, Filter filter) {

    /** @throws InvalidFilterException if the text is no filter */
    public static FilterText parse(String text) {
        return new FilterText(text, FilterParser.parse(text));
    }
}
