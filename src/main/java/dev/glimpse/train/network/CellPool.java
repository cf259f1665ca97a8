package dev.glimpse.train.network;

/**
 * Makes an embedding of the cells of a picture: self-attention over them, and a pool in which each of a few trained queries
 * attends to the cells.
 *
 * @param side      cells a side: they are the squares of a grid, row by row
 * @param width     of a cell
 * @param heads     of the attention, a divisor of the width
 * @param queries   of the pool
 * @param dimension of the joint space
 */
public record CellPool(int side, int width, int heads, int queries, int dimension) {

    private static final double TO_THE_SIDE = 2;

    /**
     * What comes out.
     *
     * @param embeddings {@code [n, dimension]}
     * @param regions    {@code [n, cells, dimension]}: what the embedding would be if all attention lay on that cell
     * @param features   {@code [n, queries * width]}: what was pooled
     * @param cells      {@code [n, cells, width]}: of what
     */
    public record Output<T>(T embeddings, T regions, T features, T cells) {}

    /** How many cells there are. */
    public int cells() {
        return side * side;
    }

    /** How many numbers are pooled. */
    public int features() {
        return queries * width;
    }

    /** @param tokens of the cells, {@code [n, cells, width]} */
    <T> Output<T> apply(Operators<T> on, T tokens) {
        T placed = on.add(tokens, on.weights("image.positions", new Operators.Start.Normal(0.5), cells(), width));
        T cells = new Transformer(1, width, heads, 0).apply(on, "image.mixing", placed, null);
        T keys = on.linear("image.pool.key", cells, width, width);
        T values = on.linear("image.pool.value", cells, width, width);
        T asked = on.weights("image.pool.queries", Operators.Start.linear(width), width, queries);
        // Each query looks to another side at first, so what stands where is told from the first step on.
        T places = on.weights("image.pool.places", new Operators.Start.Ramps(side, TO_THE_SIDE), queries, cells());
        T shares = on.softmax(on.add(on.transpose(on.matMul(keys, asked), 0, 2, 1), places));
        T features = on.reshape(on.matMul(shares, values), 0, features());
        T matrix = on.weights("image.out", Operators.Start.linear(features()), features(), dimension);
        // With all attention on one cell, every query gathers that cell's value.
        T ofOneCell = on.sumFirst(on.reshape(matrix, queries, width, dimension));
        return new Output<>(on.matMul(features, matrix), on.matMul(values, ofOneCell), features, cells);
    }
}
