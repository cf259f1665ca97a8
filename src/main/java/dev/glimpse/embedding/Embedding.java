package dev.glimpse.embedding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A unit vector of an {@link EmbeddingSpace}. Immutable; its Euclidean length is 1 to within float32's precision, so
 * the dot product of two is their cosine similarity, in [-1, 1].
 */
public final class Embedding {

    private final EmbeddingSpace space;
    private final float[] components;

    private Embedding(EmbeddingSpace space, float[] components) {
        this.space = space;
        this.components = components;
    }

    /**
     * Brings a vector to length 1.
     *
     * @param vector {@code space.dimension()} finite components, copied
     * @throws IllegalArgumentException if the count is another, a component is not finite, or all are zero
     */
    public static Embedding normalised(EmbeddingSpace space, float[] vector) {
        if (vector.length != space.dimension()) {
            throw new IllegalArgumentException("the vector has %d components, and the space %s has %d"
                    .formatted(vector.length, space, space.dimension()));
        }
        double squares = 0;
        for (float component : vector) {
            squares += (double) component * component;
        }
        if (!(squares > 0) || Double.isInfinite(squares)) {
            throw new IllegalArgumentException("the vector has length %s: no direction".formatted(Math.sqrt(squares)));
        }
        double length = Math.sqrt(squares);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return new Embedding(space, unit);
    }

    /** The direction of the sum of several embeddings of one space: their mean, brought to length 1. */
    public static Embedding mean(List<Embedding> embeddings) {
        Embedding first = embeddings.getFirst();
        float[] sum = new float[first.components.length];
        for (Embedding embedding : embeddings) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += embedding.components[i];
            }
        }
        return normalised(first.space, sum);
    }

    /**
     * Reads the form in which a record carries it.
     *
     * @param bytes {@code space.dimension()} float32 numbers, little-endian, as {@link #bytes()} gave them
     * @throws IllegalArgumentException if the length is another, or it is no unit vector
     */
    public static Embedding ofBytes(EmbeddingSpace space, ByteBuffer bytes) {
        if (bytes.remaining() != 4 * space.dimension()) {
            throw new IllegalArgumentException("the vector has %d bytes, and the space %s needs %d"
                    .formatted(bytes.remaining(), space, 4 * space.dimension()));
        }
        float[] components = new float[space.dimension()];
        bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(components);
        double squares = 0;
        for (float component : components) {
            squares += (double) component * component;
        }
        if (!(Math.abs(squares - 1) < 1e-3)) {
            throw new IllegalArgumentException("the vector has length %s instead of 1".formatted(Math.sqrt(squares)));
        }
        return new Embedding(space, components);
    }

    /**
     * Reads the form in which an address carries it.
     *
     * @param written base64url (RFC 4648, section 5) of {@code space.dimension()} float16 numbers, little-endian
     * @throws IllegalArgumentException if it has another form
     */
    public static Embedding parse(EmbeddingSpace space, String written) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(written);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the vector is not base64url: " + e.getMessage(), e);
        }
        if (bytes.length != 2 * space.dimension()) {
            throw new IllegalArgumentException("the vector has %d bytes, and float16 in the space %s needs %d"
                    .formatted(bytes.length, space, 2 * space.dimension()));
        }
        ByteBuffer halves = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        float[] components = new float[space.dimension()];
        for (int i = 0; i < components.length; i++) {
            components[i] = Float.float16ToFloat(halves.getShort());
        }
        return normalised(space, components);
    }

    /** The space in which it may be compared. */
    public EmbeddingSpace space() {
        return space;
    }

    /** The components, shared: not to be written to. */
    public float[] components() {
        return components;
    }

    /** The cosine to another embedding of its space, in [-1, 1]. */
    public float dot(Embedding other) {
        float sum = 0;
        for (int i = 0; i < components.length; i++) {
            sum += components[i] * other.components[i];
        }
        // Of equal ones, it may be rounded to more.
        return Math.clamp(sum, -1f, 1f);
    }

    /** The components as float32, little-endian: {@code 4 * dimension} bytes. */
    public ByteBuffer bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(4 * components.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(components);
        return bytes;
    }

    /** The form in which an address carries it: base64url, without padding, of float16 numbers, little-endian. */
    public String toAddressForm() {
        ByteBuffer halves = ByteBuffer.allocate(2 * components.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float component : components) {
            halves.putShort(Float.floatToFloat16(component));
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(halves.array());
    }

    /** This embedding as {@link #toAddressForm()} keeps it, so that a search and its address rank alike. */
    public Embedding roundedToAddressForm() {
        return parse(space, toAddressForm());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Embedding embedding
                && embedding.space.equals(space)
                && Arrays.equals(embedding.components, components);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(components);
    }

    @Override
    public String toString() {
        return "embedding in " + space;
    }
}
