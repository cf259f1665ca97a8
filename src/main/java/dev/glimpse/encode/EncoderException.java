package dev.glimpse.encode;

/** The encoder can't be opened, or its runtime failed: our fault, or the model's, and never that of the input. */
public final class EncoderException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the model and the rule */
    public EncoderException(String message) {
        super(message);
    }

    /** As above, with what it followed from. */
    public EncoderException(String message, Throwable cause) {
        super(message, cause);
    }
}
