package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.glimpse.train.network.ImageNetwork;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.network.TextNetwork;
import dev.glimpse.train.network.Weights;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Takes the steps. */
final class Trainer implements AutoCloseable {

    private static final double DECAY = 0.02;
    private static final int CHUNK = 64;

    /** Hears how it goes. */
    interface Listener {
        void step(int step, double loss);

        void measured(Progress progress);
    }

    private final Engine engine;
    private final NDManager manager;
    private final Recipe recipe;
    private final ImageNetwork image;
    private final TextNetwork text;
    private final Weights weights;
    private final Adam adam;
    private final Checkpoint checkpoint;

    Trainer(Engine engine, Recipe recipe, ImageNetwork image, TextNetwork text, Checkpoint checkpoint) {
        this.engine = engine;
        this.manager = engine.newBaseManager();
        this.recipe = recipe;
        this.image = image;
        this.text = text;
        this.weights = new Weights(manager, recipe.seed());
        this.adam = new Adam(manager, DECAY);
        this.checkpoint = checkpoint;
    }

    /**
     * Trains until recall on held-out pairs no longer rises, and takes up the weights that were best.
     *
     * @return how it went
     * @throws IOException if a checkpoint can't be written, or read
     */
    Progress train(TrainingSet learned, TrainingSet heldOut, Listener listener) throws IOException {
        Progress progress = Progress.NONE;
        if (checkpoint.exists()) {
            progress = checkpoint.resume(recipe, weights, adam);
        }
        double sum = 0;
        int since = progress.step();
        for (int step = progress.step() + 1;
                step <= recipe.steps() && progress.withoutGain() < recipe.patience();
                step++) {
            double loss = step(learned, step);
            sum += loss;
            listener.step(step, loss);
            if (step % recipe.evaluateEvery() == 0 || step == recipe.steps()) {
                double recall = recall(heldOut);
                progress = progress.with(new Progress.Measurement(step, sum / (step - since), recall));
                sum = 0;
                since = step;
                if (progress.bestStep() == step) {
                    checkpoint.writeBest(weights);
                }
                checkpoint.write(recipe, progress, weights, adam);
                listener.measured(progress);
            }
        }
        checkpoint.readBest(weights);
        return progress;
    }

    /** The weights as they are now. */
    Weights weights() {
        return weights;
    }

    private double step(TrainingSet learned, int step) {
        SplittableRandom random = new SplittableRandom(recipe.seed() * 1_000_003 + step);
        float loss;
        try (NDManager at = manager.newSubManager()) {
            Batch batch =
                    learned.batch(at, choose(learned.size(), step), recipe.captions(), Augmentation.LIGHT, random);
            try (GradientCollector gradients = engine.newGradientCollector()) {
                NDArrayOperators on = new NDArrayOperators(at, weights, true);
                NDArray images = NDArrayOperators.normalised(
                        image.apply(on, batch.pixels()).embeddings());
                NDArray texts = NDArrayOperators.normalised(text.apply(on, batch.ids(), batch.mask()));
                NDArray of = recipe.loss().of(batch, images, texts, on);
                gradients.backward(of);
                loss = of.getFloat();
            }
            if (!Float.isFinite(loss)) {
                throw new IllegalStateException(
                        "the loss of step %d is %s: a lower --rate may help".formatted(step, loss));
            }
        }
        adam.step(weights.trained(), step, recipe.rate(step));
        return loss;
    }

    /** Pictures of a step: each once in a round, in an order that the seed and the round's number give. */
    private int[] choose(int count, int step) {
        int size = Math.min(recipe.batch(), count);
        int perRound = count / size;
        int round = (step - 1) / perRound;
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        SplittableRandom random = new SplittableRandom(recipe.seed() * 7919 + round);
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        int from = (step - 1) % perRound * size;
        return Arrays.copyOfRange(order, from, from + size);
    }

    /** Recall at 1, the mean of both directions; ties count for the right answer. */
    double recall(TrainingSet set) {
        try (NDManager at = manager.newSubManager()) {
            NDArray similarities = images(at, set).matMul(texts(at, set).transpose());
            return (found(similarities, set, false) + found(similarities.transpose(), set, true)) / 2;
        }
    }

    /**
     * The share of the columns whose best row is right.
     *
     * @param pictures whether the columns are pictures; else captions
     */
    private static double found(NDArray similarities, TrainingSet set, boolean pictures) {
        int rows = (int) similarities.getShape().get(0);
        int columns = (int) similarities.getShape().get(1);
        float[] all = similarities.toFloatArray();
        int found = 0;
        for (int column = 0; column < columns; column++) {
            float right = Float.NEGATIVE_INFINITY;
            float wrong = Float.NEGATIVE_INFINITY;
            for (int row = 0; row < rows; row++) {
                float similarity = all[row * columns + column];
                if (pictures ? set.isRight(column, row) : set.isRight(row, column)) {
                    right = Math.max(right, similarity);
                } else {
                    wrong = Math.max(wrong, similarity);
                }
            }
            found += right >= wrong ? 1 : 0;
        }
        return found / (double) columns;
    }

    private NDArray images(NDManager at, TrainingSet set) {
        List<float[]> chunks = new ArrayList<>();
        for (int from = 0; from < set.size(); from += CHUNK) {
            try (NDManager chunk = at.newSubManager()) {
                NDArray pixels = set.pixels(chunk, from, Math.min(from + CHUNK, set.size()));
                chunks.add(NDArrayOperators.normalised(image.apply(new NDArrayOperators(chunk, weights, false), pixels)
                                .embeddings())
                        .toFloatArray());
            }
        }
        return joined(at, chunks);
    }

    private NDArray texts(NDManager at, TrainingSet set) {
        List<float[]> chunks = new ArrayList<>();
        for (int from = 0; from < set.captions(); from += CHUNK) {
            try (NDManager chunk = at.newSubManager()) {
                int first = from;
                int[] numbers = new int[Math.min(CHUNK, set.captions() - from)];
                Arrays.setAll(numbers, i -> first + i);
                TrainingSet.Texts padded = set.texts(chunk, numbers);
                chunks.add(NDArrayOperators.normalised(
                                text.apply(new NDArrayOperators(chunk, weights, false), padded.ids(), padded.mask()))
                        .toFloatArray());
            }
        }
        return joined(at, chunks);
    }

    private NDArray joined(NDManager at, List<float[]> chunks) {
        NDList rows = new NDList();
        for (float[] chunk : chunks) {
            rows.add(at.create(chunk, new Shape(chunk.length / recipe.dimension(), recipe.dimension())));
        }
        return NDArrays.concat(rows, 0);
    }

    @Override
    public void close() {
        adam.close();
        weights.close();
        manager.close();
    }
}
