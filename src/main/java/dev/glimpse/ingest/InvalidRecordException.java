package dev.glimpse.ingest;

/** What was sent is not of the source topic's contract; nothing was written. */
public final class InvalidRecordException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String code;

    InvalidRecordException(String code, String message) {
        super(message);
        this.code = code;
    }

    InvalidRecordException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The reason, as a dead letter would have it, for example {@code malformed-envelope}; or {@code too-large}. */
    public String code() {
        return code;
    }
}
