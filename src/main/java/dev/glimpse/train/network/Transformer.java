package dev.glimpse.train.network;

import org.jspecify.annotations.Nullable;

/**
 * Layers of self-attention, normalised before each step (Vaswani et al. 2017, arXiv:1706.03762; Xiong et al. 2020,
 * arXiv:2002.04745).
 *
 * @param layers  1 or more
 * @param width   of a token
 * @param heads   a divisor of the width
 * @param dropout while training, from 0 to less than 1
 */
record Transformer(int layers, int width, int heads, double dropout) {

    /** @param bias {@code [n, 1, 1, s]}, added to the scores of attention */
    <T> T apply(Operators<T> on, String name, T tokens, @Nullable T bias) {
        T x = tokens;
        for (int layer = 0; layer < layers; layer++) {
            String in = name + "." + layer;
            T attended = attention(on, in + ".attention", on.layerNorm(in + ".norm1", x, width), bias);
            x = on.add(x, on.dropout(attended, dropout));
            T wide = on.gelu(on.linear(in + ".widen", on.layerNorm(in + ".norm2", x, width), width, 4L * width));
            x = on.add(x, on.dropout(on.linear(in + ".narrow", wide, 4L * width, width), dropout));
        }
        return on.layerNorm(name + ".norm", x, width);
    }

    private <T> T attention(Operators<T> on, String name, T x, @Nullable T bias) {
        T queries = heads(on, on.linear(name + ".query", x, width, width));
        T keys = on.transpose(heads(on, on.linear(name + ".key", x, width, width)), 0, 1, 3, 2);
        T values = heads(on, on.linear(name + ".value", x, width, width));
        T scores = on.matMul(on.scale(queries, Math.sqrt((double) heads / width)), keys);
        T shares = on.softmax(bias == null ? scores : on.add(scores, bias));
        T gathered = on.transpose(on.matMul(shares, values), 0, 2, 1, 3);
        return on.linear(name + ".out", on.reshape(gathered, 0, 0, width), width, width);
    }

    /** {@code [n, s, width]} to {@code [n, heads, s, width / heads]}. */
    private <T> T heads(Operators<T> on, T x) {
        return on.transpose(on.reshape(x, 0, 0, heads, width / heads), 0, 2, 1, 3);
    }
}
