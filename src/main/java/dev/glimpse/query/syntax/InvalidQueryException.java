package dev.glimpse.query.syntax;

/** What is written is no query. The message names what is wrong, and the rule. */
public final class InvalidQueryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with it. */
    public enum Cause {
        /** It is no JSON object. */
        MALFORMED_QUERY,
        /** It has a parameter that nobody knows. */
        UNKNOWN_PARAMETER,
        /** A parameter has a value that it may not have. */
        INVALID_PARAMETER,
        /** It lacks a parameter. */
        MISSING_PARAMETER
    }

    private final Cause kind;

    /**
     * @param kind    what is wrong
     * @param message one sentence that names the input and the rule
     */
    public InvalidQueryException(Cause kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What is wrong. */
    public Cause kind() {
        return kind;
    }
}
