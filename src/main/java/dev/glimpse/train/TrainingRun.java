package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.glimpse.pairs.Pair;
import dev.glimpse.train.network.RerankerNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
     * @param networks      of others that the branches stand on, and what they are given; empty for none
     */
    record Extent(int warmStart, @Nullable Path pictures, int rerankerSteps, boolean quantized, String networks) {

        /** What weights depend on. */
        List<String> others() {
            return List.of(String.valueOf(warmStart), String.valueOf(pictures), networks);
        }
    }

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
        Path tokens = checkpoints.resolve("tokenizer.json");
        Path written = checkpoints.resolve("tokenizer.json.new");
        branch.writeTokenizer(written);
        Checkpoint checkpoint = new Checkpoint(checkpoints, Fingerprint.of(pairs, written, extent.others()));
        if (checkpoint.exists()) {
            checkpoint.read(recipe);
        }
        Files.move(written, tokens, StandardCopyOption.REPLACE_EXISTING);
        try (HuggingFaceTokenizer tokenizer = branch.openTokenizer(tokens);
                Trainer trainer = new Trainer(engine, recipe, image, branch, checkpoint)) {
            TrainingSet toLearn = TrainingSet.toLearnFrom(pairs.learned(), image, branch, tokenizer);
            TrainingSet toMeasure = TrainingSet.toMeasureOn(pairs.heldOut(), image, branch, tokenizer);
            System.out.printf(
                    "%d pictures with %d unlike captions to learn from, %d held out%n",
                    toLearn.size(), toLearn.captions(), toMeasure.size());
            SceneExamples drawn = new SceneExamples(recipe.seed(), image.size(), tokenizer);
            PairExamples source = new PairExamples(recipe, toLearn, drawn);
            if (extent.warmStart() > 0 && !trainer.hasBegun()) {
                untilStopped(trainer, () -> {
                    warmUp(trainer, tokenizer, toLearn);
                    return true;
                });
                if (trainer.isStopped()) {
                    return;
                }
            }
            Progress progress = untilStopped(trainer, () -> {
                Progress made = trainer.train(toLearn, source, toMeasure, new ProgressBar(recipe.steps()));
                sayIfStopped(trainer, "", made);
                return made;
            });
            if (trainer.isStopped()) {
                return;
            }
            Stage joint = new Stage(branch, toLearn, toMeasure, drawn, source);
            if (retold == null) {
                finish(trainer, joint, pairs, progress, checkpoint);
                return;
            }
            Path others = checkpoints.resolve("tokenizer-texts.json");
            retold.writeTokenizer(others);
            try (HuggingFaceTokenizer other = retold.openTokenizer(others)) {
                finish(trainer, joint.retold(retold, other), pairs, progress, checkpoint);
            }
        }
    }

    private void finish(Trainer trainer, Stage stage, Pairs pairs, Progress progress, Checkpoint checkpoint)
            throws IOException {
        if (recipe.textSteps() > 0 || recipe.sceneSteps() > 0) {
            tune(trainer, stage, pairs, checkpoint);
        }
        if (trainer.isStopped()) {
            return;
        }
        RerankerNetwork reranker =
                extent.rerankerSteps() > 0 ? untilStopped(trainer, () -> trainReranker(trainer, stage)) : null;
        if (trainer.isStopped()) {
            return;
        }
        ModelWriter.Output output = new ModelWriter.Output(reranker, extent.quantized());
        ModelWriter.write(out, image, stage.branch(), trainer.weights(), output, recipe.dimension());
        LearningCurves.write(checkpoint.file("curves.svg"), progress);
        System.out.printf(
                Locale.ROOT,
                "%nThe best was step %d, with a recall at 1 on held-out pairs of %.3f; taken is step %d. %d numbers trained, in %s%n",
                progress.bestStep(),
                progress.best(),
                recipe.patience() > 0 ? progress.bestStep() : progress.step(),
                trainer.weights().size(),
                out);
        if (recipe.textSteps() > 0 || recipe.sceneSteps() > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "After the steps on captions and scenes that recall is %.3f%n",
                    trainer.recall(stage.heldOut()));
        }
    }

    private void tune(Trainer trainer, Stage stage, Pairs pairs, Checkpoint joint) throws IOException {
        StillPictures.Teaching teaching = teacher == null
                ? null
                : (at, pictures, tokens) ->
                        teacher.lesson(at, pairs.learned(), pictures, tokens, recipe.seed(), trainer::isStopped);
        StillPictures.Material material =
                new StillPictures.Material(stage.branch(), stage.learned(), stage.source(), stage.drawn(), teaching);
        try (StillPictures pictures = new StillPictures(engine, trainer, material)) {
            untilStopped(trainer, () -> {
                if (recipe.textSteps() > 0) {
                    try (TextTuning tuning = new TextTuning(engine, trainer, stage.branch(), joint.within("texts"))) {
                        sayIfStopped(
                                trainer,
                                "of those on captions",
                                tuning.run(pictures, new ProgressBar(recipe.textSteps())));
                    }
                }
                if (recipe.sceneSteps() > 0 && !trainer.isStopped()) {
                    try (SceneTuning tuning = new SceneTuning(engine, trainer, image, joint.within("scenes"))) {
                        sayIfStopped(
                                trainer,
                                "of those on scenes",
                                tuning.run(pictures, new ProgressBar(recipe.sceneSteps())));
                    }
                }
                return true;
            });
        }
    }

    /** While the process still waits for it: it ends as soon as training has. */
    private static void sayIfStopped(Trainer trainer, String which, Progress progress) {
        if (trainer.isStopped()) {
            System.out.printf(
                    "%nEnded after step %d%s; the same command goes on from there%n",
                    progress.step(), which.isEmpty() ? "" : " " + which);
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
        new WarmStart(image, from, extent.warmStart()).run(engine, trainer, step -> {
            if (step % 20 == 0 || step == extent.warmStart()) {
                System.err.printf("\rwarm start %d/%d   ", step, extent.warmStart());
            }
        });
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("--pictures: there is no folder %s".formatted(folder));
        }
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
            if (trainer.isStopped()) {
                return reranker.network();
            }
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
