package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.network.RerankerNetwork;
import dev.glimpse.train.network.TextNetwork;
import dev.glimpse.train.network.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Trains a reranker beside a joint embedding that is trained already: by cross-entropy over match and no match, of all
 * pictures of a batch with all its captions. Three quarters of a batch are pictures that the embedding takes for
 * neighbours, so that wrong pairs are those that it confuses.
 */
final class RerankerTrainer implements AutoCloseable {

    private static final double DECAY = 0.02;

    private final Engine engine;
    private final NDManager manager;
    private final Recipe recipe;
    private final ImageBranch image;
    private final TextBranch text;
    private final Trainer trainer;
    private final RerankerNetwork network;
    private final Weights weights;

    RerankerTrainer(Engine engine, Trainer trainer, ImageBranch image, TextBranch text) {
        this.engine = engine;
        this.manager = engine.newBaseManager();
        this.recipe = trainer.recipe();
        this.trainer = trainer;
        this.image = image;
        this.text = text;
        this.network = new RerankerNetwork(image.features(), text.stateWidth());
        this.weights = new Weights(manager, recipe.seed());
    }

    /** What held-out pairs say of it, each from 0 to 1. */
    record Report(double accuracy, double before, double after) {}

    RerankerNetwork network() {
        return network;
    }

    /**
     * Trains it, and puts its weights beside those of the embedding.
     *
     * @param done hears of each step
     */
    void train(TrainingSet learned, PairExamples source, int steps, IntConsumer done) {
        weights.copy(trainer.weights(), TextNetwork.TEXT + ".", RerankerNetwork.TEXT + ".");
        Neighbours neighbours = trainer.neighbours(learned);
        measure(learned);
        try (Adam adam = new Adam(manager, DECAY);
                Ahead<Examples> ahead = new Ahead<>(
                        steps,
                        step -> source.of(choose(neighbours, learned.size(), step), recipe.steps() + step)
                                .entering(image))) {
            for (int step = 1; step <= steps && !trainer.isStopped(); step++) {
                step(ahead.of(step), adam, step, rate(step, steps));
                done.accept(step);
            }
        }
        trainer.weights().copy(weights, RerankerNetwork.NAME + ".", RerankerNetwork.NAME + ".");
    }

    private double rate(int step, int steps) {
        return recipe.rate() * Math.min(1, step / 20.0) * (0.505 + 0.495 * Math.cos(Math.PI * step / steps));
    }

    /** Mean and deviation of the features to learn from. */
    private void measure(TrainingSet learned) {
        List<float[]> rows = new ArrayList<>();
        try (NDManager at = manager.newSubManager()) {
            NDArray features = trainer.features(at, learned);
            float[] all = features.toFloatArray();
            for (int from = 0; from < all.length; from += image.features()) {
                rows.add(Arrays.copyOfRange(all, from, from + image.features()));
            }
        }
        network.pictures().measure(weights, rows);
    }

    private void step(Examples examples, Adam adam, int step, double rate) {
        engine.setRandomSeed((int) (recipe.seed() * 7_000_003 + step));
        try (NDManager at = manager.newSubManager()) {
            Batch batch = examples.batch(at);
            NDArray features = image.features(new NDArrayOperators(at, trainer.weights(), false), batch.pictures());
            NDArray right = batch.right();
            NDArray wrong = right.add(batch.unknown()).mul(-1).add(1);
            try (GradientCollector gradients = engine.newGradientCollector()) {
                NDArrayOperators on = new NDArrayOperators(at, weights, true);
                NDArray logShares = logits(on, features.stopGradient(), batch).logSoftmax(-1);
                NDArray ofMatch = logShares.get("..., 1").mul(right).sum().div(right.sum());
                NDArray ofNone =
                        logShares.get("..., 0").mul(wrong).sum().div(wrong.sum().add(1e-6f));
                gradients.backward(NDArrayOperators.times(ofMatch.add(ofNone), -0.5));
            }
        }
        adam.step(weights.trained(), step, rate);
    }

    /** Of all pictures with all captions: {@code [b, m, 2]}. */
    private NDArray logits(NDArrayOperators on, NDArray features, Batch batch) {
        NDList states = new NDList();
        batch.captions().forEach(of -> states.add(text.state(on, of.input(), of.mask())));
        return logits(on, features, NDArrays.concat(states, 0));
    }

    private NDArray logits(NDArrayOperators on, NDArray features, NDArray states) {
        return network.logits(on, features.expandDims(1), states.expandDims(0));
    }

    /** Pictures of a step: some by chance, and with each some of its neighbours. */
    private int[] choose(Neighbours neighbours, int count, int step) {
        SplittableRandom random = new SplittableRandom(recipe.seed() * 104_729 + step);
        int size = Math.min(recipe.batch(), count);
        return neighbours.batch(random.ints(size, 0, count).toArray(), size, random);
    }

    private static IntStream best(float[] scores, int count) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> scores[i]).reversed())
                .limit(count)
                .mapToInt(Integer::intValue);
    }

    /**
     * Measures it on held-out pairs.
     *
     * @param first how many of the embedding's best are put in order anew
     */
    Report measure(TrainingSet heldOut, int first) {
        try (NDManager at = manager.newSubManager()) {
            float[][] images = Trainer.rows(trainer.images(at, heldOut));
            float[][] texts = Trainer.rows(trainer.texts(at, heldOut));
            NDArray features = trainer.features(at, heldOut);
            int accurate = 0;
            int before = 0;
            int after = 0;
            SplittableRandom random = new SplittableRandom(recipe.seed());
            for (int caption = 0; caption < texts.length; caption++) {
                float[] similarity = new float[images.length];
                for (int i = 0; i < images.length; i++) {
                    similarity[i] = Neighbours.dot(texts[caption], images[i]);
                }
                float[] match = match(features, heldOut, caption);
                int[] ranked = best(similarity, first).toArray();
                int reranked = Arrays.stream(ranked)
                        .boxed()
                        .max(Comparator.comparingDouble((Integer i) -> match[i]))
                        .orElseThrow();
                before += heldOut.isRight(ranked[0], caption) ? 1 : 0;
                after += heldOut.isRight(reranked, caption) ? 1 : 0;
                int of = caption;
                int right = IntStream.range(0, images.length)
                        .filter(i -> heldOut.isRight(i, of))
                        .findFirst()
                        .orElseThrow();
                int other = random.nextInt(images.length);
                accurate += match[right] > 0.5f ? 1 : 0;
                accurate += match[other] > 0.5f == heldOut.isRight(other, caption) ? 1 : 0;
            }
            double count = texts.length;
            return new Report(accurate / (2 * count), before / count, after / count);
        }
    }

    private float[] match(NDArray features, TrainingSet set, int caption) {
        try (NDManager at = manager.newSubManager()) {
            NDArrayOperators on = new NDArrayOperators(at, weights, false);
            Examples.Texts of = set.texts(at, new int[] {caption});
            NDArray state = text.state(on, of.input(), of.mask());
            features.tempAttach(at);
            NDArray logits = logits(on, features, state).reshape(new Shape(-1, 2));
            return network.match(on, logits).toFloatArray();
        }
    }

    @Override
    public void close() {
        weights.close();
        manager.close();
    }
}
