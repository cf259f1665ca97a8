package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.network.TextNetwork;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes on with captions alone, towards pictures that stay where they are. A step costs a fraction of one that trains both, and
 * each caption is told apart from all pictures there are: so that is where many languages are learned. With a teacher, texts may
 * be read anew here, by a network of more tokens than the one that was trained with the pictures.
 */
final class TextTuning implements AutoCloseable {

    /** Scenes of a step, by those of one that trains both branches: none is drawn. */
    private static final int SCENES = 2;

    private final Engine engine;
    private final Trainer trainer;
    private final Recipe recipe;
    private final TextBranch text;
    private final NDManager manager;
    private final TrainingState state;

    /** @param text which reads texts from now on: as they were read before, or anew, as the recipe says */
    TextTuning(Engine engine, Trainer trainer, TextBranch text, Checkpoint checkpoint) {
        this.engine = engine;
        this.trainer = trainer;
        this.recipe = trainer.recipe();
        this.text = text;
        this.manager = engine.newBaseManager();
        this.state = new TrainingState(manager, recipe, checkpoint);
    }

    /**
     * Takes the steps, or those that a checkpoint has not, and puts what became of the text branch in the trainer's place;
     * but where training is stopped meanwhile.
     *
     * @return how far it came
     */
    Progress run(StillPictures pictures, Trainer.Listener listener) throws IOException {
        Progress progress = Progress.NONE;
        boolean begins = !state.isKept();
        if (!begins) {
            progress = state.resume();
        } else if (!recipe.readsAnew()) {
            state.weights().copy(trainer.weights(), TextNetwork.TEXT + ".", TextNetwork.TEXT + ".");
        }
        if (progress.step() < recipe.textSteps() && pictures.see(begins ? tokens() : List.of())) {
            TextTeacher.KnownTokens known = begins ? pictures.tokens() : null;
            if (known != null) {
                begin(pictures, known);
            }
            try (NDManager kept = manager.newSubManager()) {
                SceneBank bank = recipe.scenes() == 0
                        ? null
                        : SceneBank.of(kept, trainer, pictures.material().scenes());
                try (Ahead<Lines> ahead = new Ahead<>(recipe.textSteps(), step -> lines(pictures, bank, step))) {
                    progress = state.take(
                            progress,
                            recipe.textSteps(),
                            trainer,
                            listener,
                            step -> step(pictures, bank, ahead.of(step), step, listener));
                }
            }
        }
        if (!trainer.isStopped()) {
            trainer.weights().copy(state.averaged(), TextNetwork.TEXT + ".", TextNetwork.TEXT + ".");
            trainer.read(text);
        }
        return progress;
    }

    /** Where texts are read anew, with what is known of the tokens. */
    private void begin(StillPictures pictures, TextTeacher.KnownTokens known) {
        engine.setRandomSeed((int) recipe.seed());
        try (NDManager scratch = manager.newSubManager()) {
            NDArray table = TokenTable.of(
                    scratch,
                    pictures.material().set(),
                    pictures.rows(),
                    known,
                    anew().network().width());
            state.weights().begin(TextNetwork.TOKENS, table);
        }
    }

    private List<String> tokens() {
        return recipe.readsAnew() ? ((BytePairs) anew().tokens()).texts() : List.of();
    }

    /** What reads texts anew: none of others. */
    private TextBranch.Whole anew() {
        return (TextBranch.Whole) text;
    }

    /**
     * What a step is taken on.
     *
     * @param said   of pictures
     * @param scenes with what is said of them; null where there are none
     * @param right  of all scenes for each of those
     */
    private record Lines(StillPictures.Said said, @Nullable Examples scenes, List<float[]> right) {}

    private Lines lines(StillPictures pictures, @Nullable SceneBank bank, int step) {
        Examples scenes = bank == null ? null : bank.of(step, SCENES * recipe.scenes());
        return new Lines(pictures.said(step), scenes, bank == null || scenes == null ? List.of() : bank.right(scenes));
    }

    private double step(
            StillPictures pictures, @Nullable SceneBank bank, Lines lines, int step, Trainer.Listener listener) {
        engine.setRandomSeed((int) (recipe.seed() * 3_000_017 + step));
        float loss;
        try (NDManager at = manager.newSubManager()) {
            try (GradientCollector gradients = engine.newGradientCollector()) {
                NDArrayOperators on = new NDArrayOperators(at, state.weights(), true);
                NDArray of = pictures.ofCaptions(at, on, lines.said());
                Examples scenes = lines.scenes();
                if (bank != null && scenes != null) {
                    of = of.add(ofScenes(at, on, pictures, bank, scenes, lines.right()));
                }
                NDArray lesson = pictures.ofLesson(at, on, step);
                if (lesson != null) {
                    of = of.add(lesson);
                }
                gradients.backward(of);
                loss = of.getFloat();
            }
        }
        if (!state.step(step, recipe.rate() * Recipe.course(step, recipe.textSteps()))) {
            listener.leftOut(step);
        }
        return loss;
    }

    private NDArray ofScenes(
            NDManager at,
            NDArrayOperators on,
            StillPictures pictures,
            SceneBank bank,
            Examples examples,
            List<float[]> rightOfAll) {
        Batch scenes = examples.batch(at);
        NDArray right = Examples.rows(at, rightOfAll, new Shape(bank.scenes().size()));
        NDArray texts = pictures.embedded(on, scenes.captions());
        bank.pictures().tempAttach(at);
        double temperature = trainer.temperature();
        NDArray toAll = NDArrayOperators.times(texts.matMul(bank.pictures().transpose()), temperature);
        return Loss.share(toAll, right, 1)
                .add(Loss.CONTRASTIVE.of(scenes, scenes.pictures(), texts, on, 1, temperature))
                .add(TwinLoss.of(at, scenes.pictures(), texts, scenes.order(), examples));
    }

    @Override
    public void close() {
        state.close();
        manager.close();
    }
}
