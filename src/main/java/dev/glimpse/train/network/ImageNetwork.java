package dev.glimpse.train.network;

import java.util.List;

/**
 * The image branch: convolutions, self-attention over the cells that they leave, and a pool in which each of a few trained
 * queries attends to the cells.
 *
 * @param size      of the pictures, in pixels, a multiple of the strides' product
 * @param blocks    the convolutions, each with batch normalisation and ReLU
 * @param heads     of the attention over the cells, a divisor of the last block's channels
 * @param queries   of the pool
 * @param dimension of the joint space
 */
public record ImageNetwork(int size, List<Block> blocks, int heads, int queries, int dimension) {

    private static final double TO_THE_SIDE = 2;

    /** One convolution, 3 x 3. */
    public record Block(int channels, int stride) {}

    /** What comes out. */
    public record Output<T>(T embeddings, T regions, T features, T cells) {}

    /** A small one: 64 x 64 pixels, 8 x 8 cells. */
    public static ImageNetwork small(int dimension) {
        return new ImageNetwork(
                64,
                List.of(new Block(32, 2), new Block(64, 2), new Block(128, 1), new Block(192, 2), new Block(192, 1)),
                6,
                4,
                dimension);
    }

    /** The cells a side. */
    public int side() {
        return blocks.stream().reduce(size, (side, block) -> side / block.stride(), Integer::sum);
    }

    /** The channels of a cell. */
    public int width() {
        return blocks.getLast().channels();
    }

    /**
     * Runs the network.
     *
     * @param pixels {@code [n, 3, size, size]}
     * @return {@code [n, dimension]}, {@code [n, cells, dimension]}: what the embedding would be if all attention lay on
     *     that cell; {@code [n, queries * width]}: what was pooled; and {@code [n, cells, width]}: of what
     */
    public <T> Output<T> apply(Operators<T> on, T pixels) {
        T x = pixels;
        int in = 3;
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            String name = "image.block" + i;
            T kernel = on.weights(name + ".kernel", Operators.Start.he(9L * in), block.channels(), in, 3, 3);
            x = on.relu(on.batchNorm(name + ".norm", on.convolution(x, kernel, block.stride()), block.channels()));
            in = block.channels();
        }
        int cells = side() * side();
        T tokens = on.transpose(on.reshape(x, 0, width(), cells), 0, 2, 1);
        T placed = on.add(tokens, on.weights("image.positions", new Operators.Start.Normal(0.5), cells, width()));
        T mixed = new Transformer(1, width(), heads, 0).apply(on, "image.mixing", placed, null);
        return pool(on, mixed);
    }

    private <T> Output<T> pool(Operators<T> on, T cells) {
        int width = width();
        T keys = on.linear("image.pool.key", cells, width, width);
        T values = on.linear("image.pool.value", cells, width, width);
        T asked = on.weights("image.pool.queries", Operators.Start.linear(width), width, queries);
        // Each query looks to another side at first, so what stands where is told from the first step on.
        T places = on.weights(
                "image.pool.places", new Operators.Start.Ramps(side(), TO_THE_SIDE), queries, (long) side() * side());
        T shares = on.softmax(on.add(on.transpose(on.matMul(keys, asked), 0, 2, 1), places));
        T features = on.reshape(on.matMul(shares, values), 0, (long) queries * width);
        T matrix = on.weights(
                "image.out", Operators.Start.linear((long) queries * width), (long) queries * width, dimension);
        // With all attention on one cell, every query gathers that cell's value.
        T ofOneCell = on.sumFirst(on.reshape(matrix, queries, width, dimension));
        return new Output<>(on.matMul(features, matrix), on.matMul(values, ofOneCell), features, cells);
    }
}
