package dev.glimpse.encode;

/** One picture as a model takes it: {@code [3, height, width]} float32, RGB planes. Immutable by agreement. */
public final class ImageTensor {

    private final float[] values;

    /** @param values the planes, row by row; not written to any more */
    public ImageTensor(float[] values) {
        this.values = values;
    }

    /** The planes, shared: not to be written to. */
    public float[] values() {
        return values;
    }
}
