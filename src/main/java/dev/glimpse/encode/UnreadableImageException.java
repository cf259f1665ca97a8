package dev.glimpse.encode;

/** A query's picture can't be decoded. */
public final class UnreadableImageException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String code;

    UnreadableImageException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The reason, as a dead letter would have it, for example {@code damaged-image}. */
    public String code() {
        return code;
    }
}
