package dev.glimpse.filter;

/** A text is no filter. */
public final class InvalidFilterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int column;

    InvalidFilterException(int column, String rule) {
        super("at column %d: %s".formatted(column, rule));
        this.column = column;
    }

    /** Where it ceases to be one: 1 for the first character. */
    public int column() {
        return column;
    }
}
