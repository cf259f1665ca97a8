package dev.glimpse.train;

import dev.glimpse.train.network.TextNetwork;

/**
 * How a model is trained.
 *
 * @param text          which branch reads the captions
 * @param loss          what is made small
 * @param dimension     of the joint space
 * @param vocabulary    at most so many tokens
 * @param length        the longest caption, in tokens
 * @param batch         pictures a step
 * @param captions      a picture and step
 * @param steps         at most
 * @param rate          of learning, at its highest
 * @param evaluateEvery so many steps recall is measured on held-out pairs
 * @param patience      so many measurements without a new best end the training
 * @param seed          equal seeds give equal batches
 */
record Recipe(
        Text text,
        Loss loss,
        int dimension,
        int vocabulary,
        int length,
        int batch,
        int captions,
        int steps,
        double rate,
        int evaluateEvery,
        int patience,
        long seed) {

    /** The branches that read captions. */
    enum Text {
        /** Two layers of self-attention. */
        TRANSFORMER,
        /** A long short-term memory. */
        LSTM
    }

    private static final int WIDTH = 192;

    /** @param tokens that the tokenizer came to have */
    TextNetwork textNetwork(int tokens) {
        return switch (text) {
            case TRANSFORMER -> new TextNetwork.Attention(tokens, length, WIDTH, 2, 6, 0.1, dimension);
            case LSTM -> new TextNetwork.Lstm(tokens, length, 100, 256, 0.1, dimension);
        };
    }

    /** The rate of a step: risen linearly over the first twentieth, then falling as a cosine to a hundredth. */
    double rate(int step) {
        double rise = Math.max(1, steps / 20.0);
        double fall = Math.cos(Math.PI * Math.min(1, step / (double) steps));
        return rate * Math.min(1, step / rise) * (0.505 + 0.495 * fall);
    }
}
