package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.train.network.NDArrayOperators;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Pictures that stay where they are, while the captions that are said of them learn to lie there (locked-image tuning: Zhai et
 * al. 2022, arXiv:2111.07991): each caption is told apart from all pictures there are. With a teacher, texts that no caption is
 * learn their places among them, too.
 */
final class StillPictures implements AutoCloseable {

    /** Captions of a picture and step. */
    private static final int CAPTIONS = 4;

    /** How much it counts that a text lies where its pictures do, beside that it is nearer to them than to others. */
    private static final double NEARNESS = 10;

    /** Texts of a step that a teacher places. */
    private static final int TAUGHT = 128;

    /** How far a similarity is moved to count no more. */
    private static final float FAR = 1e4f;

    private final Trainer trainer;
    private final Recipe recipe;
    private final Material material;
    private final NDManager manager;
    private @Nullable Known known;

    /**
     * What is learned from.
     *
     * @param text   reads captions
     * @param set    pictures and their captions
     * @param source of examples of them
     * @param scenes drawn beside them
     * @param lesson of a teacher; null where there is none
     */
    record Material(
            TextBranch text,
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

    /** What is known once they are seen. */
    private record Known(NDArray pictures, float[][] rows, TextTeacher.@Nullable Lesson lesson, List<long[]> taught) {}

    StillPictures(Engine engine, Trainer trainer, Material material) {
        this.trainer = trainer;
        this.recipe = trainer.recipe();
        this.material = material;
        this.manager = engine.newBaseManager();
    }

    /** What is learned from. */
    Material material() {
        return material;
    }

    /**
     * Sees them, if that has not been done.
     *
     * @param tokens of which the teacher shall say where they lie
     * @return whether there was time for it before training was stopped
     */
    boolean see(List<String> tokens) throws IOException {
        if (known != null) {
            return true;
        }
        NDArray pictures = trainer.images(manager, material.set());
        float[][] rows = Trainer.rows(pictures);
        Teaching teaching = material.lesson();
        TextTeacher.Lesson lesson;
        try {
            lesson = teaching == null || trainer.isStopped() ? null : teaching.lesson(manager, rows, tokens);
        } catch (CancellationException e) {
            return false;
        }
        List<long[]> taught = lesson == null
                ? List.of()
                : lesson.texts().stream()
                        .map(of -> material.scenes().tokenizer().encode(of).getIds())
                        .toList();
        known = new Known(pictures, rows, lesson, taught);
        return true;
    }

    private Known known() {
        return Objects.requireNonNull(known);
    }

    /** Where each lies, {@code [dimension]} of length 1. */
    float[][] rows() {
        return known().rows();
    }

    /** What a teacher says of tokens; null where none was asked. */
    TextTeacher.@Nullable KnownTokens tokens() {
        TextTeacher.Lesson lesson = known().lesson();
        return lesson == null ? null : lesson.tokens();
    }

    /**
     * Captions of a step.
     *
     * @param right of all pictures for each caption, in the order of a batch, as {@link TrainingSet#rightOf}
     */
    record Said(Examples examples, List<float[]> right) {}

    /** Captions of a step. Any thread may ask. */
    Said said(int step) {
        Examples examples = material.source().captions(step, CAPTIONS);
        return new Said(examples, right(examples));
    }

    /** How badly captions of a step lie. */
    NDArray ofCaptions(NDManager at, NDArrayOperators on, Said said) {
        Examples examples = said.examples();
        NDArray truth = Examples.rows(at, said.right(), new Shape(material.set().size()));
        NDArray right = truth.gt(0).toType(DataType.FLOAT32, false);
        NDArray uncounted = truth.lt(0).toType(DataType.FLOAT32, false).mul(FAR);
        NDArray own = of(at, examples.numbers());
        NDArray pictures = known().pictures();
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

    /** How far texts of a step lie from where the teacher places them; null where there is none. */
    @Nullable
    NDArray ofLesson(NDManager at, NDArrayOperators on, int step) {
        TextTeacher.Lesson lesson = known().lesson();
        if (lesson == null) {
            return null;
        }
        int[] chosen = chosen(step, TAUGHT);
        NDArray texts = embedded(on, List.of(taught(at, chosen)));
        lesson.places().tempAttach(at);
        return near(texts, lesson.places().get(at.create(chosen))).neg();
    }

    /** Some of a teacher's texts, short ones first. */
    private int[] chosen(int step, int count) {
        List<long[]> taught = known().taught();
        return new SplittableRandom(recipe.seed() * 86_028_121 + step)
                .ints(count, 0, taught.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> taught.get(i).length))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private Examples.Texts taught(NDManager at, int[] chosen) {
        List<long[]> taught = known().taught();
        return Examples.Texts.ofTokens(
                at, Arrays.stream(chosen).mapToObj(taught::get).toList());
    }

    /**
     * Texts of a step, of captions and of what a teacher places.
     *
     * @param each   captions of a picture
     * @param taught how many of a teacher's; none where there is none
     */
    List<Examples.Texts> texts(NDManager at, int step, int each, int taught) {
        List<Examples.Texts> texts =
                new ArrayList<>(material.source().captions(step, each).texts(at));
        if (!known().taught().isEmpty()) {
            texts.add(taught(at, chosen(step, taught)));
        }
        return texts;
    }

    /** How near rows lie to others, of length 1 all of them, times what that counts. */
    private static NDArray near(NDArray rows, NDArray others) {
        return NDArrayOperators.times(rows.mul(others).sum(new int[] {1}).mean(), NEARNESS);
    }

    /** Texts in the joint space, of length 1. */
    NDArray embedded(NDArrayOperators on, List<Examples.Texts> groups) {
        NDList rows = new NDList();
        groups.forEach(of -> rows.add(material.text().embed(on, of.input(), of.mask())));
        return NDArrayOperators.normalised(NDArrays.concat(rows, 0));
    }

    private List<float[]> right(Examples examples) {
        TrainingSet learned = material.set();
        return IntStream.of(examples.order())
                .parallel()
                .mapToObj(caption -> learned.rightOf(
                        examples.said().get(caption), recipe.proxies() ? examples.numbers()[caption / CAPTIONS] : -1))
                .toList();
    }

    /** Where some of them lie, by number: {@code [n, dimension]}. */
    private NDArray of(NDManager at, int[] numbers) {
        float[][] rows = rows();
        return Examples.rows(at, Arrays.stream(numbers).mapToObj(of -> rows[of]).toList(), new Shape(rows[0].length));
    }

    private static NDArray truth(NDManager at, Examples examples) {
        return examples.matrix(at, examples.order(), of -> of == Truth.OWN || of == Truth.RIGHT);
    }

    @Override
    public void close() {
        manager.close();
    }
}
