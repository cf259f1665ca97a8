package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("train")
class AdamIT {

    private static final int NUMBERS = 4096;

    private final Engine engine = Engine.getEngine("PyTorch");

    @Test
    void leavesOutAStepWhoseGradientIsNoNumber() {
        try (NDManager manager = engine.newBaseManager();
                Adam adam = new Adam(manager, 0)) {
            NDArray weight = manager.create(new float[] {1, 2});
            weight.setRequiresGradient(true);

            backward(weight, Float.NaN);
            assertThat(adam.step(Map.of("w", weight), 1, 0.1)).isFalse();
            assertThat(weight.toFloatArray()).containsExactly(1, 2);

            backward(weight, 3);
            assertThat(adam.step(Map.of("w", weight), 1, 0.1)).isTrue();
            // The first step of Adam goes by the whole rate, against the gradient.
            assertThat(weight.toFloatArray()[0]).isBetween(0.899f, 0.901f);
        }
    }

    @Test
    void aGradientThatWasLeftOutStaysInMemoryOfTheEngine() {
        try (NDManager manager = engine.newBaseManager();
                Adam adam = new Adam(manager, 0)) {
            NDArray weight = manager.create(new float[NUMBERS]);
            weight.setRequiresGradient(true);
            backward(weight, Float.POSITIVE_INFINITY);
            assertThat(adam.step(Map.of("w", weight), 1, 0.1)).isFalse();

            // Whatever memory Java gives back meanwhile is soon another's.
            List<ByteBuffer> others = new ArrayList<>();
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> {
                        System.gc();
                        ByteBuffer other = ByteBuffer.allocateDirect(Float.BYTES * NUMBERS);
                        while (other.hasRemaining()) {
                            other.put((byte) 1);
                        }
                        others.add(other);
                        return others.size() == 50;
                    });

            assertThat(weight.getGradient().toFloatArray()).containsOnly(0);
        }
    }

    @Test
    void shortensGradientsThatAreTooLong() {
        try (NDManager manager = engine.newBaseManager();
                Adam adam = new Adam(manager, 0)) {
            NDArray weight = manager.create(new float[] {1, 2});
            weight.setRequiresGradient(true);

            backward(weight, 1e10f);
            assertThat(adam.step(Map.of("w", weight), 1, 0.1)).isTrue();

            assertThat(weight.toFloatArray()[0]).isBetween(0.899f, 0.901f);
            backward(weight, 1);
            assertThat(adam.step(Map.of("w", weight), 2, 0.1)).isTrue();
            // By the paper's formulas of gradients of length 1 in both steps; had the first one been as long as it was,
            // 0.8267.
            assertThat(weight.toFloatArray()[0]).isCloseTo(0.82756f, within(2e-4f));
        }
    }

    private void backward(NDArray weight, float factor) {
        try (GradientCollector gradients = engine.newGradientCollector()) {
            gradients.backward(weight.mul(factor).sum());
        }
    }
}
