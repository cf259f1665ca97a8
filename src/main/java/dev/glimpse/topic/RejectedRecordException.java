package dev.glimpse.topic;

/** A record that is refused, by its own fault: it goes to the dead letters, and its neighbours pass. */
public final class RejectedRecordException extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int MAX_SENTENCE = 1000;

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

    /** The sentence, cut where it quotes more of the input than a header or a record has room for. */
    public String sentence() {
        String sentence = String.valueOf(getMessage());
        return sentence.length() <= MAX_SENTENCE ? sentence : sentence.substring(0, MAX_SENTENCE) + "…";
    }
}
