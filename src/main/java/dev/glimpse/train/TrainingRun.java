package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.glimpse.pairs.Pair;
import dev.glimpse.train.network.RerankerNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One training from its first stage to the model that it writes, with checkpoints beside that. */
final class TrainingRun {

    private static final Pattern PICTURE = Pattern.compile("(?i).+\\.(svg|png|jpe?g|webp|gif|bmp)");

    /** How many of the first a reranker is measured on. */
    private static final int RERANKED = 20;

    private final Engine engine;
    private final Recipe recipe;
    private final ImageBranch image;
    private final @Nullable TextTeacher teacher;
    private final Path out;
    private final Extent extent;

    /**
     * What goes before and after the recipe's steps.
     *
     * @param warmStart     so many steps on pictures alone come first
     * @param pictures      a folder of those; null for those of the pairs
     * @param rerankerSteps come last; 0 for no reranker
     * @param quantized     whether the model is written in fewer bits, where that costs nothing
     */
    record Extent(int warmStart, @Nullable Path pictures, int rerankerSteps, boolean quantized) {}

    /** Pairs to learn from, and others to measure on. */
    record Pairs(List<Pair> learned, List<Pair> heldOut) {}

    /** What texts are read by, and everything in its tokens. */
    private record Stage(
            TextBranch branch, TrainingSet learned, TrainingSet heldOut, SceneExamples drawn, PairExamples source) {

        /** The same in other tokens. */
        Stage retold(TextBranch other, HuggingFaceTokenizer tokenizer) {
            TrainingSet set = learned.in(tokenizer);
            SceneExamples scenes = new SceneExamples(drawn.seed(), drawn.size(), tokenizer);
            return new Stage(other, set, heldOut.in(tokenizer), scenes, source.in(set, scenes));
        }
    }

    /**
     * @param teacher of words, or null for none
     * @param out     the model's folder
     */
    TrainingRun(
            Engine engine, Recipe recipe, ImageBranch image, @Nullable TextTeacher teacher, Path out, Extent extent) {
        this.engine = engine;
        this.recipe = recipe;
        this.image = image;
        this.teacher = teacher;
        this.out = out;
        this.extent = extent;
    }

    /**
     * Trains, and writes the model; or ends on the way, with checkpoints, where somebody ends the process.
     *
     * @param branch that reads texts
     * @param retold that reads them in the steps on captions and from then on; null for the same
     */
    void run(TextBranch branch, @Nullable TextBranch retold, Pairs pairs) throws IOException {
        Files.createDirectories(out);
        Path checkpoints = out.resolveSibling(out.getFileName() + ".checkpoint");
        Files.createDirectories(checkpoints);
        try (HuggingFaceTokenizer tokenizer = tokenizer(branch, checkpoints.resolve("tokenizer.json"));
                Trainer trainer = new Trainer(engine, recipe, image, branch, new Checkpoint(checkpoints))) {
            TrainingSet toLearn = TrainingSet.toLearnFrom(pairs.learned(), image, branch, tokenizer);
            TrainingSet toMeasure = TrainingSet.toMeasureOn(pairs.heldOut(), image, branch, tokenizer);
            System.out.printf(
                    "%d pictures with %d unlike captions to learn from, %d held out%n",
                    toLearn.size(), toLearn.captions(), toMeasure.size());
            SceneExamples drawn = new SceneExamples(recipe.seed(), image.size(), tokenizer);
            PairExamples source = new PairExamples(recipe, toLearn, drawn);
            if (extent.warmStart() > 0 && !trainer.hasBegun()) {
                warmUp(trainer, tokenizer, toLearn);
            }
            Progress progress = untilStopped(trainer, () -> {
                Progress made = trainer.train(toLearn, source, toMeasure, new ProgressBar(recipe.steps()));
                sayIfStopped(trainer, made);
                return made;
            });
            if (trainer.isStopped()) {
                return;
            }
            Stage joint = new Stage(branch, toLearn, toMeasure, drawn, source);
            if (retold == null) {
                finish(trainer, joint, pairs, progress, checkpoints);
                return;
            }
            try (HuggingFaceTokenizer other = tokenizer(retold, checkpoints.resolve("tokenizer-texts.json"))) {
                finish(trainer, joint.retold(retold, other), pairs, progress, checkpoints);
            }
        }
    }

    /** Beside the model: one that is there goes with the networks that are. */
    private static HuggingFaceTokenizer tokenizer(TextBranch branch, Path file) throws IOException {
        branch.writeTokenizer(file);
        return branch.openTokenizer(file);
    }

    private void finish(Trainer trainer, Stage stage, Pairs pairs, Progress progress, Path checkpoints)
            throws IOException {
        if (recipe.textSteps() > 0 || recipe.sceneSteps() > 0) {
            tune(trainer, stage, pairs, checkpoints, progress);
        }
        if (trainer.isStopped()) {
            return;
        }
        RerankerNetwork reranker = extent.rerankerSteps() > 0 ? trainReranker(trainer, stage) : null;
        ModelWriter.Output output = new ModelWriter.Output(reranker, extent.quantized());
        ModelWriter.write(out, image, stage.branch(), trainer.weights(), output, recipe.dimension());
        LearningCurves.write(checkpoints.resolve("curves.svg"), progress);
        System.out.printf(
                "%nThe best was step %d, with a recall at 1 on held-out pairs of %.3f; taken is step %d. %d numbers trained, in %s%n",
                progress.bestStep(),
                progress.best(),
                recipe.patience() > 0 ? progress.bestStep() : progress.step(),
                trainer.weights().size(),
                out);
    }

    private void tune(Trainer trainer, Stage stage, Pairs pairs, Path checkpoints, Progress progress)
            throws IOException {
        StillPictures.Teaching teaching = teacher == null
                ? null
                : (at, pictures, tokens) ->
                        teacher.lesson(at, pairs.learned(), pictures, tokens, recipe.seed(), trainer::isStopped);
        StillPictures.Material material =
                new StillPictures.Material(stage.branch(), stage.learned(), stage.source(), stage.drawn(), teaching);
        try (StillPictures pictures = new StillPictures(engine, trainer, material)) {
            untilStopped(trainer, () -> {
                if (recipe.textSteps() > 0) {
                    Checkpoint checkpoint = new Checkpoint(checkpoints.resolve("texts"));
                    try (TextTuning tuning = new TextTuning(engine, trainer, stage.branch(), checkpoint)) {
                        tuning.run(pictures, new ProgressBar(recipe.textSteps()));
                    }
                }
                if (recipe.sceneSteps() > 0 && !trainer.isStopped()) {
                    Checkpoint checkpoint = new Checkpoint(checkpoints.resolve("scenes"));
                    try (SceneTuning tuning = new SceneTuning(engine, trainer, image, checkpoint)) {
                        tuning.run(pictures, new ProgressBar(recipe.sceneSteps()));
                    }
                }
                sayIfStopped(trainer, progress);
                return true;
            });
        }
    }

    /** While the process still waits for it: it ends as soon as training has. */
    private static void sayIfStopped(Trainer trainer, Progress progress) {
        if (trainer.isStopped()) {
            System.out.printf("%nEnded after step %d; the same command goes on from there%n", progress.step());
        }
    }

    private void warmUp(Trainer trainer, HuggingFaceTokenizer tokenizer, TrainingSet toLearn) throws IOException {
        if (!image.seesPixels()) {
            throw new IllegalArgumentException(
                    "--warm-start goes with a map of cells, not with a backbone's one row a picture");
        }
        Path pictures = extent.pictures();
        TrainingSet from = pictures == null ? toLearn : TrainingSet.ofPictures(files(pictures), image, tokenizer);
        System.out.printf("%d pictures to begin with%n", from.size());
        new WarmStart(image, from, extent.warmStart()).run(engine, trainer.recipe(), trainer.trained(), step -> {
            if (step % 20 == 0 || step == extent.warmStart()) {
                System.err.printf("\rwarm start %d/%d   ", step, extent.warmStart());
            }
        });
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> found = files.filter(file ->
                            PICTURE.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                throw new IOException("%s holds no picture".formatted(folder));
            }
            return found;
        }
    }

    private RerankerNetwork trainReranker(Trainer trainer, Stage stage) {
        int steps = extent.rerankerSteps();
        try (RerankerTrainer reranker = new RerankerTrainer(engine, trainer, image, stage.branch())) {
            reranker.train(stage.learned(), stage.source(), steps, step -> {
                if (step % 20 == 0 || step == steps) {
                    System.err.printf("\rreranker %d/%d   ", step, steps);
                }
            });
            RerankerTrainer.Report report = reranker.measure(stage.heldOut(), RERANKED);
            System.out.printf(
                    Locale.ROOT,
                    "%nThe reranker tells right from wrong in %.3f of held-out pairs; of its first %d put in order anew the "
                            + "recall at 1 of text to image goes from %.3f to %.3f%n",
                    report.accuracy(),
                    RERANKED,
                    report.before(),
                    report.after());
            return reranker.network();
        }
    }

    private interface Training<T> {
        T run() throws IOException;
    }

    /** A signal ends the step first: the engine must not be taken away while it computes. */
    private static <T> T untilStopped(Trainer trainer, Training<T> training) throws IOException {
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = Thread.ofPlatform().unstarted(() -> {
            trainer.stop();
            try {
                ended.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return training.run();
        } finally {
            ended.countDown();
            if (!trainer.isStopped()) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }
}
