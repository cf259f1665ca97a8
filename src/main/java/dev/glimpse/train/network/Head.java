package dev.glimpse.train.network;

/**
 * The end that is put on a network that somebody else trained: features, brought to mean 0 and deviation 1 as they were
 * measured over the pairs to learn from, and projected. Of operators that every opset has alike, since it is written onto
 * graphs of others.
 *
 * @param name      of its weights
 * @param width     of the features
 * @param dimension of the joint space
 */
public record Head(String name, int width, int dimension) {

    private static final double LEAST_DEVIATION = 1e-6;

    /** {@code [n, width]} to {@code [n, dimension]}. */
    public <T> T apply(Operators<T> on, T features) {
        T centred = on.add(features, on.measured(name + ".lift", 0, width));
        return on.linear(name, on.multiply(centred, on.measured(name + ".gain", 1, width)), width, dimension);
    }

    /** Measures features to learn from. */
    public void measure(Weights weights, Iterable<float[]> features) {
        double[] sum = new double[width];
        double[] squares = new double[width];
        int count = 0;
        for (float[] row : features) {
            count++;
            for (int i = 0; i < width; i++) {
                sum[i] += row[i];
                squares[i] += (double) row[i] * row[i];
            }
        }
        float[] lift = new float[width];
        float[] gain = new float[width];
        for (int i = 0; i < width; i++) {
            double mean = sum[i] / count;
            lift[i] = (float) -mean;
            double deviation = Math.sqrt(Math.max(0, squares[i] / count - mean * mean));
            // What never changes says nothing.
            gain[i] = deviation < LEAST_DEVIATION ? 0 : (float) (1 / deviation);
        }
        weights.measure(name + ".lift", lift);
        weights.measure(name + ".gain", gain);
    }
}
