package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.glimpse.pairs.InvalidPairsException;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.PairsFile;
import dev.glimpse.pairs.Split;
import dev.glimpse.train.network.ImageNetwork;
import dev.glimpse.train.network.RerankerNetwork;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a dual encoder on pairs of pictures and captions, and writes it as the service opens it. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Trains a dual encoder on pairs of pictures and captions.")
public final class TrainCommand implements Callable<Integer> {

    private static final String ENGINE = "PyTorch";
    private static final String PRESET = "--preset";

    private static final Pattern PICTURE = Pattern.compile("(?i).+\\.(svg|png|jpe?g|webp|gif|bmp)");

    /** Of the pairs that no split is named for, where none is to measure on. */
    private static final double HELD_OUT = 0.1;

    private static final int MOST_HELD_OUT = 1000;

    /** How many of the first a reranker is measured on. */
    private static final int RERANKED = 20;

    @Option(names = "--pairs", required = true, description = "The pairs: .jsonl, .csv or Karpathy's .json.")
    private Path pairs = Path.of("");

    @Option(names = "--out", required = true, description = "The model's folder; its last segment names the space.")
    private Path out = Path.of("");

    /** Named sets of options; what stands beside a preset counts more. */
    enum Preset {
        /**
         * Heads of 256 on VGG16's {@code fc2} and on the last state of an LSTM over words, and a reranker over both.
         */
        VGG_LSTM(
                "--image-pixels=KERAS",
                "--image-output=fc2",
                "--text=LSTM",
                "--tokens=WORDS",
                "--vocabulary=10000",
                "--length=20",
                "--dimension=256",
                "--batch=32",
                "--reranker=2000");

        private final List<String> options;

        Preset(String... options) {
            this.options = List.of(options);
        }

        private static Stream<String> options(String name) {
            return Stream.of(values())
                    .filter(preset -> name.equalsIgnoreCase(preset.name().replace('_', '-')))
                    .flatMap(preset -> preset.options.stream());
        }
    }

    @Option(
            names = PRESET,
            description = "vgg-lstm: heads on VGG16's fc2 and on an LSTM over 10,000 words, and a reranker.")
    private @Nullable String preset;

    @Option(names = "--text", defaultValue = "TRANSFORMER", description = "${COMPLETION-CANDIDATES}")
    private Recipe.Text text = Recipe.Text.TRANSFORMER;

    @Option(names = "--loss", defaultValue = "CONTRASTIVE", description = "${COMPLETION-CANDIDATES}")
    private Loss loss = Loss.CONTRASTIVE;

    @Option(names = "--dimension", defaultValue = "192", description = "Of the joint space.")
    private int dimension;

    @Option(names = "--vocabulary", defaultValue = "4096", description = "At most so many tokens.")
    private int vocabulary;

    @Option(names = "--tokens", defaultValue = "BYTE_PAIRS", description = "${COMPLETION-CANDIDATES}")
    private Tokens.Sort tokens = Tokens.Sort.BYTE_PAIRS;

    @Option(names = "--length", defaultValue = "40", description = "The longest caption, in tokens.")
    private int length;

    @Option(names = "--batch", defaultValue = "64", description = "Pictures a step.")
    private int batch;

    @Option(names = "--captions", defaultValue = "1", description = "Captions a picture and step.")
    private int captions;

    @Option(
            names = "--join",
            defaultValue = "0",
            description = "How often captions of a picture in one language are put together, from 0 to 1.")
    private double joined;

    @Option(names = "--augmentation", defaultValue = "LIGHT", description = "${COMPLETION-CANDIDATES}")
    private Augmentation.Strength augmentation = Augmentation.Strength.LIGHT;

    @Option(
            names = "--proxies",
            description =
                    "Tell pictures and captions apart from all first captions at once: for when pictures share them.")
    private boolean proxies;

    @Option(names = "--hard", description = "Put pictures into a batch that are taken for alike.")
    private boolean hard;

    @Option(
            names = "--scenes",
            defaultValue = "0",
            description = "Drawn scenes a step beside the pictures; half of them are twins of the others.")
    private int scenes;

    @Option(
            names = "--scenes-first",
            defaultValue = "0",
            description = "So many steps on " + Recipe.SCENES_ALONE + " drawn scenes alone come first.")
    private int scenesFirst;

    @Option(
            names = "--reranker",
            defaultValue = "0",
            description = "Steps to train a reranker, after the embedding; 0 for none.")
    private int rerankerSteps;

    @Option(
            names = "--warm-start",
            defaultValue = "0",
            description = "Steps on pictures alone, before captions: for when there are few of those.")
    private int warmStart;

    @Option(
            names = "--pictures",
            description = "A folder with pictures for --warm-start; by default those of the pairs to learn from.")
    private @Nullable Path pictures;

    @Option(names = "--int8", description = "Write the table of tokens as int8.")
    private boolean quantized;

    @Option(names = "--steps", defaultValue = "2000", description = "At most.")
    private int steps;

    @Option(
            names = "--text-steps",
            defaultValue = "0",
            description = "Steps on captions alone, after those: towards pictures that stay where they are.")
    private int textSteps;

    @Option(names = "--rate", defaultValue = "0.001", description = "Of learning, at its highest.")
    private double rate;

    @Option(names = "--evaluate-every", defaultValue = "100", description = "Steps between measurements.")
    private int evaluateEvery;

    @Option(
            names = "--patience",
            defaultValue = "8",
            description =
                    "Measurements without a new best that end it; 0: take all steps, and the weights of the last.")
    private int patience;

    @Option(names = "--seed", defaultValue = "1", description = "Equal seeds give equal batches.")
    private long seed;

    @Mixin
    private final BackboneOptions backbones = new BackboneOptions();

    @Override
    public Integer call() throws IOException, InvalidPairsException {
        if (preset != null && Preset.options(preset).findAny().isEmpty()) {
            throw new IllegalArgumentException("--preset is '%s'; known is vgg-lstm".formatted(preset));
        }
        Engine engine = engine();
        backbones.check();
        if (!backbones.nameOfTeacher().isEmpty() && textSteps == 0) {
            throw new IllegalArgumentException("--text-teacher teaches in the steps on captions: --text-steps is 0");
        }
        if (!backbones.nameOfTeacher().isEmpty() && tokens == Tokens.Sort.WORDS) {
            throw new IllegalArgumentException(
                    "--text-teacher goes with byte pairs: to --tokens words, all words that no caption has are one");
        }
        if (joined > 0 && backbones.hasTexts()) {
            throw new IllegalArgumentException("--join goes with a text network of our own, not with a backbone");
        }
        List<Pair> all = PairsFile.read(pairs);
        List<Pair> heldOut = heldOut(all);
        List<Pair> learned = new ArrayList<>(all);
        learned.removeIf(pair -> pair.split() != Split.TRAIN);
        learned.removeAll(heldOut);
        Recipe recipe = new Recipe(
                text,
                loss,
                dimension,
                vocabulary,
                length,
                batch,
                captions,
                joined,
                augmentation,
                proxies,
                hard,
                scenes,
                scenesFirst,
                steps,
                textSteps,
                backbones.nameOfTeacher(),
                rate,
                evaluateEvery,
                patience,
                seed);
        try (backbones) {
            ImageBranch image = backbones.imageBranch(new ImageBranch.Whole(ImageNetwork.small(dimension)), dimension);
            if (scenes + scenesFirst > 0 && (!image.seesPixels() || backbones.hasTexts())) {
                throw new IllegalArgumentException(
                        "--scenes go with a text network of our own, and with a map of cells, be it a backbone's");
            }
            TextBranch ofOthers = backbones.textBranch(dimension, length);
            TextTeacher teacher = backbones.teacher();
            if (teacher != null) {
                teacher.check(learned);
            }
            TextBranch branch = ofOthers == null ? textBranch(recipe, learned) : ofOthers;
            train(engine, recipe, image, branch, teacher, learned, heldOut);
        }
        return 0;
    }

    private TextBranch textBranch(Recipe recipe, List<Pair> learned) {
        List<String> texts = new ArrayList<>();
        learned.forEach(pair -> pair.captions().forEach(caption -> texts.add(caption.text())));
        if (scenes + scenesFirst > 0) {
            texts.addAll(SceneExamples.captions(seed));
        }
        Tokens learnedTokens = tokens.learn(texts, vocabulary);
        return new TextBranch.Whole(recipe.textNetwork(learnedTokens.size()), learnedTokens);
    }

    private static Engine engine() {
        try {
            return Engine.getEngine(ENGINE);
        } catch (EngineException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "training needs DJL's PyTorch engine, which is no part of the service: run Maven with -Ptrain", e);
        }
    }

    /** Those to measure on: the validation split, or some of those to learn from where there is none. */
    private List<Pair> heldOut(List<Pair> all) {
        List<Pair> named =
                all.stream().filter(pair -> pair.split() == Split.VALIDATION).toList();
        List<Pair> shuffled = new ArrayList<>(
                named.isEmpty()
                        ? all.stream()
                                .filter(pair -> pair.split() == Split.TRAIN)
                                .toList()
                        : named);
        Collections.shuffle(shuffled, new Random(seed));
        int count = named.isEmpty() ? (int) Math.ceil(HELD_OUT * shuffled.size()) : shuffled.size();
        return List.copyOf(shuffled.subList(0, Math.min(count, MOST_HELD_OUT)));
    }

    private void train(
            Engine engine,
            Recipe recipe,
            ImageBranch image,
            TextBranch branch,
            @Nullable TextTeacher teacher,
            List<Pair> learned,
            List<Pair> heldOut)
            throws IOException {
        Files.createDirectories(out);
        Path file = out.resolve("tokenizer.json");
        branch.writeTokenizer(file);
        Path checkpoints = out.resolveSibling(out.getFileName() + ".checkpoint");
        try (HuggingFaceTokenizer tokenizer = branch.openTokenizer(file);
                Trainer trainer = new Trainer(engine, recipe, image, branch, new Checkpoint(checkpoints))) {
            TrainingSet toLearn = TrainingSet.toLearnFrom(learned, image, branch, tokenizer);
            TrainingSet toMeasure = TrainingSet.toMeasureOn(heldOut, image, branch, tokenizer);
            System.out.printf(
                    "%d pictures with %d unlike captions to learn from, %d held out%n",
                    toLearn.size(), toLearn.captions(), toMeasure.size());
            SceneExamples drawn = new SceneExamples(recipe.seed(), image.size(), tokenizer);
            PairExamples source = new PairExamples(recipe, toLearn, drawn);
            if (warmStart > 0 && !trainer.hasBegun()) {
                warmUp(engine, trainer, image, tokenizer, toLearn);
            }
            Progress progress = untilStopped(trainer, () -> {
                Progress made = trainer.train(toLearn, source, toMeasure, new ProgressBar(recipe.steps()));
                sayIfStopped(trainer, made);
                return made;
            });
            if (textSteps > 0 && !trainer.isStopped()) {
                TextTuning.Teaching teaching = teacher == null
                        ? null
                        : (at, pictures) -> teacher.lesson(at, learned, pictures, recipe.seed(), trainer::isStopped);
                TextTuning.Material material = new TextTuning.Material(toLearn, source, drawn, teaching);
                tuneTexts(engine, trainer, branch, material, checkpoints.resolve("texts"), progress);
            }
            if (trainer.isStopped()) {
                return;
            }
            RerankerNetwork reranker = null;
            if (rerankerSteps > 0) {
                reranker = trainReranker(engine, trainer, image, branch, toLearn, source, toMeasure);
            }
            ModelWriter.Output output = new ModelWriter.Output(reranker, quantized);
            ModelWriter.write(out, image, branch, trainer.weights(), output, recipe.dimension());
            LearningCurves.write(checkpoints.resolve("curves.svg"), progress);
            System.out.printf(
                    "%nThe best was step %d, with a recall at 1 on held-out pairs of %.3f; taken is step %d. %d numbers trained, in %s%n",
                    progress.bestStep(),
                    progress.best(),
                    patience > 0 ? progress.bestStep() : progress.step(),
                    trainer.weights().size(),
                    out);
        }
    }

    private void tuneTexts(
            Engine engine,
            Trainer trainer,
            TextBranch branch,
            TextTuning.Material material,
            Path checkpoints,
            Progress progress)
            throws IOException {
        try (TextTuning tuning = new TextTuning(engine, trainer, branch, new Checkpoint(checkpoints))) {
            untilStopped(trainer, () -> {
                tuning.run(material, new ProgressBar(textSteps));
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

    private void warmUp(
            Engine engine, Trainer trainer, ImageBranch image, HuggingFaceTokenizer tokenizer, TrainingSet toLearn)
            throws IOException {
        if (!image.seesPixels()) {
            throw new IllegalArgumentException(
                    "--warm-start goes with a map of cells, not with a backbone's one row a picture");
        }
        TrainingSet from = pictures == null ? toLearn : TrainingSet.ofPictures(files(pictures), image, tokenizer);
        System.out.printf("%d pictures to begin with%n", from.size());
        new WarmStart(image, from, warmStart).run(engine, trainer.recipe(), trainer.trained(), step -> {
            if (step % 20 == 0 || step == warmStart) {
                System.err.printf("\rwarm start %d/%d   ", step, warmStart);
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

    private RerankerNetwork trainReranker(
            Engine engine,
            Trainer trainer,
            ImageBranch image,
            TextBranch branch,
            TrainingSet toLearn,
            PairExamples source,
            TrainingSet toMeasure) {
        try (RerankerTrainer reranker = new RerankerTrainer(engine, trainer, image, branch)) {
            reranker.train(toLearn, source, rerankerSteps, step -> {
                if (step % 20 == 0 || step == rerankerSteps) {
                    System.err.printf("\rreranker %d/%d   ", step, rerankerSteps);
                }
            });
            RerankerTrainer.Report report = reranker.measure(toMeasure, RERANKED);
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

    /** Runs the command. */
    public static void main(String[] args) {
        System.exit(run(new PrintWriter(System.err, true), args));
    }

    static int run(PrintWriter err, String... given) {
        String[] args = given.length == 0 ? new String[] {"--help"} : given;
        CommandLine command = new CommandLine(new TrainCommand()).setErr(err).setCaseInsensitiveEnumValuesAllowed(true);
        command.setExecutionExceptionHandler((e, line, parsed) -> {
            line.getErr().println("train: " + e.getMessage());
            return 1;
        });
        List<String> all = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            if (args[i].startsWith(PRESET + "=")) {
                Preset.options(args[i].substring(PRESET.length() + 1)).forEach(all::add);
            } else if (args[i].equals(PRESET) && i + 1 < args.length) {
                Preset.options(args[i + 1]).forEach(all::add);
            }
        }
        all.addAll(List.of(args));
        return command.setOverwrittenOptionsAllowed(true).execute(all.toArray(String[]::new));
    }
}
