package dev.glimpse.train.network;

/**
 * Judges whether a picture and a text belong together: the picture's features and the text's state, put one behind the
 * other, through a dense layer of {@value #HIDDEN} with ReLU to no match and match. What both put into the dense layer is
 * added up, which is the same as to put them one behind the other, so that a text is read once for all pictures.
 *
 * @param features of a picture
 * @param state    how wide the text's state is
 */
public record RerankerNetwork(int features, int state) {

    /** The first part of the names of all its weights. */
    public static final String NAME = "reranker";

    /** The name of the weights that read the text. */
    public static final String TEXT = NAME + ".text";

    private static final int HIDDEN = 256;
    private static final int MATCH = 1;

    /** What is measured of the features before they are learned from. */
    public Head pictures() {
        return new Head(NAME + ".image", features, HIDDEN);
    }

    /**
     * The logits of no match and match.
     *
     * @param images {@code [..., features]}
     * @param texts  {@code [..., state]}, of a shape that goes together with that of the images
     * @return {@code [..., 2]}
     */
    public <T> T logits(Operators<T> on, T images, T texts) {
        T ofTexts = on.matMul(texts, on.weights(NAME + ".dense.weight", Operators.Start.linear(state), state, HIDDEN));
        return on.linear(NAME + ".out", on.relu(on.add(pictures().apply(on, images), ofTexts)), HIDDEN, 2);
    }

    /** The probability of a match, {@code [n, 1]}, of logits {@code [n, 2]}. */
    public <T> T match(Operators<T> on, T logits) {
        return on.column(on.softmax(logits), MATCH);
    }
}
