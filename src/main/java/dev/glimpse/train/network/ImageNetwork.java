package dev.glimpse.train.network;

import java.util.List;

/**
 * The image branch: convolutions, and what is made of the cells that they leave.
 *
 * @param size   of the pictures, in pixels, a multiple of the strides' product
 * @param blocks the convolutions, each with batch normalisation and ReLU
 * @param pool   of the cells
 */
public record ImageNetwork(int size, List<Block> blocks, CellPool pool) {

    /** One convolution, 3 x 3. */
    public record Block(int channels, int stride) {}

    /** A small one: 64 x 64 pixels, 8 x 8 cells. */
    public static ImageNetwork small(int dimension) {
        return new ImageNetwork(
                64,
                List.of(new Block(32, 2), new Block(64, 2), new Block(128, 1), new Block(192, 2), new Block(192, 1)),
                new CellPool(8, 192, 6, 4, dimension));
    }

    /**
     * Runs the network.
     *
     * @param pixels {@code [n, 3, size, size]}
     */
    public <T> CellPool.Output<T> apply(Operators<T> on, T pixels) {
        T x = pixels;
        int in = 3;
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            String name = "image.block" + i;
            T kernel = on.weights(name + ".kernel", Operators.Start.he(9L * in), block.channels(), in, 3, 3);
            x = on.relu(on.batchNorm(name + ".norm", on.convolution(x, kernel, block.stride()), block.channels()));
            in = block.channels();
        }
        return pool.apply(on, on.transpose(on.reshape(x, 0, in, pool.cells()), 0, 2, 1));
    }
}
