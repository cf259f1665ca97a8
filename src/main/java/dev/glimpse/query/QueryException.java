package dev.glimpse.query;

import java.util.Locale;

/** A query can't be answered. */
public final class QueryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Whose fault it is. */
    public enum Cause {
        /** The item that is to be likened is not there. */
        UNKNOWN_ITEM,
        /** The vector lies in another space than the view. */
        FOREIGN_SPACE,
        /** The model has no reranker. */
        NO_RERANKER,
        /** The cursor has expired. */
        EXPIRED,
        /** The parts cancel each other out. */
        CANCELS_OUT,
        /** The picture can't be decoded. */
        UNREADABLE_IMAGE,
        /** The view is built for the first time, or too many ask. */
        UNAVAILABLE,
        /** Ours. */
        FAILED
    }

    private final Cause why;

    /** @param message one sentence that names the input and the rule */
    public QueryException(Cause why, String message) {
        super(message);
        this.why = why;
    }

    /** As above, with what it followed from. */
    public QueryException(Cause why, String message, Throwable cause) {
        super(message, cause);
        this.why = why;
    }

    /** Whose fault it is. */
    public Cause why() {
        return why;
    }

    /** The kind of problem that it is to a client, for example {@code unknown-item}. */
    public String kind() {
        return why.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The HTTP status that it is to a client. */
    public int status() {
        return switch (why) {
            case UNKNOWN_ITEM -> 404;
            case FOREIGN_SPACE -> 409;
            case NO_RERANKER, CANCELS_OUT -> 400;
            case EXPIRED -> 410;
            case UNREADABLE_IMAGE -> 422;
            case UNAVAILABLE -> 503;
            case FAILED -> 500;
        };
    }

    /** The sentence. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
