package dev.glimpse.train.network;

/**
 * What is put on a map of features that a network of others gives. Two things are read from it: what its cells say over the whole
 * picture, in directions that tell things apart and not the hands that drew them ({@link Discriminants}), which are a fixed part of
 * the embedding; and, by attention, what stands where, from each channel normalised over the pairs to learn from and from
 * those directions.
 *
 * @param channels   of the map
 * @param directions that tell things apart; the first are the embedding's dimensions
 * @param pool       of the cells; the map has as many a side
 */
public record CellHead(int channels, int directions, CellPool pool) {

    private static final String LIFT = "image.directions.lift";
    private static final String MATRIX = "image.directions.matrix";

    private static final String WHOLE = "image.whole";

    /** How much a direction counts in its dimension of the embedding. Not trained: what is seen of few hands would be. */
    private static final float SHARE = 0.5f;

    /** @param map {@code [n, channels, side, side]} */
    public <T> CellPool.Output<T> apply(Operators<T> on, T map) {
        T cells = rows(on, map);
        T lifted = on.add(cells, on.measured(LIFT, 0, channels));
        T matrix = on.reshape(on.measured(MATRIX, 0, (long) channels * directions), channels, directions);
        T seen = on.matMul(lifted, matrix);
        T normal = rows(on, on.batchNorm("image.cells.norm", map, channels));
        T tokens = on.add(
                on.linear("image.cells", normal, channels, pool.width()),
                on.linear("image.cells.directions", seen, directions, pool.width()));
        CellPool.Output<T> output = pool.apply(on, tokens);
        T share = on.reshape(on.measured("image.share", 1.0 / pool.cells(), pool.cells()), 1, pool.cells());
        T mean = on.reshape(on.matMul(share, seen), -1, directions);
        int dimension = pool.dimension();
        T first = on.reshape(on.measured(WHOLE, 0, (long) directions * dimension), directions, dimension);
        T whole = on.matMul(mean, first);
        return new CellPool.Output<>(
                on.add(output.embeddings(), whole), output.regions(), output.features(), output.cells());
    }

    /** {@code [n, cells, channels]} */
    private <T> T rows(Operators<T> on, T map) {
        return on.transpose(on.reshape(map, 0, channels, pool.cells()), 0, 2, 1);
    }

    /**
     * States the directions.
     *
     * @param found of the mean of a picture's cells
     */
    public void measure(Weights weights, Discriminants found) {
        weights.measure(LIFT, found.lift());
        weights.measure(MATRIX, found.matrix());
        float[] first = new float[directions * pool.dimension()];
        for (int i = 0; i < Math.min(directions, pool.dimension()); i++) {
            first[i * pool.dimension() + i] = SHARE;
        }
        weights.measure(WHOLE, first);
    }
}
