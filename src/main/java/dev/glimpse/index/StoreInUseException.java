package dev.glimpse.index;

import java.io.IOException;

/** Another process has the store open: it is sound, and not ours. */
public final class StoreInUseException extends IOException {

    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the store */
    public StoreInUseException(String message, Throwable cause) {
        super(message, cause);
    }
}
