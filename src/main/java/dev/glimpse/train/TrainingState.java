package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.glimpse.train.network.Weights;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What changes while training goes on, and what a checkpoint keeps of it. */
final class TrainingState implements AutoCloseable {

    private static final double DECAY = 0.02;

    /** The share of themselves that averaged weights keep at a step, later on. */
    private static final double AVERAGED = 0.998;

    private final Recipe recipe;
    private final Checkpoint checkpoint;
    private final Weights weights;
    private final Weights averaged;
    private final Adam adam;
    private final Set<String> held = new HashSet<>();

    TrainingState(NDManager manager, Recipe recipe, Checkpoint checkpoint) {
        this.recipe = recipe;
        this.checkpoint = checkpoint;
        this.weights = new Weights(manager, recipe.seed());
        this.averaged = new Weights(manager, recipe.seed());
        this.adam = new Adam(manager, DECAY);
    }

    /** What is trained. */
    Weights weights() {
        return weights;
    }

    /** The mean of the weights over the last steps: what is measured and served (Polyak and Juditsky 1992). */
    Weights averaged() {
        return averaged;
    }

    /** Whether there is a checkpoint to go on from. */
    boolean isKept() {
        return checkpoint.exists();
    }

    /** Goes on from the checkpoint. */
    Progress resume() throws IOException {
        return checkpoint.resume(recipe, weights, averaged, adam);
    }

    /** From now on those of a name stay as they are. */
    void hold(String name) {
        weights.find(name).ifPresent(of -> of.setRequiresGradient(false));
        held.add(name);
    }

    /** A step of a number, and its loss. */
    interface Step {
        double take(int number);
    }

    /**
     * Takes the steps after those that a checkpoint has, with checkpoints on the way and at the end; until training is stopped.
     *
     * @return how far it came
     */
    Progress take(Progress from, int steps, Trainer trainer, Trainer.Listener listener, Step step) throws IOException {
        Progress progress = from;
        for (int number = from.step() + 1; number <= steps && !trainer.isStopped(); number++) {
            listener.step(number, step.take(number));
            progress = progress.at(number);
            if (number % recipe.evaluateEvery() == 0) {
                keep(progress);
            }
        }
        if (progress.step() > 0) {
            keep(progress);
        }
        return progress;
    }

    /** Writes a checkpoint. */
    void keep(Progress progress) throws IOException {
        checkpoint.write(recipe, progress, weights, averaged, adam);
    }

    /** Keeps the averaged weights as the best so far. */
    void keepBest() throws IOException {
        checkpoint.writeBest(averaged);
    }

    /** Takes up the best weights as the averaged ones. */
    void takeBest() throws IOException {
        checkpoint.readBest(averaged);
    }

    /**
     * Takes a step along the gradients that the weights have.
     *
     * @return whether it was taken: not if a gradient was no number
     */
    boolean step(int step, double rate) {
        Map<String, NDArray> learning = new LinkedHashMap<>(weights.trained());
        learning.keySet().removeAll(held);
        boolean taken = adam.step(learning, step, rate);
        averaged.follow(weights, 1 - Math.min(AVERAGED, (1 + step) / (10.0 + step)));
        return taken;
    }

    @Override
    public void close() {
        adam.close();
        averaged.close();
        weights.close();
    }
}
