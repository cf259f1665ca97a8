package dev.glimpse.train;

/** Whether a caption is right of a picture. */
enum Truth {
    WRONG,
    /** Nothing says so: it counts neither for nor against. */
    UNKNOWN,
    RIGHT,
    /** Right, and drawn for this picture. */
    OWN
}
