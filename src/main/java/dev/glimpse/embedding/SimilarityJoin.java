package dev.glimpse.embedding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors of one space, each with a least similarity: finds those that arriving vectors are similar enough to. All are compared
 * with all, as one product of matrices in tiles that stay in registers; only a pair that the product finds close is computed
 * again by {@link Embedding#dot}, so that the similarity is the same to the last bit wherever it is asked for. Not thread-safe.
 *
 * @param <T> whose the vectors are
 */
public final class SimilarityJoin<T> {

    /** Sums in another order differ by less: 1,024 products that add up to 1 at most, each rounded to 24 bits. */
    private static final float ROUNDING = 1e-4f;

    private static final int TILE_ROWS = 4;
    private static final int TILE_ARRIVALS = 2;

    /** Rows are filled up with 0 to a multiple: as many lanes as any processor has. */
    private static final int LANES = 16;

    private static final boolean SIMD =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    /** Hears of pairs. */
    @FunctionalInterface
    public interface Pairs<T> {
        /**
         * These are similar enough.
         *
         * @param arrival the index of the arriving vector
         */
        void found(T owner, int arrival, float similarity);
    }

    private record Row<T>(T owner, Embedding embedding, float least) {}

    private final int stride;
    private final List<Row<T>> rows = new ArrayList<>();
    private final Map<T, Integer> places = new HashMap<>();

    /** The rows' components, side by side. Beyond the last row there is nothing, or what was. */
    private float[] components = new float[0];

    /** Of vectors in a space. */
    public SimilarityJoin(EmbeddingSpace space) {
        stride = (space.dimension() + LANES - 1) / LANES * LANES;
    }

    /** How many vectors there are. */
    public int size() {
        return rows.size();
    }

    /**
     * Adds a vector, or puts it in the place of its owner's.
     *
     * @param least the least similarity, a cosine
     */
    public void put(T owner, Embedding embedding, float least) {
        Row<T> row = new Row<>(owner, embedding, least);
        Integer known = places.get(owner);
        int place = known == null ? rows.size() : known;
        if (known == null) {
            places.put(owner, place);
            rows.add(row);
            int needed = tiled(rows.size(), TILE_ROWS) * stride;
            if (components.length < needed) {
                components = Arrays.copyOf(components, Math.max(needed, 2 * components.length));
            }
        } else {
            rows.set(place, row);
        }
        float[] from = embedding.components();
        System.arraycopy(from, 0, components, place * stride, from.length);
    }

    /** Takes an owner's vector away, where he has one. */
    public void remove(T owner) {
        Integer place = places.remove(owner);
        if (place == null) {
            return;
        }
        int last = rows.size() - 1;
        Row<T> moved = rows.remove(last);
        if (place != last) {
            rows.set(place, moved);
            places.put(moved.owner(), place);
            System.arraycopy(components, last * stride, components, place * stride, stride);
        }
    }

    /** Finds all pairs of a vector that is here and an arriving one that are similar enough. */
    public void join(List<Embedding> arrivals, Pairs<T> pairs) {
        float[] arriving = new float[tiled(arrivals.size(), TILE_ARRIVALS) * stride];
        for (int i = 0; i < arrivals.size(); i++) {
            float[] from = arrivals.get(i).components();
            System.arraycopy(from, 0, arriving, i * stride, from.length);
        }
        float[] tile = new float[TILE_ROWS * TILE_ARRIVALS];
        for (int row = 0; row < rows.size(); row += TILE_ROWS) {
            for (int arrival = 0; arrival < arrivals.size(); arrival += TILE_ARRIVALS) {
                if (SIMD) {
                    Lanes.product(components, row * stride, arriving, arrival * stride, stride, tile);
                } else {
                    product(components, row * stride, arriving, arrival * stride, stride, tile);
                }
                for (int i = 0; i < tile.length; i++) {
                    int of = row + i % TILE_ROWS;
                    if (of < rows.size() && tile[i] >= rows.get(of).least() - ROUNDING) {
                        check(rows.get(of), arrivals, arrival + i / TILE_ROWS, pairs);
                    }
                }
            }
        }
    }

    private void check(Row<T> row, List<Embedding> arrivals, int arrival, Pairs<T> pairs) {
        if (arrival < arrivals.size()) {
            float similarity = row.embedding().dot(arrivals.get(arrival));
            if (similarity >= row.least()) {
                pairs.found(row.owner(), arrival, similarity);
            }
        }
    }

    private static int tiled(int count, int by) {
        return (count + by - 1) / by * by;
    }

    private static void product(float[] rows, int row, float[] arrivals, int arrival, int stride, float[] tile) {
        for (int i = 0; i < tile.length; i++) {
            int left = row + i % TILE_ROWS * stride;
            int right = arrival + i / TILE_ROWS * stride;
            float sum = 0;
            for (int j = 0; j < stride; j++) {
                sum += rows[left + j] * arrivals[right + j];
            }
            tile[i] = sum;
        }
    }

    /** Loaded only where there is the module. */
    private static final class Lanes {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

        /** Four rows by two arrivals: eight sums, and six loads for eight products. */
        static void product(float[] rows, int row, float[] arrivals, int arrival, int stride, float[] tile) {
            FloatVector sum00 = FloatVector.zero(SPECIES);
            FloatVector sum10 = sum00;
            FloatVector sum20 = sum00;
            FloatVector sum30 = sum00;
            FloatVector sum01 = sum00;
            FloatVector sum11 = sum00;
            FloatVector sum21 = sum00;
            FloatVector sum31 = sum00;
            for (int i = 0; i < stride; i += SPECIES.length()) {
                FloatVector first = FloatVector.fromArray(SPECIES, arrivals, arrival + i);
                FloatVector second = FloatVector.fromArray(SPECIES, arrivals, arrival + stride + i);
                FloatVector row0 = FloatVector.fromArray(SPECIES, rows, row + i);
                sum00 = row0.fma(first, sum00);
                sum01 = row0.fma(second, sum01);
                FloatVector row1 = FloatVector.fromArray(SPECIES, rows, row + stride + i);
                sum10 = row1.fma(first, sum10);
                sum11 = row1.fma(second, sum11);
                FloatVector row2 = FloatVector.fromArray(SPECIES, rows, row + 2 * stride + i);
                sum20 = row2.fma(first, sum20);
                sum21 = row2.fma(second, sum21);
                FloatVector row3 = FloatVector.fromArray(SPECIES, rows, row + 3 * stride + i);
                sum30 = row3.fma(first, sum30);
                sum31 = row3.fma(second, sum31);
            }
            tile[0] = sum00.reduceLanes(VectorOperators.ADD);
            tile[1] = sum10.reduceLanes(VectorOperators.ADD);
            tile[2] = sum20.reduceLanes(VectorOperators.ADD);
            tile[3] = sum30.reduceLanes(VectorOperators.ADD);
            tile[4] = sum01.reduceLanes(VectorOperators.ADD);
            tile[5] = sum11.reduceLanes(VectorOperators.ADD);
            tile[6] = sum21.reduceLanes(VectorOperators.ADD);
            tile[7] = sum31.reduceLanes(VectorOperators.ADD);
        }
    }
}
