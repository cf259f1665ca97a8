package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.glimpse.train.network.FreeMemory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With the engine that trains. */
@Tag("train")
class LossIT {

    private static final float[] PLACES = {-30, -2, -0.5f, 0.5f, 2, 30};

    @Test
    void softplusRisesAsTheLogisticFunctionWhateverBecomesOfMemoryMeanwhile() {
        Engine engine = Engine.getEngine("PyTorch");
        try (NDManager manager = engine.newBaseManager()) {
            NDArray x = manager.create(PLACES);
            x.setRequiresGradient(true);
            float[] values;
            try (NDManager step = manager.newSubManager();
                    GradientCollector gradients = engine.newGradientCollector()) {
                x.tempAttach(step);
                NDArray softplus = Loss.softplus(x);
                values = softplus.toFloatArray();
                FreeMemory.overwrite();
                gradients.backward(softplus.sum());
            }

            float[] slopes = x.getGradient().toFloatArray();
            for (int i = 0; i < PLACES.length; i++) {
                double e = Math.exp(PLACES[i]);
                assertThat((double) values[i]).as("of %f", PLACES[i]).isCloseTo(Math.log1p(e), within(1e-5));
                assertThat((double) slopes[i]).as("at %f", PLACES[i]).isCloseTo(e / (1 + e), within(1e-5));
            }
        }
    }
}
