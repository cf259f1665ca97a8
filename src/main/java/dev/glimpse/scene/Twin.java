package dev.glimpse.scene;

/**
 * The other half of a minimal pair: a scene that differs from the original in one respect, with a claim that is true of
 * the original alone and one that is true of the twin alone.
 */
public record Twin(Kind kind, Scene scene, Statement ofOriginal, Statement ofTwin) {

    /** In what respect. */
    public enum Kind {
        /** Two figures have changed places. */
        RELATION_FLIPPED,
        /** Two figures have exchanged their colours. */
        COLOURS_SWAPPED,
        /** There is one more figure of the kind, or one less. */
        COUNT_OFF_BY_ONE,
        /** One figure, or all of a count, have another shape. */
        SHAPE_CHANGED,
        /** One figure, or all of a count, have another colour. */
        COLOUR_CHANGED,
        /** One figure, or all of a count, have another texture. */
        TEXTURE_CHANGED,
        /** One of three figures has another colour or shape. */
        ONE_OF_THREE_CHANGED,
        /** A figure is small instead of large or the other way, or both figures of a pair are. */
        SIZE_CHANGED
    }
}
