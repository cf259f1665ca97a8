package dev.glimpse.embedding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * What an image branch makes of a picture before it is projected into the joint space: what a reranker reads. Kept as
 * float16, little-endian. Immutable.
 */
public final class ImageFeatures {

    /** The largest float16: what lies beyond is kept as that. */
    private static final float MOST = 65504;

    private final byte[] halves;

    private ImageFeatures(byte[] halves) {
        this.halves = halves;
    }

    /**
     * Rounds numbers to float16.
     *
     * @throws IllegalArgumentException if one is no number
     */
    public static ImageFeatures of(float[] values) {
        ByteBuffer halves = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
            if (Float.isNaN(values[i])) {
                throw new IllegalArgumentException("feature %d is no number".formatted(i));
            }
            halves.putShort(Float.floatToFloat16(Math.clamp(values[i], -MOST, MOST)));
        }
        return new ImageFeatures(halves.array());
    }

    /**
     * Reads what {@link #bytes()} wrote.
     *
     * @throws IllegalArgumentException if half of a number is missing
     */
    public static ImageFeatures ofBytes(ByteBuffer bytes) {
        if (bytes.remaining() % 2 != 0) {
            throw new IllegalArgumentException(
                    "image features have %d bytes, and float16 needs an even number".formatted(bytes.remaining()));
        }
        byte[] halves = new byte[bytes.remaining()];
        bytes.duplicate().get(halves);
        return new ImageFeatures(halves);
    }

    /** How many there are. */
    public int size() {
        return halves.length / 2;
    }

    /** As float16, little-endian: {@code 2 * size} bytes. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(halves).asReadOnlyBuffer();
    }

    /** Writes them as float32 numbers. */
    public void writeTo(FloatBuffer out) {
        ByteBuffer from = ByteBuffer.wrap(halves).order(ByteOrder.LITTLE_ENDIAN);
        while (from.hasRemaining()) {
            out.put(Float.float16ToFloat(from.getShort()));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageFeatures features && Arrays.equals(features.halves, halves);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(halves);
    }

    @Override
    public String toString() {
        return size() + " image features";
    }
}
