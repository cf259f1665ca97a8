package dev.glimpse.train.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DiscriminantsTest {

    private static final int CLASSES = 40;
    private static final int EACH = 50;
    private static final int WIDTH = 5;

    /** Classes differ in the second number by little, and what is of one class differs in the first by much. */
    @Test
    void findsWhereClassesLieFarApartMeasuredByWhatIsWithinThem() {
        SplittableRandom random = new SplittableRandom(4);
        float[][] features = new float[CLASSES * EACH][WIDTH];
        int[] classes = new int[features.length];
        for (int i = 0; i < features.length; i++) {
            classes[i] = i % CLASSES;
            for (int j = 0; j < WIDTH; j++) {
                features[i][j] = (float) random.nextGaussian();
            }
            features[i][0] *= 30;
            features[i][1] = 7 + classes[i] + 0.5f * features[i][1] + 0.05f * features[i][0];
        }

        Discriminants found = Discriminants.of(features, classes, CLASSES + 3, 2);

        assertThat(found.lift()).hasSize(WIDTH);
        assertThat(found.matrix()).hasSize(WIDTH * 2);
        double[] sum = new double[CLASSES];
        double[] first = new double[features.length];
        for (int i = 0; i < features.length; i++) {
            for (int j = 0; j < WIDTH; j++) {
                first[i] += (features[i][j] + found.lift()[j]) * found.matrix()[2 * j];
            }
            sum[classes[i]] += first[i] / EACH;
        }
        double inside = 0;
        for (int i = 0; i < first.length; i++) {
            inside += Math.pow(first[i] - sum[classes[i]], 2) / first.length;
        }
        double step = Math.abs(sum[CLASSES - 1] - sum[0]) / (CLASSES - 1);
        // Some is added to what varies within a class: so it comes out a little below 1.
        assertThat(inside).isBetween(0.005, 1.01);
        assertThat(step / Math.sqrt(inside)).isGreaterThan(0.6 / 0.5);
        double mean = 0;
        for (double one : first) {
            mean += one / first.length;
        }
        assertThat(mean).isCloseTo(0, within(0.01));
    }
}
