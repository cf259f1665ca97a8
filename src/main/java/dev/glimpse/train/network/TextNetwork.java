package dev.glimpse.train.network;

/** The text branch: token ids to {@code [n, dimension]}. */
public sealed interface TextNetwork {

    /** How many tokens a convolution over tokens sees, the one in the middle included. */
    int NEAR = 5;

    /** The name of the weights of the text branch. */
    String TEXT = "text";

    /** The name of its table of tokens, {@code [vocabulary, width]}. */
    String TOKENS = TEXT + ".tokens";

    /** How many tokens it knows. */
    int vocabulary();

    /** How many tokens a text may have. */
    int length();

    /** Of the joint space. */
    int dimension();

    /** How wide a token's row is. */
    int width();

    /** How wide the state is that is projected into the joint space. */
    int stateWidth();

    /**
     * Reads a text.
     *
     * @param name of the weights
     * @param ids  {@code [n, s]} int64, s at most {@link #length()}
     * @param mask {@code [n, s]} int64: 1, and 0 for padding, which lies behind
     * @return {@code [n, stateWidth]}
     */
    <T> T state(Operators<T> on, String name, T ids, T mask);

    /**
     * Runs the network.
     *
     * @param ids  {@code [n, s]} int64, s at most {@link #length()}
     * @param mask {@code [n, s]} int64: 1, and 0 for padding, which lies behind
     * @return {@code [n, dimension]}
     */
    default <T> T apply(Operators<T> on, T ids, T mask) {
        return on.linear(TEXT + ".out", state(on, TEXT, ids, mask), stateWidth(), dimension());
    }

    /**
     * A convolution over tokens and a small transformer: the first token and the mean of all, projected. The convolution binds a
     * word to those beside it from the first step on; attention alone learns late which word is whose.
     */
    record Attention(int vocabulary, int length, int width, int layers, int heads, double dropout, int dimension)
            implements TextNetwork {

        @Override
        public int stateWidth() {
            return 2 * width;
        }

        @Override
        public <T> T state(Operators<T> on, String name, T ids, T mask) {
            T read = on.tokens(name + ".tokens", ids, vocabulary, width);
            // Large, so that word order counts from the first step on.
            T positions = on.weights(name + ".positions", new Operators.Start.Normal(0.5), length, width);
            T kernel =
                    on.weights(name + ".near.kernel", Operators.Start.linear((long) NEAR * width), width, width, NEAR);
            T near = on.transpose(on.convolution(on.transpose(on.masked(read, mask), 0, 2, 1), kernel), 0, 2, 1);
            T placed = on.addRows(on.add(read, on.gelu(near)), positions);
            T mixed = new Transformer(layers, width, heads, dropout)
                    .apply(on, name + ".mixing", placed, on.attentionBias(mask));
            return on.concat(on.first(mixed), on.maskedMean(mixed, mask));
        }
    }

    /** Embeddings and a long short-term memory: its last state, projected. */
    record Lstm(int vocabulary, int length, int width, int hidden, double dropout, int dimension)
            implements TextNetwork {

        @Override
        public int stateWidth() {
            return hidden;
        }

        @Override
        public <T> T state(Operators<T> on, String name, T ids, T mask) {
            T read = on.dropout(on.tokens(name + ".tokens", ids, vocabulary, width), dropout);
            return on.dropout(on.lstm(name + ".lstm", read, mask, width, hidden), dropout);
        }
    }
}
