package dev.glimpse.train.network;

/**
 * The operators that networks are made of. Shapes are {@code [n, ...]}; n and the length s of texts are known only when
 * a network runs.
 *
 * @param <T> a tensor
 */
public interface Operators<T> {

    /** Trained numbers, float32, by name: made at first use, then those. */
    T weights(String name, Start start, long... shape);

    /** Numbers that are measured, not trained, {@code [length]}: {@code value} until then. */
    T measured(String name, double value, long length);

    /** How weights begin. */
    sealed interface Start {
        /** Normally distributed around 0. */
        record Normal(double deviation) implements Start {}

        /** All the same. */
        record Constant(double value) implements Start {}

        /**
         * For maps of {@code [n, side * side]}: each rises in a direction of its own over the cells of a square, row by row, the
         * first to the right, the others turned from it in equal steps.
         *
         * @param slope what is reached at the edge; as much is missing at the other
         */
        record Ramps(int side, double slope) implements Start {}

        /** He et al. 2015 (arXiv:1502.01852): of deviation {@code sqrt(2 / fanIn)}, for what a ReLU follows. */
        static Start he(long fanIn) {
            return new Normal(Math.sqrt(2 / (double) fanIn));
        }

        /** Of deviation {@code 1 / sqrt(fanIn)}. */
        static Start linear(long fanIn) {
            return new Normal(1 / Math.sqrt((double) fanIn));
        }
    }

    T add(T a, T b);

    T multiply(T a, T b);

    T scale(T x, double factor);

    /** Of the last two axes. */
    T matMul(T a, T b);

    T relu(T x);

    /** {@code x * Phi(x)}, exactly (Hendrycks and Gimpel 2016, arXiv:1606.08415). */
    T gelu(T x);

    /** Along the last axis. */
    T softmax(T x);

    /**
     * The same numbers in another shape.
     *
     * @param shape 0 takes over the length of the same axis, -1 is what remains
     */
    T reshape(T x, long... shape);

    T transpose(T x, int... order);

    /** Along the last axis. */
    T concat(T a, T b);

    /** The sum along the first axis, which goes. */
    T sumFirst(T x);

    /** Of the last axis of length {@code width}, with trained scale and shift (Ba et al. 2016, arXiv:1607.06450). */
    T layerNorm(String name, T x, long width);

    /** Of the channels of {@code [n, channels, h, w]} (Ioffe and Szegedy 2015, arXiv:1502.03167). */
    T batchNorm(String name, T x, long channels);

    /**
     * {@code [n, in, h, w]} to {@code [n, out, h / stride, w / stride]}, padded by half the kernel, without a bias.
     *
     * @param kernel {@code [out, in, k, k]}, k odd
     */
    T convolution(T x, T kernel, int stride);

    /**
     * {@code [n, in, s]} to {@code [n, out, s]}, padded by half the kernel, without a bias.
     *
     * @param kernel {@code [out, in, k]}, k odd
     */
    T convolution(T x, T kernel);

    /** {@code [n, s, width]}: 0 where the mask {@code [n, s]} int64 is 0. */
    T masked(T x, T mask);

    /** Leaves out a part of the numbers while training; nothing otherwise. */
    T dropout(T x, double rate);

    /** {@code [n, s]} int64 to {@code [n, s, width]}, rows of a trained table {@code [vocabulary, width]}. */
    T tokens(String name, T ids, int vocabulary, int width);

    /** {@code [n, width]} to {@code [n, 1]}: one column. */
    T column(T x, int number);

    /** {@code [n, s, width]} plus the first s rows of a table. */
    T addRows(T x, T table);

    /** {@code [n, s]} int64, 1 and 0, to {@code [n, 1, 1, s]}: 0, and where there is padding what keeps attention away. */
    T attentionBias(T mask);

    /** {@code [n, s, width]} to {@code [n, width]}: the first of each. */
    T first(T x);

    /** {@code [n, s, width]} to {@code [n, width]}: the mean of those whose mask is 1. */
    T maskedMean(T x, T mask);

    /**
     * A long short-term memory (Hochreiter and Schmidhuber 1997; gates as in PyTorch and ONNX, one bias): {@code [n, s, in]}
     * to its state after the last token whose mask is 1, {@code [n, hidden]}.
     */
    T lstm(String name, T x, T mask, long in, long hidden);

    /** {@code x W + b}, {@code [..., in]} to {@code [..., out]}. */
    default T linear(String name, T x, long in, long out) {
        T product = matMul(x, weights(name + ".weight", Start.linear(in), in, out));
        return add(product, weights(name + ".bias", new Start.Constant(0), out));
    }
}
