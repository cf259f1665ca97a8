package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.network.TextNetwork;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Goes on with captions alone, towards pictures that stay where they are (locked-image tuning: Zhai et al. 2022,
 * arXiv:2111.07991). A step costs a fraction of one that trains both, and each caption is told apart from all pictures there
 * are: so that is where many languages are learned.
 */
final class TextTuning implements AutoCloseable {

    /** Captions of a picture and step. */
    private static final int CAPTIONS = 4;

    /** How much it counts that a caption lies where its pictures do, beside that it is nearer to them than to others. */
    private static final double NEARNESS = 10;

    /** How far a similarity is moved to count no more. */
    private static final float FAR = 1e4f;

    private final Engine engine;
    private final Trainer trainer;
    private final Recipe recipe;
    private final ImageBranch image;
    private final TextBranch text;
    private final NDManager manager;
    private final TrainingState state;

    TextTuning(Engine engine, Trainer trainer, ImageBranch image, TextBranch text, Checkpoint checkpoint) {
        this.engine = engine;
        this.trainer = trainer;
        this.recipe = trainer.recipe();
        this.image = image;
        this.text = text;
        this.manager = engine.newBaseManager();
        this.state = new TrainingState(manager, recipe, checkpoint);
    }

    /**
     * Takes the steps, or those that a checkpoint has not, and puts what became of the text branch in the trainer's place;
     * but where training is stopped meanwhile.
     */
    void run(TrainingSet learned, PairExamples source, Trainer.Listener listener) throws IOException {
        Progress progress = Progress.NONE;
        if (state.isKept()) {
            progress = state.resume();
        } else {
            state.weights().copy(trainer.weights(), TextNetwork.TEXT + ".", TextNetwork.TEXT + ".");
        }
        try (NDManager kept = manager.newSubManager()) {
            NDArray pictures = trainer.images(kept, learned);
            float[] all = pictures.toFloatArray();
            for (int step = progress.step() + 1; step <= recipe.textSteps() && !trainer.isStopped(); step++) {
                listener.step(step, step(pictures, all, learned, source, step, listener));
                progress = progress.at(step);
                if (step % recipe.evaluateEvery() == 0) {
                    state.keep(progress);
                }
            }
        }
        state.keep(progress);
        if (!trainer.isStopped()) {
            trainer.weights().copy(state.averaged(), TextNetwork.TEXT + ".", TextNetwork.TEXT + ".");
        }
    }

    private double step(
            NDArray pictures,
            float[] rows,
            TrainingSet learned,
            PairExamples source,
            int step,
            Trainer.Listener listener) {
        engine.setRandomSeed((int) (recipe.seed() * 3_000_017 + step));
        float loss;
        Examples examples = source.captions(step, CAPTIONS);
        try (NDManager at = manager.newSubManager()) {
            NDArray truth = right(at, learned, examples);
            NDArray right = truth.gt(0).toType(DataType.FLOAT32, false);
            NDArray uncounted = truth.lt(0).toType(DataType.FLOAT32, false).mul(FAR);
            NDArray own = own(at, rows, examples, (int) pictures.getShape().get(1));
            Examples shown = recipe.scenes() == 0
                    ? null
                    : source.scenes(recipe.scenesFirst() + recipe.steps() + step, recipe.scenes());
            Batch scenes = shown == null ? null : shown.batch(at);
            NDArray drawn = scenes == null
                    ? null
                    : NDArrayOperators.normalised(
                            image.embed(new NDArrayOperators(at, trainer.weights(), false), scenes.pictures()));
            pictures.tempAttach(at);
            double temperature = trainer.temperature();
            NDArray middle = NDArrayOperators.normalised(right.matMul(pictures));
            try (GradientCollector gradients = engine.newGradientCollector()) {
                NDArrayOperators on = new NDArrayOperators(at, state.weights(), true);
                NDArray texts = embedded(on, examples.texts(at));
                NDArray toAll = NDArrayOperators.times(texts.matMul(pictures.transpose()), temperature)
                        .sub(uncounted);
                NDArray of = Loss.share(toAll, right, 1)
                        .add(Loss.share(
                                NDArrayOperators.times(own.matMul(texts.transpose()), temperature),
                                truth(at, examples),
                                1));
                // Told apart from all others, a caption may still lie far from its pictures, and so from one that is
                // not known yet.
                NDArray near = texts.mul(middle).sum(new int[] {1}).mean();
                of = of.sub(NDArrayOperators.times(near, NEARNESS));
                if (shown != null && scenes != null && drawn != null) {
                    NDArray told = embedded(on, scenes.captions());
                    of = of.add(Loss.CONTRASTIVE.of(scenes, drawn.stopGradient(), told, on, 1, temperature));
                    of = of.add(TwinLoss.of(at, on, drawn.stopGradient(), told, scenes.order(), shown));
                }
                gradients.backward(of);
                loss = of.getFloat();
            }
        }
        double rise = Math.min(1, step / 100.0);
        double fall = 0.505 + 0.495 * Math.cos(Math.PI * step / recipe.textSteps());
        if (!state.step(step, recipe.rate() * rise * fall)) {
            listener.leftOut(step);
        }
        return loss;
    }

    private NDArray embedded(NDArrayOperators on, List<Examples.Texts> groups) {
        NDList rows = new NDList();
        groups.forEach(of -> rows.add(text.embed(on, of.input(), of.mask())));
        return NDArrayOperators.normalised(NDArrays.concat(rows, 0));
    }

    /** Of all pictures for each caption, in the order of a batch: {@code [m, pictures]}, as {@link TrainingSet#rightOf}. */
    private NDArray right(NDManager at, TrainingSet learned, Examples examples) {
        int[] order = examples.order();
        List<float[]> rows = IntStream.of(order)
                .parallel()
                .mapToObj(caption -> learned.rightOf(
                        examples.said().get(caption), recipe.proxies() ? examples.numbers()[caption / CAPTIONS] : -1))
                .toList();
        return Examples.rows(at, rows, new Shape(learned.size()));
    }

    /** The rows of the examples' own pictures. */
    private static NDArray own(NDManager at, float[] rows, Examples examples, int width) {
        List<float[]> own = new ArrayList<>();
        for (int number : examples.numbers()) {
            float[] row = new float[width];
            System.arraycopy(rows, number * width, row, 0, width);
            own.add(row);
        }
        return Examples.rows(at, own, new Shape(width));
    }

    private static NDArray truth(NDManager at, Examples examples) {
        return examples.matrix(at, examples.order(), of -> of == Truth.OWN || of == Truth.RIGHT);
    }

    @Override
    public void close() {
        state.close();
        manager.close();
    }
}
