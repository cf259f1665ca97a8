package dev.glimpse.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.glimpse.demo.EmojiCorpus;
import dev.glimpse.encode.EncodeConfig;
import dev.glimpse.encode.LabelCalibration;
import io.smallrye.config.WithDefault;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a folder of pictures and captions to the reports. */
class EvaluateCommandTest {

    private static final int PICTURES = 40;
    private static final int MISNAMED = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void measuresTheBundledModelAndWritesTheReports() throws Exception {
        Path pairs = writeEmoji();
        Path out = folder.resolve("out");
        PrintStream terminal = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        int status;
        try {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            status = EvaluateCommand.run(
                    "--pairs",
                    pairs.toString(),
                    "--out",
                    out.toString(),
                    "--threads",
                    "2",
                    "--calibration",
                    folder.resolve("calibration.json").toString(),
                    "--distractors",
                    pairs.toString());
        } finally {
            System.setOut(terminal);
        }

        assertThat(status).isZero();
        JsonNode json = JSON.readTree(out.resolve("evaluation.json").toFile());
        assertThat(json.at("/split").textValue()).isEqualTo("all");
        assertThat(json.at("/pictures").intValue()).isEqualTo(PICTURES);
        assertThat(json.at("/languages").size()).isEqualTo(2);
        JsonNode english = json.at("/languages/en");
        // Of 40 pictures chance finds 0.025 and 0.25.
        assertThat(english.at("/textToImage/at1").doubleValue()).isBetween(0.3, 1.0);
        assertThat(english.at("/textToImage/at10").doubleValue()).isBetween(0.7, 1.0);
        assertThat(english.at("/imageToText/at10").doubleValue()).isBetween(0.7, 1.0);
        assertThat(json.at("/overall/imageToText/queries").intValue()).isEqualTo(PICTURES + MISNAMED);
        assertThat(json.at("/minimalPairs/0/kind").textValue()).isEqualTo("other name");
        assertThat(json.at("/minimalPairs/0/count").intValue()).isEqualTo(PICTURES);
        assertThat(json.at("/minimalPairs/0/accuracy").doubleValue()).isGreaterThan(0.7);
        assertThat(json.at("/calibration/bins").size()).isEqualTo(10);
        assertThat(json.at("/cost/textMillis").doubleValue()).isPositive();
        assertThat(json.at("/cost/imageMillis").doubleValue()).isPositive();
        LabelCalibration calibration = LabelCalibration.read(folder.resolve("calibration.json"));
        assertThat(calibration.score(0.95f)).isGreaterThan(0.6f);
        assertThat(calibration.score(0.05f)).isLessThan(0.1f);
        assertThat(json.at("/leftOut/0/image").textValue()).endsWith("broken.png");
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("text to image", "image to text", "other name", "evaluation.html");
        assertThat(out.resolve("evaluation.html"))
                .content()
                .contains("<polyline", "data:image/jpeg;base64,", "&lt;b&gt;bold&lt;/b&gt;")
                .doesNotContain("<b>bold", "http:", "https:");
    }

    @Test
    void hasTheServicesModelByDefault() throws Exception {
        assertThat(EvaluateCommand.MODEL)
                .isEqualTo(EncodeConfig.class
                        .getMethod("model")
                        .getAnnotation(WithDefault.class)
                        .value());
    }

    @Test
    void saysWhichSplitIsMissing() throws Exception {
        assertThat(refused("--pairs", writeEmoji().toString(), "--split", "validation"))
                .contains("pairs.jsonl has no pair of the split validation");
    }

    @Test
    void saysWhatARerankerAndDistractorsLack() throws Exception {
        String pairs = writeEmoji().toString();

        assertThat(refused("--pairs", pairs, "--rerank", "20")).contains("--rerank needs a model with a reranker");
        assertThat(refused("--pairs", pairs, "--distractors", pairs)).contains("--distractors are for --calibration");
    }

    private static String refused(String... args) {
        PrintStream terminal = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try {
            System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
            assertThat(EvaluateCommand.run(args)).isEqualTo(1);
        } finally {
            System.setErr(terminal);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    /** The first emoji by name, each with the next one's name as its foil, texts in another language, a broken file. */
    private Path writeEmoji() throws Exception {
        List<EmojiCorpus.Emoji> all = EmojiCorpus.read().subList(0, PICTURES);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < PICTURES; i++) {
            EmojiCorpus.Emoji emoji = all.get(i);
            Files.writeString(folder.resolve(emoji.id() + ".svg"), emoji.svg());
            ObjectNode line = JSON.createObjectNode().put("image", emoji.id() + ".svg");
            line.putArray("captions").add(emoji.name());
            line.putArray("foils")
                    .addObject()
                    .put("text", all.get((i + 1) % PICTURES).name())
                    .put("kind", "other name");
            if (i < MISNAMED) {
                // A text that is found badly, since it names another picture, and that would break a page that does not
                // escape it.
                line.withArray("captions")
                        .addObject()
                        .put("text", "<b>bold</b> " + all.get(i + MISNAMED).name())
                        .put("language", "xx");
            }
            lines.add(JSON.writeValueAsString(line));
        }
        Files.writeString(folder.resolve("broken.png"), "no picture");
        lines.add("{\"image\": \"broken.png\", \"captions\": [\"nothing\"]}");
        return Files.write(folder.resolve("pairs.jsonl"), lines);
    }
}
