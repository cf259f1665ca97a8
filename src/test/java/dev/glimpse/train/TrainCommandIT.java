package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.encode.EncodedImage;
import dev.glimpse.encode.ImageBatch;
import dev.glimpse.encode.Reranker;
import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.onnx.OnnxDualEncoder;
import dev.glimpse.item.Content;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.PairsFile;
import dev.glimpse.pairs.Split;
import dev.glimpse.scene.Domain;
import dev.glimpse.scene.caption.Captions;
import dev.glimpse.scene.set.SceneSet;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a folder of pictures and captions to a model that the service opens. */
@Tag("train")
class TrainCommandIT {

    private static final int SCENES = 240;

    /** Ten of those to learn from. */
    private static final double CHANCE = 10 / (double) SCENES;

    @TempDir
    private static Path folder;

    private static Path pairs;

    @BeforeAll
    static void drawScenes() throws Exception {
        Path scenes = folder.resolve("scenes");
        new SceneSet(Domain.BASIC, 1, Captions.Manner.PLAIN, 2)
                .write(scenes, SCENES, scene -> !dev.glimpse.scene.Split.isHeldOut(scene));
        pairs = scenes.resolve(SceneSet.LINES);
    }

    @ParameterizedTest
    @CsvSource({"transformer, triplet", "lstm, contrastive"})
    void trainsAModelThatTheServiceOpens(String text, String loss) throws Exception {
        Path model = folder.resolve(text);

        int status = train(model, "--text", text, "--loss", loss, "--steps", "120", "--evaluate-every", "60");

        assertThat(status).isZero();
        assertThat(folder.resolve(text + ".checkpoint/curves.svg")).content().contains("<polyline");
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(model.toString(), folder.resolve("cache"), 1)) {
            assertThat(encoder.space().toString()).startsWith(text.toLowerCase(Locale.ROOT));
            // Learned by heart is enough here: 120 steps of 32 are some 18 rounds.
            assertThat(recallAt10(encoder, Split.TRAIN)).isGreaterThan(3 * CHANCE);
        }
    }

    @Test
    void beginsWithPicturesAndEndsWithCaptions() throws Exception {
        Path model = folder.resolve("stages");

        String[] stages = {
            "--warm-start=10",
            "--steps=240",
            "--evaluate-every=120",
            "--captions=2",
            "--join=0.2",
            "--proxies",
            "--hard",
            "--scenes=8",
            "--scenes-first=2",
            "--text-steps=80",
            "--text-vocabulary=5000",
            "--scene-steps=3",
            "--text-teacher=classpath:all-minilm-l6-v2.onnx",
            "--teacher-tokenizer=classpath:all-minilm-l6-v2-tokenizer.json",
            "--int8"
        };

        assertThat(train(model, stages)).isZero();

        List<Embedding> captions = captions(model);
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(model.toString(), folder.resolve("cache"), 1)) {
            // The scenes' facts are most of the loss at first, so it takes longer than pairs alone.
            double recall = recallAt10(encoder, Split.TRAIN);
            System.out.printf("all stages: recall at 10 %.3f, chance %.3f%n", recall, CHANCE);
            assertThat(recall).isGreaterThan(3 * CHANCE);
        }
        // Those of the steps on captions: before them there are 4,096 at most.
        assertThat(new ObjectMapper()
                        .readTree(model.resolve("tokenizer.json").toFile())
                        .at("/model/vocab"))
                .hasSize(5000);
        assertThat(folder.resolve("stages.checkpoint/scenes/progress.json")).exists();
        // All stages are in checkpoints: there is nothing left to do but to write the same again.
        assertThat(train(model, stages)).isZero();
        assertThat(distance(captions(model), captions)).isLessThan(1e-6);
    }

    @Test
    void trainsHeadsOnNetworksOfOthers() throws Exception {
        Path model = folder.resolve("heads");
        Path vgg = VggShapedBackbone.write(folder.resolve("vgg.onnx"), 16);

        int status = train(
                model,
                "--image-backbone=" + vgg,
                "--image-pixels=KERAS",
                "--text-backbone=classpath:all-minilm-l6-v2.onnx",
                "--text-tokenizer=classpath:all-minilm-l6-v2-tokenizer.json",
                "--steps=40",
                "--evaluate-every=20");

        assertThat(status).isZero();
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(model.toString(), folder.resolve("cache"), 2)) {
            // What is served computes the features that the heads were trained on, Keras's pixels among it.
            assertThat(recallAt10(encoder, Split.TRAIN)).isGreaterThan(3 * CHANCE);
        }
    }

    @Test
    void trainsAttentionOverTheCellsOfANetworkOfOthers() throws Exception {
        Path model = folder.resolve("cells");
        Path cells = CellsBackbone.write(folder.resolve("cells.onnx"));

        int status = train(
                model,
                "--image-backbone=" + cells,
                "--image-size=64",
                "--image-pixels=TENSORFLOW",
                "--image-output=fine,coarse",
                "--warm-start=2",
                "--scenes-first=2",
                "--steps=122",
                "--evaluate-every=61");

        assertThat(status).isZero();
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(model.toString(), folder.resolve("cache"), 2)) {
            double recall = recallAt10(encoder, Split.TRAIN);
            System.out.printf("cells: recall at 10 %.3f, chance %.3f%n", recall, CHANCE);
            assertThat(recall).isGreaterThan(3 * CHANCE);
        }
    }

    @Test
    void trainsThePresetOnABackboneAndServesItsReranker() throws Exception {
        Path model = folder.resolve("preset");
        Path vgg = VggShapedBackbone.write(folder.resolve("vgg.onnx"), 16);

        int status = TrainCommand.run(
                new PrintWriter(System.err, true),
                "--preset=vgg-lstm",
                "--pairs=" + pairs,
                "--out=" + model,
                "--image-backbone=" + vgg,
                "--steps=60",
                "--evaluate-every=30",
                "--reranker=150");

        assertThat(status).isZero();
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(model.toString(), folder.resolve("cache"), 2)) {
            Reranker reranker = encoder.reranker().orElseThrow();
            assertThat(encoder.space().dimension()).isEqualTo(256);
            int right = 0;
            List<Pair> some = PairsFile.read(pairs).stream()
                    .filter(pair -> pair.split() == Split.TRAIN)
                    .limit(40)
                    .toList();
            List<ImageFeatures> features = new ArrayList<>();
            for (Pair pair : some) {
                features.add(Objects.requireNonNull(encode(encoder, pair).features()));
            }
            for (int i = 0; i < some.size(); i++) {
                float[] match = reranker.match(some.get(i).captions().getFirst().text(), features);
                assertThat(match).hasSize(some.size());
                for (float probability : match) {
                    assertThat(probability).isBetween(0f, 1f);
                }
                right += match[i] > match[(i + 1) % some.size()] ? 1 : 0;
            }
            // Chance is a half.
            assertThat(right).isGreaterThan(26);
        }
    }

    @Test
    void saysWhatABackboneIsNot() throws Exception {
        Path vgg = VggShapedBackbone.write(folder.resolve("vgg.onnx"), 32);
        StringWriter said = new StringWriter();

        int status = TrainCommand.run(
                new PrintWriter(said),
                "--pairs=" + pairs,
                "--out=" + folder.resolve("none"),
                "--image-backbone=" + vgg,
                "--image-output=pool5");

        assertThat(status).isOne();
        assertThat(said.toString()).contains("vgg.onnx gives no output 'pool5'; it gives [fc2]");
    }

    @Test
    void saysWhatALargerVocabularyLacks() {
        StringWriter said = new StringWriter();

        int status = TrainCommand.run(
                new PrintWriter(said),
                "--pairs=" + pairs,
                "--out=" + folder.resolve("none"),
                "--text-steps=10",
                "--text-vocabulary=5000");

        assertThat(status).isOne();
        assertThat(said.toString()).contains("--text-vocabulary goes with --text-teacher");
        StringWriter little = new StringWriter();
        assertThat(TrainCommand.run(
                        new PrintWriter(little),
                        "--pairs=" + pairs,
                        "--out=" + folder.resolve("none"),
                        "--text-vocabulary=-1"))
                .isOne();
        assertThat(little.toString()).contains("--text-vocabulary is -1; it must be 260 or more, or 0");
    }

    @Test
    void saysWhatStepsOnScenesLack() {
        StringWriter said = new StringWriter();

        int status = TrainCommand.run(
                new PrintWriter(said), "--pairs=" + pairs, "--out=" + folder.resolve("none"), "--scene-steps=10");

        assertThat(status).isOne();
        assertThat(said.toString()).contains("--scene-steps are taken on drawn scenes: --scenes is 0");
    }

    @Test
    void goesOnWhereItWasEnded() throws Exception {
        Path whole = folder.resolve("whole");
        Path ended = folder.resolve("ended");
        Path progress = folder.resolve("ended.checkpoint/progress.json");
        String[] steps = {"--steps=24", "--evaluate-every=4"};
        train(whole, steps);

        Process process = start(ended, steps);
        await().atMost(Duration.ofMinutes(2)).until(() -> !process.isAlive() || Files.exists(progress));
        process.destroy();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(folder.resolve("ended.log")).content().contains("Ended after step");
        assertThat(ended.resolve("onnx")).doesNotExist();
        assertThat(train(ended, steps)).isZero();

        // Not to the bit: sums depend on where in memory their terms happen to lie. But far nearer than to what
        // a few steps fewer make of the same beginning.
        Path fewer = folder.resolve("fewer");
        assertThat(train(fewer, "--steps=20", "--evaluate-every=4")).isZero();
        assertThat(distance(captions(ended), captions(whole)))
                .isLessThan(distance(captions(fewer), captions(whole)) / 4);
        // A checkpoint of another recipe is not gone on from, nor one of other pairs.
        assertThat(train(ended, "--steps=28", "--evaluate-every=4")).isOne();
        byte[] tokens = Files.readAllBytes(folder.resolve("ended.checkpoint/tokenizer.json"));
        Path others = pairs.resolveSibling("others.jsonl");
        Files.writeString(others, Files.readString(pairs).replace("circle", "round thing"));
        StringWriter said = new StringWriter();
        String[] onOthers = arguments(ended, steps);
        onOthers[1] = others.toString();
        assertThat(TrainCommand.run(new PrintWriter(said), onOthers)).isOne();
        assertThat(said.toString()).contains("ended.checkpoint learned from other pairs");
        assertThat(folder.resolve("ended.checkpoint/tokenizer.json")).hasBinaryContent(tokens);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --batch=0          | --batch is 0; it must be 1 or more
            --evaluate-every=0 | --evaluate-every is 0; it must be 1 or more
            --pairs=none.jsonl | there is no file none.jsonl
            """)
    void namesWhatCanNotBe(String option, String message) {
        StringWriter said = new StringWriter();

        assertThat(TrainCommand.run(new PrintWriter(said), arguments(folder.resolve("none"), option)))
                .isOne();
        assertThat(said.toString()).contains(message);
    }

    @Test
    void saysThatThereIsNothingToLearnFrom() throws Exception {
        Path tests = pairs.resolveSibling("tests.jsonl");
        Files.writeString(tests, Files.readString(pairs).replaceAll("\"split\":\"\\w+\"", "\"split\":\"test\""));
        StringWriter said = new StringWriter();

        assertThat(TrainCommand.run(new PrintWriter(said), "--pairs=" + tests, "--out=" + folder.resolve("none")))
                .isOne();
        assertThat(said.toString()).contains("tests.jsonl leaves no pair to learn from: of 240");
    }

    /** The mean of {@code 1 - cosine} over captions. */
    private static double distance(List<Embedding> some, List<Embedding> others) {
        assertThat(some).hasSameSizeAs(others);
        return IntStream.range(0, some.size())
                .mapToDouble(i -> 1 - similarity(some.get(i), others.get(i)))
                .average()
                .orElseThrow();
    }

    /** The embeddings of some captions. */
    private static List<Embedding> captions(Path model) throws Exception {
        List<String> texts = PairsFile.read(pairs).stream()
                .limit(20)
                .map(pair -> pair.captions().getFirst().text())
                .toList();
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(model.toString(), folder.resolve("cache"), 1)) {
            return encoder.encodeTexts(texts);
        }
    }

    /** The command in a process of its own, which a signal can end. */
    private static Process start(Path out, String... more) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("glimpse.jvm.flags").split(" ")));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TrainCommand.class.getName()));
        command.addAll(List.of(arguments(out, more)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("ended.log").toFile())
                .start();
    }

    private static int train(Path out, String... more) {
        return TrainCommand.run(new PrintWriter(System.err, true), arguments(out, more));
    }

    private static String[] arguments(Path out, String... more) {
        String[] first = {"--pairs", pairs.toString(), "--out", out.toString(), "--batch", "32", "--dimension", "64"};
        String[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    private static double recallAt10(OnnxDualEncoder encoder, Split split) throws Exception {
        List<Pair> all = PairsFile.read(pairs).stream()
                .filter(pair -> pair.split() == split)
                .toList();
        List<Embedding> texts = encoder.encodeTexts(
                all.stream().map(pair -> pair.captions().getFirst().text()).toList());
        int found = 0;
        for (int i = 0; i < all.size(); i++) {
            Embedding image = encode(encoder, all.get(i)).embedding();
            float own = similarity(image, texts.get(i));
            found += texts.stream()
                                    .filter(other -> similarity(image, other) > own)
                                    .count()
                            < 10
                    ? 1
                    : 0;
        }
        return found / (double) all.size();
    }

    private static EncodedImage encode(OnnxDualEncoder encoder, Pair pair) throws Exception {
        ImageDecoder decoder = new ImageDecoder(1_000_000, 256);
        try (ImageBatch batch = encoder.newImageBatch(1)) {
            batch.add(decoder.decode(new Content.Picture(Files.readAllBytes(pair.image()), null)));
            return batch.encode().getFirst();
        }
    }

    private static float similarity(Embedding a, Embedding b) {
        float sum = 0;
        for (int i = 0; i < a.components().length; i++) {
            sum += a.components()[i] * b.components()[i];
        }
        return sum;
    }
}
