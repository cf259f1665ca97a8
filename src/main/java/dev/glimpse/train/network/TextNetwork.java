package dev.glimpse.train.network;

/** The text branch: token ids to {@code [n, dimension]}. */
public sealed interface TextNetwork {

    /** How many tokens it knows. */
    int vocabulary();

    /** How many tokens a text may have. */
    int length();

    /** Of the joint space. */
    int dimension();

    /**
     * Runs the network.
     *
     * @param ids  {@code [n, s]} int64, s at most {@link #length()}
     * @param mask {@code [n, s]} int64: 1, and 0 for padding, which lies behind
     * @return {@code [n, dimension]}
     */
    <T> T apply(Operators<T> on, T ids, T mask);

    /** A small transformer: the first token and the mean of all, projected. */
    record Attention(int vocabulary, int length, int width, int layers, int heads, double dropout, int dimension)
            implements TextNetwork {

        @Override
        public <T> T apply(Operators<T> on, T ids, T mask) {
            T table = on.weights("text.tokens", new Operators.Start.Normal(0.5), vocabulary, width);
            // Large, so that word order counts from the first step on.
            T positions = on.weights("text.positions", new Operators.Start.Normal(0.5), length, width);
            T tokens = on.addRows(on.embedding(ids, table), positions);
            T mixed = new Transformer(layers, width, heads, dropout)
                    .apply(on, "text.mixing", tokens, on.attentionBias(mask));
            T pooled = on.concat(on.first(mixed), on.maskedMean(mixed, mask));
            return on.linear("text.out", pooled, 2L * width, dimension);
        }
    }

    /** Embeddings and a long short-term memory: its last state, projected. */
    record Lstm(int vocabulary, int length, int width, int hidden, double dropout, int dimension)
            implements TextNetwork {

        @Override
        public <T> T apply(Operators<T> on, T ids, T mask) {
            T table = on.weights("text.tokens", new Operators.Start.Normal(0.5), vocabulary, width);
            T tokens = on.dropout(on.embedding(ids, table), dropout);
            T last = on.lstm("text.lstm", tokens, mask, width, hidden);
            return on.linear("text.out", on.dropout(last, dropout), hidden, dimension);
        }
    }
}
