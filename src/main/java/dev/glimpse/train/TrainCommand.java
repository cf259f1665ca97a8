package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.glimpse.pairs.InvalidPairsException;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.PairsFile;
import dev.glimpse.pairs.Split;
import dev.glimpse.train.network.Head;
import dev.glimpse.train.network.ImageNetwork;
import dev.glimpse.train.onnx.Backbone;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains a dual encoder on pairs of pictures and captions, and writes it as the service opens it. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Trains a dual encoder on pairs of pictures and captions.")
public final class TrainCommand implements Callable<Integer> {

    private static final String ENGINE = "PyTorch";
    private static final String CLASS_PATH = "classpath:";

    /** Of the pairs that no split is named for, where none is to measure on. */
    private static final double HELD_OUT = 0.1;

    private static final int MOST_HELD_OUT = 1000;

    @Option(names = "--pairs", required = true, description = "The pairs: .jsonl, .csv or Karpathy's .json.")
    private Path pairs = Path.of("");

    @Option(names = "--out", required = true, description = "The model's folder; its last segment names the space.")
    private Path out = Path.of("");

    @Option(names = "--text", defaultValue = "TRANSFORMER", description = "${COMPLETION-CANDIDATES}")
    private Recipe.Text text = Recipe.Text.TRANSFORMER;

    @Option(names = "--loss", defaultValue = "CONTRASTIVE", description = "${COMPLETION-CANDIDATES}")
    private Loss loss = Loss.CONTRASTIVE;

    @Option(names = "--dimension", defaultValue = "192", description = "Of the joint space.")
    private int dimension;

    @Option(names = "--vocabulary", defaultValue = "4096", description = "At most so many tokens.")
    private int vocabulary;

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
            names = "--scenes",
            defaultValue = "0",
            description = "Drawn scenes a step beside the pictures; half of them are twins of the others.")
    private int scenes;

    @Option(
            names = "--scenes-first",
            defaultValue = "0",
            description = "So many steps on " + Recipe.SCENES_ALONE + " drawn scenes alone come first.")
    private int scenesFirst;

    @Option(names = "--steps", defaultValue = "2000", description = "At most.")
    private int steps;

    @Option(names = "--rate", defaultValue = "0.001", description = "Of learning, at its highest.")
    private double rate;

    @Option(names = "--evaluate-every", defaultValue = "100", description = "Steps between measurements.")
    private int evaluateEvery;

    @Option(names = "--patience", defaultValue = "8", description = "Measurements without a new best that end it.")
    private int patience;

    @Option(names = "--seed", defaultValue = "1", description = "Equal seeds give equal batches.")
    private long seed;

    @Option(
            names = "--image-backbone",
            description = "An ONNX file whose features are kept as they are; a head is trained on them.")
    private @Nullable Path imageBackbone;

    @Option(names = "--image-size", defaultValue = "224", description = "Of the backbone's pictures, in pixels.")
    private int imageSize;

    @Option(names = "--image-pixels", defaultValue = "IMAGENET", description = "${COMPLETION-CANDIDATES}")
    private Backbone.Pixels imagePixels = Backbone.Pixels.IMAGENET;

    @Option(names = "--image-output", description = "The backbone's output; by default its first.")
    private @Nullable String imageOutput;

    @Option(
            names = "--text-backbone",
            description = "As --image-backbone, of texts: a BERT or the like. A file, or classpath: and a name.")
    private @Nullable String textBackbone;

    @Option(names = "--text-tokenizer", description = "The text backbone's tokenizer.json, likewise.")
    private @Nullable String textTokenizer;

    @Override
    public Integer call() throws IOException, InvalidPairsException {
        Engine engine = engine();
        if (scenes + scenesFirst > 0 && (imageBackbone != null || textBackbone != null)) {
            throw new IllegalArgumentException("--scenes go with networks of our own, not with a backbone");
        }
        if (joined > 0 && textBackbone != null) {
            throw new IllegalArgumentException("--join goes with a text network of our own, not with a backbone");
        }
        if ((textBackbone == null) != (textTokenizer == null)) {
            throw new IllegalArgumentException("--text-backbone and --text-tokenizer go together");
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
                scenes,
                scenesFirst,
                steps,
                rate,
                evaluateEvery,
                patience,
                seed);
        try (Backbone ofImages = imageBackbone == null
                        ? null
                        : Backbone.ofImages(imageBackbone, imageSize, imagePixels, imageOutput);
                Backbone ofTexts = textBackbone == null ? null : Backbone.ofTexts(file(textBackbone))) {
            train(engine, recipe, imageBranch(ofImages), textBranch(ofTexts, recipe, learned), learned, heldOut);
        }
        return 0;
    }

    private ImageBranch imageBranch(@Nullable Backbone backbone) {
        return backbone == null
                ? new ImageBranch.Whole(ImageNetwork.small(dimension))
                : new ImageBranch.Frozen(backbone, new Head("image.head", backbone.width(), dimension));
    }

    /** A file, copied from the class path where it lies there. */
    private static Path file(String location) throws IOException {
        if (!location.startsWith(CLASS_PATH)) {
            return Path.of(location);
        }
        String name = location.substring(CLASS_PATH.length());
        try (InputStream resource = TrainCommand.class.getClassLoader().getResourceAsStream(name)) {
            if (resource == null) {
                throw new IOException("there is no %s on the class path".formatted(name));
            }
            Path copy = Files.createTempFile("glimpse-train-", name.substring(name.lastIndexOf('.')));
            copy.toFile().deleteOnExit();
            Files.copy(resource, copy, StandardCopyOption.REPLACE_EXISTING);
            return copy;
        }
    }

    private TextBranch textBranch(@Nullable Backbone backbone, Recipe recipe, List<Pair> learned) throws IOException {
        if (backbone != null && textTokenizer != null) {
            return new TextBranch.Frozen(
                    backbone, new Head("text.head", backbone.width(), dimension), file(textTokenizer), length);
        }
        List<String> texts = new ArrayList<>();
        learned.forEach(pair -> pair.captions().forEach(caption -> texts.add(caption.text())));
        if (scenes + scenesFirst > 0) {
            texts.addAll(SceneExamples.captions(seed));
        }
        BytePairs tokens = BytePairs.learn(texts, vocabulary);
        return new TextBranch.Whole(recipe.textNetwork(tokens.size()), tokens);
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
            Engine engine, Recipe recipe, ImageBranch image, TextBranch branch, List<Pair> learned, List<Pair> heldOut)
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
            Examples.Source source = new PairExamples(recipe, toLearn, drawn);
            Progress progress = trainUntilStopped(trainer, toLearn, source, toMeasure);
            if (trainer.isStopped()) {
                System.out.printf("%nEnded after step %d; the same command goes on from there%n", progress.step());
                return;
            }
            ModelWriter.write(out, image, branch, trainer.weights(), recipe.dimension());
            LearningCurves.write(checkpoints.resolve("curves.svg"), progress);
            System.out.printf(
                    "%nThe best, of step %d: recall at 1 on held-out pairs %.3f. %d numbers trained, in %s%n",
                    progress.bestStep(), progress.best(), trainer.weights().size(), out);
        }
    }

    /** A signal ends the step first: the engine must not be taken away while it computes. */
    private static Progress trainUntilStopped(
            Trainer trainer, TrainingSet toLearn, Examples.Source source, TrainingSet toMeasure) throws IOException {
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
            return trainer.train(
                    toLearn, source, toMeasure, new ProgressBar(trainer.recipe().steps()));
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

    static int run(PrintWriter err, String... args) {
        CommandLine command = new CommandLine(new TrainCommand()).setErr(err).setCaseInsensitiveEnumValuesAllowed(true);
        command.setExecutionExceptionHandler((e, line, parsed) -> {
            line.getErr().println("train: " + e.getMessage());
            return 1;
        });
        return command.execute(args);
    }
}
