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
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Goes on with captions alone, towards pictures that stay where they are (locked-image tuning: Zhai et al. 2022,
 * arXiv:2111.07991). A step costs a fraction of one that trains both, and each caption is told apart from all pictures there
 * are: so that is where many languages are learned. With a teacher, texts may be read anew here, by a network of more
 * tokens than the one that was trained with the pictures.
 */
final class TextTuning implements AutoCloseable {

    /** Captions of a picture and step. */
    private static final int CAPTIONS = 4;

    /** How much it counts that a caption lies where its pictures do, beside that it is nearer to them than to others. */
    private static final double NEARNESS = 10;

    /** Scenes of a step, by those of one that trains both branches: none is drawn. */
    private static final int SCENES = 2;

    /** Texts of a step that a teacher places. */
    private static final int TAUGHT = 128;

    /** How far a similarity is moved to count no more. */
    private static final float FAR = 1e4f;

    private final Engine engine;
    private final Trainer trainer;
    private final Recipe recipe;
    private final TextBranch text;
    private final NDManager manager;
    private final TrainingState state;

    /**
     * What is learned from.
     *
     * @param set    pictures and their captions
     * @param source of examples of them
     * @param scenes drawn beside them
     * @param lesson of a teacher; null where there is none
     */
    record Material(
            TrainingSet set,
            PairExamples source,
            SceneExamples scenes,
            @Nullable Teaching lesson) {}

    /** Gives a lesson, once it is known where pictures lie. */
    interface Teaching {
        /**
         * @param pictures where the set's lie, {@code [pictures, dimension]} of length 1
         * @param tokens   what those of a vocabulary stand for that begins with what is said of them
         */
        TextTeacher.Lesson lesson(NDManager at, float[][] pictures, List<String> tokens) throws IOException;
    }

    /** The same, with all that stays as it is. */
    private record Desk(
            Material material,
            NDArray pictures,
            float[][] rows,
            @Nullable SceneBank bank,
            TextTeacher.@Nullable Lesson lesson,
            List<long[]> taught) {}

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
     */
    void run(Material material, Trainer.Listener listener) throws IOException {
        Progress progress = Progress.NONE;
        boolean begins = !state.isKept();
        if (!begins) {
            progress = state.resume();
        } else if (!recipe.readsAnew()) {
            state.weights().copy(trainer.weights(), TextNetwork.TEXT + ".", TextNetwork.TEXT + ".");
        }
        int first = progress.step() + 1;
        try (NDManager kept = manager.newSubManager()) {
            Desk desk = first <= recipe.textSteps() ? desk(kept, material, begins ? tokens() : List.of()) : null;
            if (desk != null && desk.lesson() != null && desk.lesson().tokens() != null) {
                begin(desk, desk.lesson().tokens());
            }
            for (int step = first; desk != null && step <= recipe.textSteps() && !trainer.isStopped(); step++) {
                listener.step(step, step(desk, step, listener));
                progress = progress.at(step);
                if (step % recipe.evaluateEvery() == 0) {
                    state.keep(progress);
                }
            }
        }
        if (progress.step() > 0) {
            state.keep(progress);
        }
        if (!trainer.isStopped()) {
            trainer.weights().copy(state.averaged(), TextNetwork.TEXT + ".", TextNetwork.TEXT + ".");
            trainer.read(text);
        }
    }

    /** Where texts are read anew, with what is known of the tokens. */
    private void begin(Desk desk, TextTeacher.KnownTokens known) {
        engine.setRandomSeed((int) recipe.seed());
        try (NDManager scratch = manager.newSubManager()) {
            NDArray table = TokenTable.of(
                    scratch,
                    desk.material().set(),
                    desk.rows(),
                    known,
                    anew().network().width());
            state.weights().begin(TextNetwork.TOKENS, table);
        }
    }

    /** Null if training is stopped meanwhile. */
    private @Nullable Desk desk(NDManager kept, Material material, List<String> tokens) throws IOException {
        NDArray pictures = trainer.images(kept, material.set());
        float[][] rows = Trainer.rows(pictures);
        SceneBank bank = recipe.scenes() == 0 ? null : SceneBank.of(kept, trainer, material.scenes());
        Teaching teaching = material.lesson();
        TextTeacher.Lesson lesson;
        try {
            lesson = teaching == null || trainer.isStopped() ? null : teaching.lesson(kept, rows, tokens);
        } catch (CancellationException e) {
            return null;
        }
        List<long[]> taught = lesson == null
                ? List.of()
                : lesson.texts().stream()
                        .map(of -> material.scenes().tokenizer().encode(of).getIds())
                        .toList();
        return new Desk(material, pictures, rows, bank, lesson, taught);
    }

    private List<String> tokens() {
        return recipe.readsAnew() ? ((BytePairs) anew().tokens()).texts() : List.of();
    }

    /** What reads texts anew: none of others. */
    private TextBranch.Whole anew() {
        return (TextBranch.Whole) text;
    }

    private double step(Desk desk, int step, Trainer.Listener listener) {
        engine.setRandomSeed((int) (recipe.seed() * 3_000_017 + step));
        float loss;
        try (NDManager at = manager.newSubManager()) {
            try (GradientCollector gradients = engine.newGradientCollector()) {
                NDArrayOperators on = new NDArrayOperators(at, state.weights(), true);
                NDArray of = ofCaptions(at, on, desk, step);
                SceneBank bank = desk.bank();
                if (bank != null) {
                    of = of.add(ofScenes(at, on, bank, step));
                }
                TextTeacher.Lesson lesson = desk.lesson();
                if (lesson != null) {
                    of = of.add(ofLesson(at, on, lesson, desk.taught(), step));
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

    private NDArray ofCaptions(NDManager at, NDArrayOperators on, Desk desk, int step) {
        Examples examples = desk.material().source().captions(step, CAPTIONS);
        NDArray truth = right(at, desk.material().set(), examples);
        NDArray right = truth.gt(0).toType(DataType.FLOAT32, false);
        NDArray uncounted = truth.lt(0).toType(DataType.FLOAT32, false).mul(FAR);
        NDArray own = own(at, desk.rows(), examples);
        NDArray pictures = desk.pictures();
        pictures.tempAttach(at);
        NDArray texts = embedded(on, examples.texts(at));
        double temperature = trainer.temperature();
        NDArray toAll = NDArrayOperators.times(texts.matMul(pictures.transpose()), temperature)
                .sub(uncounted);
        NDArray toTexts = NDArrayOperators.times(own.matMul(texts.transpose()), temperature);
        // Told apart from all others, a caption may still lie far from its pictures, and so from one that is not known
        // yet.
        NDArray middle = NDArrayOperators.normalised(right.matMul(pictures));
        return Loss.share(toAll, right, 1)
                .add(Loss.share(toTexts, truth(at, examples), 1))
                .sub(near(texts, middle));
    }

    private NDArray ofScenes(NDManager at, NDArrayOperators on, SceneBank bank, int step) {
        Examples examples = bank.of(step, SCENES * recipe.scenes());
        Batch scenes = examples.batch(at);
        NDArray right = bank.right(at, examples);
        NDArray texts = embedded(on, scenes.captions());
        bank.pictures().tempAttach(at);
        double temperature = trainer.temperature();
        NDArray toAll = NDArrayOperators.times(texts.matMul(bank.pictures().transpose()), temperature);
        return Loss.share(toAll, right, 1)
                .add(Loss.CONTRASTIVE.of(scenes, scenes.pictures(), texts, on, 1, temperature))
                .add(TwinLoss.of(at, on, scenes.pictures(), texts, scenes.order(), examples));
    }

    private NDArray ofLesson(
            NDManager at, NDArrayOperators on, TextTeacher.Lesson lesson, List<long[]> taught, int step) {
        int[] chosen = new SplittableRandom(recipe.seed() * 86_028_121 + step)
                .ints(TAUGHT, 0, taught.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> taught.get(i).length))
                .mapToInt(Integer::intValue)
                .toArray();
        NDArray texts = embedded(
                on,
                List.of(Examples.Texts.ofTokens(
                        at, Arrays.stream(chosen).mapToObj(taught::get).toList())));
        lesson.places().tempAttach(at);
        return near(texts, lesson.places().get(at.create(chosen))).neg();
    }

    /** How near rows lie to others, of length 1 all of them, times what that counts. */
    private static NDArray near(NDArray rows, NDArray others) {
        return NDArrayOperators.times(rows.mul(others).sum(new int[] {1}).mean(), NEARNESS);
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
    private static NDArray own(NDManager at, float[][] rows, Examples examples) {
        return Examples.rows(
                at, Arrays.stream(examples.numbers()).mapToObj(of -> rows[of]).toList(), new Shape(rows[0].length));
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
