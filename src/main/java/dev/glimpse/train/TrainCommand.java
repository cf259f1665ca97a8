package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.InvalidPairsException;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.PairsFile;
import dev.glimpse.pairs.Split;
import dev.glimpse.train.network.ImageNetwork;
import dev.glimpse.train.network.TextNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
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

    @Override
    public Integer call() throws IOException, InvalidPairsException {
        Engine engine = engine();
        List<Pair> all = PairsFile.read(pairs);
        List<Pair> heldOut = heldOut(all);
        List<Pair> learned = new ArrayList<>(all);
        learned.removeIf(pair -> pair.split() != Split.TRAIN);
        learned.removeAll(heldOut);
        Recipe recipe = new Recipe(
                text, loss, dimension, vocabulary, length, batch, captions, steps, rate, evaluateEvery, patience, seed);
        train(engine, recipe, learned, heldOut);
        return 0;
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

    private void train(Engine engine, Recipe recipe, List<Pair> learned, List<Pair> heldOut) throws IOException {
        BytePairs tokens = BytePairs.learn(
                learned.stream()
                        .flatMap(pair -> pair.captions().stream())
                        .map(Caption::text)
                        .toList(),
                recipe.vocabulary());
        ImageNetwork image = ImageNetwork.small(recipe.dimension());
        TextNetwork branch = recipe.textNetwork(tokens.size());
        Files.createDirectories(out);
        Path file = out.resolve("tokenizer.json");
        tokens.write(file, recipe.length());
        Path checkpoints = out.resolveSibling(out.getFileName() + ".checkpoint");
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.builder()
                        .optTokenizerPath(file)
                        .optTruncation(true)
                        .optPadding(false)
                        .optMaxLength(recipe.length())
                        .build();
                Trainer trainer = new Trainer(engine, recipe, image, branch, new Checkpoint(checkpoints))) {
            TrainingSet toLearn = TrainingSet.toLearnFrom(learned, image.size(), tokenizer);
            TrainingSet toMeasure = TrainingSet.toMeasureOn(heldOut, image.size(), tokenizer);
            System.out.printf(
                    "%d pictures with %d unlike captions to learn from, %d held out; %d tokens%n",
                    toLearn.size(), toLearn.captions(), toMeasure.size(), tokens.size());
            Progress progress = trainer.train(toLearn, toMeasure, new ProgressBar(recipe.steps()));
            ModelWriter.write(out, image, branch, trainer.weights(), tokens);
            LearningCurves.write(checkpoints.resolve("curves.svg"), progress);
            System.out.printf(
                    "%nThe best, of step %d: recall at 1 on held-out pairs %.3f. %d numbers, in %s%n",
                    progress.bestStep(), progress.best(), trainer.weights().size(), out);
        }
    }

    /** Runs the command. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        CommandLine command = new CommandLine(new TrainCommand());
        command.setExecutionExceptionHandler((e, line, parsed) -> {
            line.getErr().println("train: " + e.getMessage());
            return 1;
        });
        return command.execute(args);
    }
}
