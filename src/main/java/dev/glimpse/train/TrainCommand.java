package dev.glimpse.train;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import dev.glimpse.pairs.InvalidPairsException;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.PairsFile;
import dev.glimpse.pairs.Split;
import dev.glimpse.train.network.ImageNetwork;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
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

    /** Of the pairs that no split is named for, where none is to measure on. */
    private static final double HELD_OUT = 0.1;

    private static final int MOST_HELD_OUT = 1000;

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

    @Option(
            names = "--int8",
            description =
                    "Write the table of tokens as int8, and other matrices of the text network and the reranker as float16.")
    private boolean quantized;

    @Option(names = "--steps", defaultValue = "2000", description = "At most.")
    private int steps;

    @Option(
            names = "--text-steps",
            defaultValue = "0",
            description = "Steps on captions alone, after those: towards pictures that stay where they are.")
    private int textSteps;

    @Option(
            names = "--text-vocabulary",
            defaultValue = "0",
            description = "In those, read texts anew with so many tokens at most; 0: as before. With --text-teacher.")
    private int textVocabulary;

    @Option(
            names = "--scene-steps",
            defaultValue = "0",
            description = "Steps on drawn scenes, after those: both branches learn, and pictures keep their places.")
    private int sceneSteps;

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
        atLeastOne("--dimension", dimension);
        atLeastOne("--length", length);
        atLeastOne("--batch", batch);
        atLeastOne("--captions", captions);
        atLeastOne("--steps", steps);
        atLeastOne("--evaluate-every", evaluateEvery);
        Engine engine = engine();
        backbones.check();
        if (!backbones.nameOfTeacher().isEmpty() && textSteps == 0) {
            throw new IllegalArgumentException("--text-teacher teaches in the steps on captions: --text-steps is 0");
        }
        if (!backbones.nameOfTeacher().isEmpty() && tokens == Tokens.Sort.WORDS) {
            throw new IllegalArgumentException(
                    "--text-teacher goes with byte pairs: to --tokens words, all words that no caption has are one");
        }
        if (textVocabulary != 0 && textVocabulary < BytePairs.LEAST) {
            throw new IllegalArgumentException(
                    "--text-vocabulary is %d; it must be %d or more, or 0".formatted(textVocabulary, BytePairs.LEAST));
        }
        if (textVocabulary > 0 && backbones.nameOfTeacher().isEmpty()) {
            throw new IllegalArgumentException(
                    "--text-vocabulary goes with --text-teacher, which says where its tokens begin");
        }
        if (joined > 0 && backbones.hasTexts()) {
            throw new IllegalArgumentException("--join goes with a text network of our own, not with a backbone");
        }
        List<Pair> all = PairsFile.read(pairs);
        List<Pair> heldOut = heldOut(all);
        List<Pair> learned = new ArrayList<>(all);
        learned.removeIf(pair -> pair.split() != Split.TRAIN);
        learned.removeAll(heldOut);
        if (learned.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s leaves no pair to learn from: of %d, those of the split train are %d, and %d are held out to measure on"
                            .formatted(
                                    pairs,
                                    all.size(),
                                    all.stream()
                                            .filter(pair -> pair.split() == Split.TRAIN)
                                            .count(),
                                    heldOut.size()));
        }
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
                textVocabulary,
                backbones.nameOfTeacher(),
                sceneSteps,
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
            if (sceneSteps > 0 && scenes == 0) {
                throw new IllegalArgumentException("--scene-steps are taken on drawn scenes: --scenes is 0");
            }
            TextBranch ofOthers = backbones.textBranch(dimension, length);
            TextTeacher teacher = backbones.teacher();
            if (teacher != null) {
                teacher.check(learned);
            }
            List<String> said = said(learned);
            TextBranch branch = ofOthers == null ? textBranch(recipe, said) : ofOthers;
            TextBranch retold = teacher == null || !recipe.readsAnew() ? null : textBranch(recipe, said, teacher);
            TrainingRun.Pairs pairsOf = new TrainingRun.Pairs(learned, heldOut);
            TrainingRun.Extent extent =
                    new TrainingRun.Extent(warmStart, pictures, rerankerSteps, quantized, backbones.names());
            new TrainingRun(engine, recipe, image, teacher, out, extent).run(branch, retold, pairsOf);
        }
        return 0;
    }

    private TextBranch textBranch(Recipe recipe, List<String> said) {
        Tokens learned = tokens.learn(said, vocabulary);
        return new TextBranch.Whole(recipe.textNetwork(learned.size()), learned);
    }

    /** What reads texts in the steps on captions, where that is another than before: each caption counts once. */
    private TextBranch textBranch(Recipe recipe, List<String> said, TextTeacher teacher) {
        List<String> texts = new ArrayList<>(new TreeSet<>(said));
        texts.addAll(teacher.given());
        Tokens learned = BytePairs.learn(texts, textVocabulary);
        return new TextBranch.Whole(recipe.textNetwork(learned.size()), learned);
    }

    private List<String> said(List<Pair> learned) {
        List<String> texts = new ArrayList<>();
        learned.forEach(pair -> pair.captions().forEach(caption -> texts.add(caption.text())));
        if (scenes + scenesFirst > 0) {
            texts.addAll(SceneExamples.captions(seed));
        }
        return texts;
    }

    private static void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s is %d; it must be 1 or more".formatted(option, value));
        }
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
