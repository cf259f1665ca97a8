package dev.glimpse.index.lucene;

import java.io.IOException;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.util.VectorUtil;

/**
 * The unit vectors of a small segment in memory, rounded to whole numbers of eight bits: a quarter of the bytes, in one array. A
 * product of two such is sure within what was rounded away (by the inequality of Cauchy and Schwarz), which is kept for each
 * vector: so what can't be among the best is told without its float32 vector.
 */
final class TailVectors {

    /** Several rows far apart are read in turn, which processors foresee better than one row after the other. */
    private static final int STREAMS = 4;

    /** By how much a float32 sum of products of unit vectors may be off. */
    private static final float UNSURE = 1e-5f;

    private final int[] docs;
    private final byte[] rows;
    private final int stride;
    private final float[] factors;
    private final float[] lost;

    private TailVectors(int size, int stride) {
        this.docs = new int[size];
        this.rows = new byte[size * stride];
        this.stride = stride;
        this.factors = new float[size];
        this.lost = new float[size];
    }

    /** Reads all vectors of a segment. */
    static TailVectors of(FloatVectorValues values) throws IOException {
        TailVectors read = new TailVectors(values.size(), SmallProducts.stride(values.dimension()));
        for (int ord = 0; ord < read.docs.length; ord++) {
            Rounded vector = Rounded.of(values.vectorValue(ord));
            read.docs[ord] = values.ordToDoc(ord);
            read.factors[ord] = vector.factor;
            read.lost[ord] = vector.lost;
            for (int i = 0, at = ord * read.stride; i < vector.whole.length; i++, at++) {
                read.rows[at] = (byte) vector.whole[i];
            }
        }
        return read;
    }

    /**
     * A vector as whole numbers times a factor.
     *
     * @param lost   the length of what was rounded away
     * @param length of what is left
     */
    record Rounded(short[] whole, float factor, float lost, float length) {

        static Rounded of(float[] vector) {
            float most = 0;
            for (float component : vector) {
                most = Math.max(most, Math.abs(component));
            }
            float factor = most / SmallProducts.LARGEST;
            float inverse = factor > 0 ? 1 / factor : 0;
            short[] whole = new short[SmallProducts.stride(vector.length)];
            float[] left = new float[vector.length];
            float[] lost = new float[vector.length];
            for (int i = 0; i < vector.length; i++) {
                whole[i] = (short) Math.round(vector[i] * inverse);
                left[i] = whole[i] * factor;
                lost[i] = vector[i] - left[i];
            }
            return new Rounded(whole, factor, length(lost), length(left));
        }

        private static float length(float[] vector) {
            return (float) Math.sqrt(VectorUtil.dotProduct(vector, vector));
        }
    }

    int size() {
        return docs.length;
    }

    /** The document of a vector; those of later vectors are greater. */
    int doc(int ord) {
        return docs[ord];
    }

    /**
     * What the products of vectors with a unit vector can't be above.
     *
     * @param from the first of them
     * @param most of as many as there are places, or vectors, from there on
     */
    void mostWith(Rounded unit, int from, float[] most) {
        int count = Math.min(most.length, docs.length - from);
        int apart = count / STREAMS;
        for (int i = 0; i < apart; i++) {
            for (int at = i; at < STREAMS * apart; at += apart) {
                most[at] = SmallProducts.dot(rows, (from + at) * stride, unit.whole);
            }
        }
        for (int at = STREAMS * apart; at < count; at++) {
            most[at] = SmallProducts.dot(rows, (from + at) * stride, unit.whole);
        }
        for (int at = 0; at < count; at++) {
            most[at] = most[at] * factors[from + at] * unit.factor + lost[from + at] * unit.length + unit.lost + UNSURE;
        }
    }
}
