package dev.glimpse.topic;

/** A record that can't be encoded, by its own fault: it goes to the dead letters, and its neighbours pass. */
public final class RejectedRecordException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * @param reason  the code
     * @param message one sentence that names the input and the rule
     */
    public RejectedRecordException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** As above, with what it followed from. */
    public RejectedRecordException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** The code. */
    public Reason reason() {
        return reason;
    }

    /** The sentence. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
