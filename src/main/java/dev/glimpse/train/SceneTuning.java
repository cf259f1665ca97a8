package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.GradientCollector;
import dev.glimpse.scene.Statement;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.network.TextNetwork;
import dev.glimpse.train.network.Weights;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Goes on with both branches on drawn scenes, while pictures and what is said of them keep their places (learning without
 * forgetting: Li and Hoiem 2016, arXiv:1606.09282): what belongs to what is told apart by as much as both branches can, once texts
 * are read well.
 */
final class SceneTuning implements AutoCloseable {

    /** How many scenes of the steps before are remembered. */
    private static final int RECENT = 1024;

    /** Of the rate at its highest. */
    private static final double SHARE = 0.75;

    /** How much it counts that twins are told apart. */
    private static final double TWINS = 8;

    /** How much it counts that pictures stay where they are. */
    private static final double KEPT_IMAGES = 30;

    /** The same of texts. */
    private static final double KEPT_TEXTS = 60;

    /** Captions of a picture that stay. */
    private static final int CAPTIONS = 2;

    /** Texts of a teacher that stay. */
    private static final int TAUGHT = 128;

    /** How the names of the image branch's weights begin. */
    private static final String IMAGE = "image.";

    private final Engine engine;
    private final Trainer trainer;
    private final Recipe recipe;
    private final NDManager manager;
    private final TrainingState state;
    private final ImageBranch image;
    private final RecentScenes recent = new RecentScenes(RECENT);

    SceneTuning(Engine engine, Trainer trainer, ImageBranch image, Checkpoint checkpoint) {
        this.engine = engine;
        this.trainer = trainer;
        this.recipe = trainer.recipe();
        this.image = image;
        this.manager = engine.newBaseManager();
        this.state = new TrainingState(manager, recipe, checkpoint);
    }

    /**
     * Takes the steps, or those that a checkpoint has not, and puts what became of both branches in the trainer's place.
     *
     * @return how far it came
     */
    Progress run(StillPictures pictures, Trainer.Listener listener) throws IOException {
        Progress progress = Progress.NONE;
        if (state.isKept()) {
            progress = state.resume();
        } else {
            copy(trainer.weights(), state.weights());
        }
        // What no scene says is in no step, and the rest of the network can do without moving what is.
        state.hold(TextNetwork.TOKENS);
        if (progress.step() < recipe.sceneSteps() && pictures.see(List.of())) {
            PairExamples source = pictures.material().source();
            try (Ahead<Drawn> ahead =
                    new Ahead<>(recipe.sceneSteps(), step -> drawn(source.mostlyScenes(recipe.steps() + step)))) {
                progress = state.take(
                        progress,
                        recipe.sceneSteps(),
                        trainer,
                        listener,
                        step -> step(pictures, ahead.of(step), step, listener));
            }
        }
        if (!trainer.isStopped()) {
            copy(state.averaged(), trainer.weights());
        }
        return progress;
    }

    private static void copy(Weights from, Weights to) {
        for (String branch : List.of(IMAGE, TextNetwork.TEXT + ".")) {
            to.copy(from, branch, branch);
        }
    }

    /**
     * What a step is taken on.
     *
     * @param claims the places, in the order of a batch's captions, of those that are claimed of scenes
     * @param right  of its scenes and what is claimed of them, the claims in that order
     */
    private record Drawn(Examples examples, int[] claims, RecentScenes.Right right) {}

    /** To be asked step after step. */
    private Drawn drawn(Examples drawn) {
        int[] order = drawn.order();
        // Captions of pictures come first in the examples.
        int first = order.length - drawn.claims().size();
        int[] claims = IntStream.range(0, order.length)
                .filter(place -> order[place] >= first)
                .toArray();
        List<Statement> said = IntStream.of(claims)
                .mapToObj(place -> drawn.claims().get(order[place] - first))
                .toList();
        RecentScenes.Right right = recent.right(said, drawn.scenes());
        recent.remember(said, drawn.scenes());
        return new Drawn(drawn.entering(image), claims, right);
    }

    private double step(StillPictures pictures, Drawn drawn, int step, Trainer.Listener listener) {
        engine.setRandomSeed((int) (recipe.seed() * 5_000_011 + step));
        Examples examples = drawn.examples();
        float loss;
        try (NDManager at = manager.newSubManager()) {
            Batch batch = examples.batch(at);
            List<Examples.Texts> others = pictures.texts(at, recipe.textSteps() + step, CAPTIONS, TAUGHT);
            NDArrayOperators before = new NDArrayOperators(at, trainer.weights(), false);
            NDArray oldImages =
                    images(before, batch.pictures().get(first(examples))).stopGradient();
            NDArray oldTexts = pictures.embedded(before, others).stopGradient();
            try (GradientCollector gradients = engine.newGradientCollector()) {
                // What pictures are normalised by stays as it was gathered, when there were fewer scenes among them.
                NDArray images = images(new NDArrayOperators(at, state.weights(), false), batch.pictures());
                NDArrayOperators on = new NDArrayOperators(at, state.weights(), true);
                NDArray texts = pictures.embedded(on, batch.captions());
                NDArray said = texts.get(
                        at.create(IntStream.of(drawn.claims()).asLongStream().toArray()));
                NDArray shown = scenes(images, examples);
                NDArray twins = TwinLoss.of(at, images, texts, batch.order(), examples);
                NDArray of = Loss.CONTRASTIVE
                        .of(batch, images, texts, on, 1, trainer.temperature())
                        .add(NDArrayOperators.times(twins, TWINS))
                        .add(recent.loss(at, said, shown, drawn.right(), trainer.temperature()))
                        .add(moved(images.get(first(examples)), oldImages, KEPT_IMAGES))
                        .add(moved(pictures.embedded(on, others), oldTexts, KEPT_TEXTS));
                gradients.backward(of);
                loss = of.getFloat();
                recent.rememberRows(Trainer.rows(said.stopGradient()), Trainer.rows(shown.stopGradient()));
            }
        }
        if (!state.step(step, recipe.rate() * SHARE * Recipe.course(step, recipe.sceneSteps()))) {
            listener.leftOut(step);
        }
        return loss;
    }

    private NDArray images(NDArrayOperators on, NDArray pictures) {
        return NDArrayOperators.normalised(image.see(on, pictures).embeddings());
    }

    /** How far rows have moved from where they were, of length 1 all of them, times what that counts. */
    private static NDArray moved(NDArray rows, NDArray before, double counts) {
        return NDArrayOperators.times(rows.mul(before).sum(new int[] {1}).mean(), -counts);
    }

    /** The pictures of pairs come first. */
    private static NDIndex first(Examples examples) {
        return new NDIndex(":%d".formatted(examples.numbers().length));
    }

    private static NDArray scenes(NDArray images, Examples examples) {
        return images.get(new NDIndex("%d:".formatted(examples.numbers().length)));
    }

    @Override
    public void close() {
        state.close();
        manager.close();
    }
}
