package dev.glimpse.pairs;

/** A file of pairs breaks a rule: the message names the file, the place in it and the rule. */
public final class InvalidPairsException extends Exception {

    InvalidPairsException(String message) {
        super(message);
    }

    InvalidPairsException(String message, Throwable cause) {
        super(message, cause);
    }
}
