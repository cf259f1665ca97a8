package dev.glimpse.index.lucene;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of whole numbers from -{@value #LARGEST} to {@value #LARGEST}: four products of two such fit into sixteen bits, so
 * they are added up there, and widened once for all four. Lucene's own takes one array for each vector.
 */
final class SmallProducts {

    static final int LARGEST = 90;

    /** So many numbers are taken at once, of which rows are filled up with 0 to a multiple: as many as any processor's. */
    private static final int LANES = 32;

    /** Where Lucene takes lanes: not without the module, nor where the compiler can't make instructions of them. */
    private static final boolean SIMD = Simd.isActive() && ByLanes.fits();

    private SmallProducts() {}

    /** The length of a row that holds a vector. */
    static int stride(int dimension) {
        return (dimension + LANES - 1) / LANES * LANES;
    }

    /**
     * The sum of the products of a row with a vector.
     *
     * @param at     where the row begins
     * @param vector as long as the row, {@link #stride}
     */
    static int dot(byte[] rows, int at, short[] vector) {
        return SIMD ? ByLanes.dot(rows, at, vector) : oneByOne(rows, at, vector);
    }

    static int oneByOne(byte[] rows, int at, short[] vector) {
        int sum = 0;
        for (int i = 0; i < vector.length; i++) {
            sum += rows[at + i] * vector[i];
        }
        return sum;
    }

    /** Loaded only where there is the module. */
    private static final class ByLanes {
        private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
        private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(
                byte.class, fits() ? VectorShape.forBitSize(SHORTS.vectorBitSize() / 2) : SHORTS.vectorShape());
        private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHORTS.vectorShape());
        private static final int STEP = SHORTS.length();
        private static final int GROUP = 4 * STEP;

        static boolean fits() {
            return SHORTS.length() >= LANES / 4 && SHORTS.length() <= LANES;
        }

        static int dot(byte[] rows, int at, short[] vector) {
            IntVector sum = IntVector.zero(INTS);
            int i = 0;
            for (; i <= vector.length - GROUP; i += GROUP) {
                ShortVector four = products(rows, at, vector, i)
                        .add(products(rows, at, vector, i + STEP))
                        .add(products(rows, at, vector, i + 2 * STEP))
                        .add(products(rows, at, vector, i + 3 * STEP));
                sum = widened(sum, four);
            }
            for (; i < vector.length; i += STEP) {
                sum = widened(sum, products(rows, at, vector, i));
            }
            return sum.reduceLanes(VectorOperators.ADD);
        }

        private static ShortVector products(byte[] rows, int at, short[] vector, int i) {
            ShortVector row =
                    (ShortVector) ByteVector.fromArray(BYTES, rows, at + i).castShape(SHORTS, 0);
            return row.mul(ShortVector.fromArray(SHORTS, vector, i));
        }

        /** Each int holds two shorts: the upper is shifted down, the lower up and down again, and both keep their signs. */
        private static IntVector widened(IntVector sum, ShortVector added) {
            IntVector pairs = added.reinterpretAsInts();
            return sum.add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE))
                    .add(pairs.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE));
        }
    }
}
