package dev.glimpse.train.network;

/**
 * What is put on a map of features that a network of others gives: each channel normalised over the pairs to learn from, each
 * cell projected, and the cells pooled.
 *
 * @param channels of the map
 * @param pool     of the cells; the map has as many a side
 */
public record CellHead(int channels, CellPool pool) {

    /** @param map {@code [n, channels, side, side]} */
    public <T> CellPool.Output<T> apply(Operators<T> on, T map) {
        T normal = on.batchNorm("image.cells.norm", map, channels);
        T rows = on.transpose(on.reshape(normal, 0, channels, pool.cells()), 0, 2, 1);
        return pool.apply(on, on.linear("image.cells", rows, channels, pool.width()));
    }
}
