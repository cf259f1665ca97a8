package dev.glimpse.train.network;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With the engine that trains. */
@Tag("train")
class NDArrayOperatorsIT {

    /** What Java's memory management does between a step's way forth and its way back must not count. */
    @Test
    void aNumberIsStillThereOnTheWayBack() {
        Engine engine = Engine.getEngine("PyTorch");
        try (NDManager manager = engine.newBaseManager()) {
            NDArray x = manager.ones(new Shape(8));
            x.setRequiresGradient(true);
            for (int round = 0; round < 20; round++) {
                try (NDManager step = manager.newSubManager();
                        GradientCollector gradients = engine.newGradientCollector()) {
                    x.tempAttach(step);
                    NDArray product = new NDArrayOperators(step, new Weights(manager, 1), true).scale(x, 3);
                    FreeMemory.overwrite();
                    gradients.backward(product.sum());
                }
            }

            float[] expected = new float[8];
            Arrays.fill(expected, 20 * 3);
            assertThat(x.getGradient().toFloatArray()).containsExactly(expected);
        }
    }
}
