package dev.glimpse.index.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.util.VectorUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TailVectorsTest {

    private static final int VECTORS = 1001;

    private final Random random = new Random(31);

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 31, 32, 64, 100, 192, 512, 768, 4096})
    void multipliesByLanesAsOneByOne(int dimension) {
        short[] vector = new short[SmallProducts.stride(dimension)];
        byte[] rows = new byte[3 * vector.length];
        for (int i = 0; i < dimension; i++) {
            // Half of them as large as can be, where sums of sixteen bits come nearest to their end.
            vector[i] = (short) (random.nextBoolean() ? SmallProducts.LARGEST : small());
            for (int row = 0; row < 3; row++) {
                rows[row * vector.length + i] = (byte) (random.nextBoolean() ? -SmallProducts.LARGEST : small());
            }
        }
        for (int row = 0; row < 3; row++) {
            assertThat(SmallProducts.dot(rows, row * vector.length, vector))
                    .isEqualTo(SmallProducts.oneByOne(rows, row * vector.length, vector));
        }
    }

    private int small() {
        return random.nextInt(-SmallProducts.LARGEST, SmallProducts.LARGEST + 1);
    }

    /** Of vectors of unlike spread: some have all of their length in one component. */
    @ParameterizedTest
    @ValueSource(ints = {3, 64, 192, 512})
    void saysNeverLessThanTheProduct(int dimension) throws IOException {
        float[][] vectors = new float[VECTORS][];
        for (int i = 0; i < VECTORS; i++) {
            vectors[i] = unit(dimension, i % 3 == 0 ? 8 : 0);
        }
        TailVectors tail = TailVectors.of(FloatVectorValues.fromFloats(List.of(vectors), dimension));
        double most = 0;
        for (int query = 0; query < 20; query++) {
            float[] target = query % 2 == 0 ? unit(dimension, query % 4) : vectors[random.nextInt(VECTORS)];
            TailVectors.Rounded rounded = TailVectors.Rounded.of(target);
            float[] bounds = new float[VECTORS];
            tail.mostWith(rounded, 0, bounds);
            float[] later = new float[10];
            tail.mostWith(rounded, VECTORS - 3, later);
            assertThat(Arrays.copyOf(later, 3)).isEqualTo(Arrays.copyOfRange(bounds, VECTORS - 3, VECTORS));
            for (int i = 0; i < VECTORS; i++) {
                float product = VectorUtil.dotProduct(target, vectors[i]);
                assertThat(bounds[i]).isGreaterThanOrEqualTo(product);
                most = Math.max(most, bounds[i] - product);
            }
        }
        // A bound that says nothing is none.
        assertThat(most).isLessThan(0.08);
    }

    @Test
    void takesAVectorOfNothing() {
        TailVectors.Rounded nothing = TailVectors.Rounded.of(new float[5]);
        assertThat(nothing.factor()).isZero();
        assertThat(nothing.lost()).isZero();
    }

    /** @param peak how much larger than the others one component is, at random, in deviations */
    private float[] unit(int dimension, double peak) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        vector[random.nextInt(dimension)] += (float) peak;
        return VectorUtil.l2normalize(vector);
    }
}
