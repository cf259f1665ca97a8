package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.network.Weights;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes the steps. */
final class Trainer implements AutoCloseable {

    private static final int CHUNK = 64;

    /** How much facts count where pictures are learned, too: read well enough, they are the larger part of the loss. */
    private static final double FACTS = 0.3;

    /** Hears how it goes. */
    interface Listener {
        void step(int step, double loss);

        void measured(Progress progress);

        /** A step was not taken, since a gradient was no number. */
        void leftOut(int step);
    }

    private final Engine engine;
    private final NDManager manager;
    private final Recipe recipe;
    private final ImageBranch image;
    private TextBranch text;
    private final TrainingState state;
    private volatile boolean stopping;

    Trainer(Engine engine, Recipe recipe, ImageBranch image, TextBranch text, Checkpoint checkpoint) {
        this.engine = engine;
        this.manager = engine.newBaseManager();
        this.recipe = recipe;
        this.image = image;
        this.text = text;
        this.state = new TrainingState(manager, recipe, checkpoint);
    }

    /**
     * Trains until recall on held-out pairs no longer rises, and takes up the weights that were best; without patience, all
     * steps, and those of the last.
     *
     * @return how it went
     * @throws IOException if a checkpoint can't be written, or read
     */
    Progress train(TrainingSet learned, PairExamples source, TrainingSet heldOut, Listener listener)
            throws IOException {
        Progress progress = Progress.NONE;
        if (state.isKept()) {
            progress = state.resume();
            learnHarder(learned, source);
        }
        if (image instanceof ImageBranch.Frozen frozen) {
            frozen.head().measure(state.weights(), learned.pictureFeatures());
        }
        if (text instanceof TextBranch.Frozen frozen) {
            frozen.head().measure(state.weights(), learned.captionFeatures());
        }
        Proxies proxies = recipe.proxies() ? new Proxies(learned, recipe.dimension()) : null;
        double sum = 0;
        int since = progress.step();
        try (Ahead<Examples> ahead =
                new Ahead<>(recipe.steps(), number -> source.of(number).entering(image))) {
            for (int step = progress.step() + 1;
                    step <= recipe.steps() && !hasNoPatience(progress) && !stopping;
                    step++) {
                double loss = step(ahead.of(step), proxies, step, listener);
                sum += loss;
                listener.step(step, loss);
                progress = progress.at(step);
                if (step % recipe.evaluateEvery() == 0 || step == recipe.steps()) {
                    double recall = recall(heldOut);
                    progress = progress.with(new Progress.Measurement(step, sum / (step - since), recall));
                    sum = 0;
                    since = step;
                    if (progress.bestStep() == step) {
                        state.keepBest();
                    }
                    state.keep(progress);
                    learnHarder(learned, source);
                    ahead.forget();
                    listener.measured(progress);
                }
            }
        }
        if (stopping) {
            if (progress.step() > 0) {
                state.keep(progress);
            }
        } else if (recipe.patience() > 0) {
            state.takeBest();
        }
        return progress;
    }

    private boolean hasNoPatience(Progress progress) {
        return recipe.patience() > 0 && progress.withoutGain() >= recipe.patience();
    }

    private void learnHarder(TrainingSet learned, PairExamples source) {
        if (recipe.hard()) {
            source.standTogether(neighbours(learned));
        }
    }

    /** Which pictures look alike to what is measured and served. */
    Neighbours neighbours(TrainingSet set) {
        try (NDManager at = manager.newSubManager()) {
            return Neighbours.of(rows(images(at, set)), set);
        }
    }

    /** The rows of a matrix. */
    static float[][] rows(NDArray matrix) {
        int width = (int) matrix.getShape().get(1);
        float[] all = matrix.toFloatArray();
        float[][] rows = new float[all.length / width][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(all, i * width, (i + 1) * width));
        return rows;
    }

    /** Ends the training after the step that is being taken, with a checkpoint: any thread may ask for it. */
    void stop() {
        stopping = true;
    }

    /** Whether it was asked to end. */
    boolean isStopped() {
        return stopping;
    }

    /** Captions are read by another branch from now on, whose weights have taken the place of the one before. */
    void read(TextBranch other) {
        this.text = other;
    }

    /** How it trains. */
    Recipe recipe() {
        return recipe;
    }

    /** The weights that are trained: what was learned of pictures alone may be put there before the first step. */
    Weights trained() {
        return state.weights();
    }

    /** Whether there is a checkpoint to go on from. */
    boolean hasBegun() {
        return state.isKept();
    }

    /** By which similarities are multiplied in the loss, as it was learned; 20 where it was not. */
    double temperature() {
        return state.averaged()
                .find("logit.scale")
                .map(of -> Math.exp(Math.min(of.getFloat(0), Math.log(100))))
                .orElse(20.0);
    }

    /** The weights to serve, as they are now. */
    Weights weights() {
        return state.averaged();
    }

    private double step(Examples examples, @Nullable Proxies proxies, int step, Listener listener) {
        // For dropout: so a step is the same whether training was ended before it or not.
        engine.setRandomSeed((int) (recipe.seed() * 1_000_003 + step));
        float loss;
        try (NDManager at = manager.newSubManager()) {
            Batch batch = examples.batch(at);
            try (GradientCollector gradients = engine.newGradientCollector()) {
                NDArrayOperators on = new NDArrayOperators(at, state.weights(), true);
                ImageBranch.Seen seen = image.see(on, batch.pictures());
                NDArray images = NDArrayOperators.normalised(seen.embeddings());
                NDList groups = new NDList();
                batch.captions().forEach(of -> groups.add(text.embed(on, of.input(), of.mask())));
                NDArray read = NDArrays.concat(groups, 0);
                NDArray texts = NDArrayOperators.normalised(read);
                double done = step / (double) recipe.steps();
                NDArray of = recipe.loss().of(batch, images, texts, on, done, recipe.temperature(step));
                if (proxies != null && examples.numbers().length > 0) {
                    of = of.add(proxies.loss(at, on, examples, images, texts));
                }
                if (!examples.scenes().isEmpty()) {
                    of = of.add(TwinLoss.of(at, images, texts, batch.order(), examples));
                }
                if (seen.attended() != null && !examples.scenes().isEmpty()) {
                    NDArray facts =
                            SceneFacts.loss(at, on, seen.embeddings(), seen.attended(), read, batch.order(), examples);
                    of = of.add(step > recipe.scenesFirst() ? NDArrayOperators.times(facts, FACTS) : facts);
                }
                gradients.backward(of);
                loss = of.getFloat();
            }
        }
        if (!Float.isFinite(loss)) {
            throw new IllegalStateException(
                    "the loss of step %d is %s; the same command goes on from the last checkpoint"
                            .formatted(step, loss));
        }
        if (!state.step(step, recipe.rate(step))) {
            listener.leftOut(step);
        }
        return loss;
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

    /** What a reranker reads of pictures: {@code [n, features]}. */
    NDArray features(NDManager at, TrainingSet set) {
        return rows(
                at,
                set.size(),
                (chunk, numbers) -> image.features(
                        new NDArrayOperators(chunk, state.averaged(), false), entering(chunk, set.pictures(numbers))));
    }

    /** The embeddings of pictures, {@code [n, dimension]} of length 1. */
    NDArray images(NDManager at, TrainingSet set) {
        return rows(
                at,
                set.size(),
                (chunk, numbers) -> NDArrayOperators.normalised(image.embed(
                        new NDArrayOperators(chunk, state.averaged(), false), entering(chunk, set.pictures(numbers)))));
    }

    /** What is drawn of some pictures, by number. */
    interface Pictures {
        List<float[]> of(int[] numbers);
    }

    /**
     * The embeddings of pictures that are drawn as they are needed, {@code [count, dimension]} of length 1.
     */
    NDArray images(NDManager at, int count, Pictures pictures) {
        return rows(
                at,
                count,
                (chunk, numbers) -> NDArrayOperators.normalised(image.embed(
                        new NDArrayOperators(chunk, state.averaged(), false), entering(chunk, pictures.of(numbers)))));
    }

    private NDArray entering(NDManager at, List<float[]> pictures) {
        return Examples.rows(at, image.entering(pictures), image.entry());
    }

    /** The embeddings of captions, {@code [m, dimension]} of length 1. */
    NDArray texts(NDManager at, TrainingSet set) {
        return rows(at, set.captions(), (chunk, numbers) -> {
            Examples.Texts texts = set.texts(chunk, numbers);
            return NDArrayOperators.normalised(
                    text.embed(new NDArrayOperators(chunk, state.averaged(), false), texts.input(), texts.mask()));
        });
    }

    private interface Rows {
        NDArray of(NDManager chunk, int[] numbers);
    }

    private static NDArray rows(NDManager at, int count, Rows computed) {
        NDList rows = new NDList();
        for (int from = 0; from < count; from += CHUNK) {
            int first = from;
            int[] numbers = new int[Math.min(CHUNK, count - from)];
            Arrays.setAll(numbers, i -> first + i);
            try (NDManager chunk = at.newSubManager()) {
                NDArray some = computed.of(chunk, numbers);
                some.attach(at);
                rows.add(some);
            }
        }
        return NDArrays.concat(rows, 0);
    }

    @Override
    public void close() {
        state.close();
        manager.close();
    }
}
