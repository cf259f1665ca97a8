package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.network.Weights;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Trains an image network before any caption is seen: two pictures that augmentation makes of one are to lie nearer to each
 * other than to all others (SimCLR: Chen et al. 2020, arXiv:2002.05709). What the features go through for that is thrown
 * away.
 *
 * @param image    the network
 * @param pictures to learn from; what is said of them does not count
 * @param steps    how many
 */
record WarmStart(ImageBranch image, TrainingSet pictures, int steps) {

    private static final double DECAY = 0.02;
    private static final float TEMPERATURE = 0.2f;
    private static final int HIDDEN = 256;
    private static final int PROJECTED = 128;
    private static final String NAME = "warm-start";

    /**
     * Trains, until it is stopped, and leaves the trainer's weights of the image branch as they became.
     *
     * @param done hears of each step
     */
    void run(Engine engine, Trainer trainer, IntConsumer done) {
        Recipe recipe = trainer.recipe();
        try (NDManager manager = engine.newBaseManager();
                Weights own = new Weights(manager, recipe.seed());
                Adam adam = new Adam(manager, DECAY)) {
            for (int step = 1; step <= steps && !trainer.isStopped(); step++) {
                int[] chosen = new SplittableRandom(recipe.seed() * 15_485_863 + step)
                        .ints(Math.min(recipe.batch(), pictures.size()), 0, pictures.size())
                        .distinct()
                        .toArray();
                try (NDManager at = manager.newSubManager();
                        GradientCollector gradients = engine.newGradientCollector()) {
                    NDArrayOperators on = new NDArrayOperators(at, own, true);
                    NDArray one = projected(on, at, pictures.drawn(chosen, strong(), 2L * step));
                    NDArray other = projected(on, at, pictures.drawn(chosen, strong(), 2L * step + 1));
                    NDArray logits = NDArrayOperators.times(one.matMul(other.transpose()), 1 / TEMPERATURE);
                    NDArray same = at.eye(chosen.length);
                    NDArray both = logits.logSoftmax(1)
                            .add(logits.logSoftmax(0))
                            .mul(same)
                            .sum();
                    NDArray loss = NDArrayOperators.times(both, -0.5 / chosen.length);
                    gradients.backward(loss);
                }
                adam.step(own.trained(), step, recipe.rate() * Math.min(1, step / 50.0));
                done.accept(step);
            }
            trainer.trained().copy(own, "image.", "image.");
        }
    }

    private static Augmentation strong() {
        return Augmentation.Strength.STRONG.augmentation();
    }

    private NDArray projected(NDArrayOperators on, NDManager at, List<float[]> drawn) {
        NDArray features = image.features(on, Examples.rows(at, image.entering(drawn), image.entry()));
        NDArray hidden = on.relu(on.linear(NAME + ".hidden", features, image.features(), HIDDEN));
        return NDArrayOperators.normalised(on.linear(NAME + ".out", hidden, HIDDEN, PROJECTED));
    }
}
