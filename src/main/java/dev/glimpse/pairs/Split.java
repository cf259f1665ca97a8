package dev.glimpse.pairs;

/** What a pair is there for. */
public enum Split {
    /** To learn from. */
    TRAIN,
    /** To decide on while training. */
    VALIDATION,
    /** To measure on, once all is decided. */
    TEST;

    /** @throws IllegalArgumentException if the word is unknown; the message names those that are known */
    static Split of(String word) {
        return switch (word) {
            // Karpathy's "restval" are pictures of COCO's validation set that are learned from.
            case "train", "restval" -> TRAIN;
            case "validation", "val" -> VALIDATION;
            case "test" -> TEST;
            default ->
                throw new IllegalArgumentException(
                        "the split '%s' is unknown; known are train, restval, validation, val and test"
                                .formatted(word));
        };
    }
}
