package dev.glimpse.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.demo.EmojiCorpus;
import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.onnx.OnnxDualEncoder;
import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.PairsFile;
import dev.glimpse.pairs.Split;
import dev.glimpse.scene.Domain;
import dev.glimpse.scene.caption.Captions.Manner;
import dev.glimpse.scene.set.SceneSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How good the bundled model is, on samples of what the README's table states. The sample of names is every sixth of the demo's
 * pictures: their names in eleven languages by Unicode CLDR (Unicode-3.0) and shortcodes of emojibase-data (MIT).
 */
class BundledModelIT {

    /** How far figures of the same pictures may fall below what is stated. */
    private static final double POINT = 0.01;

    /** How far those of a sample may. */
    private static final double SAMPLED = 0.05;

    /** How far those of minimal pairs may: some have fifty foils in the sample. */
    private static final double MINIMAL = 0.03;

    private static final int SCENES = 300;
    private static final String SHORTCODE = "en-shortcode";

    @TempDir
    private Path folder;

    @Test
    void findsPicturesByNamesInItsLanguagesAndByWordingsThatItNeverSaw() throws Exception {
        Map<String, JsonNode> sample = sample();
        List<Pair> pairs = new ArrayList<>();
        for (EmojiCorpus.Emoji emoji : EmojiCorpus.read()) {
            Path image = Files.writeString(folder.resolve(emoji.id() + ".svg"), emoji.svg());
            List<Caption> captions = new ArrayList<>(List.of(new Caption(emoji.name(), "en")));
            JsonNode of = sample.get(emoji.id());
            if (of != null) {
                of.get("names")
                        .properties()
                        .forEach(
                                name -> captions.add(new Caption(name.getValue().asText(), name.getKey())));
                of.get("shortcodes").forEach(code -> captions.add(new Caption(code.asText(), SHORTCODE)));
            }
            pairs.add(new Pair(emoji.id(), image, captions, List.of(), List.of(), Split.TEST));
        }

        Evaluation evaluation = evaluate(pairs);

        double english = found(evaluation, "en").textToImage().at10();
        assertThat(found(evaluation, "en").textToImage().at1()).isGreaterThan(0.668 - POINT);
        assertThat(found(evaluation, "en").imageToText().at1()).isGreaterThan(0.659 - POINT);
        assertThat(english).isGreaterThan(0.916 - POINT);
        assertThat(found(evaluation, "en").imageToText().at10()).isGreaterThan(0.907 - POINT);
        assertThat(found(evaluation, SHORTCODE).textToImage().at10()).isGreaterThan(0.587 - POINT);
        assertThat(evaluation.languages()).hasSize(13);
        evaluation.languages().forEach((language, of) -> {
            if (!language.startsWith("en")) {
                assertThat(of.textToImage().queries()).as(language).isGreaterThan(200);
                assertThat(of.textToImage().at10()).as(language).isGreaterThan(0.896 - SAMPLED);
            }
        });
    }

    @Test
    void knowsScenesOfCombinationsThatItNeverSaw() throws Exception {
        Evaluation plain = evaluate(scenes(Manner.PLAIN));
        assertThat(plain.overall().textToImage().at1()).isGreaterThan(0.997 - POINT);
        assertThat(plain.overall().imageToText().at1()).isGreaterThan(0.998 - POINT);
        assertThat(plain.minimalPairs())
                .hasSizeGreaterThan(4)
                .allSatisfy(of -> assertThat(of.accuracy()).as(of.kind()).isGreaterThan(0.97 - MINIMAL));

        Evaluation free = evaluate(scenes(Manner.FREE));
        assertThat(free.overall().textToImage().at1()).isGreaterThan(0.889 - POINT);
        assertThat(free.overall().imageToText().at1()).isGreaterThan(0.846 - POINT);
    }

    private List<Pair> scenes(Manner manner) throws Exception {
        Path scenes = folder.resolve(manner.name());
        new SceneSet(Domain.WIDE, 2, manner, 1).write(scenes, SCENES, dev.glimpse.scene.Split::isHeldOut);
        return PairsFile.read(scenes.resolve(SceneSet.LINES));
    }

    private Evaluation evaluate(List<Pair> pairs) throws Exception {
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(EvaluateCommand.MODEL, folder.resolve("cache"), 1)) {
            ImageDecoder decoder = new ImageDecoder(1_000_000, encoder.drawingSize());
            EncodedPairs encoded = EncodedPairs.encode(pairs, encoder, decoder, 2, done -> {});
            Evaluation evaluation = Evaluation.of(
                    EvaluateCommand.MODEL, "sample", "test", encoded, Cost.of(encoded, encoder, decoder), null);
            System.out.print(TableReport.of(evaluation));
            return evaluation;
        }
    }

    private static Evaluation.Found found(Evaluation evaluation, String language) {
        return Objects.requireNonNull(evaluation.languages().get(language));
    }

    private static Map<String, JsonNode> sample() throws IOException {
        Map<String, JsonNode> sample = new HashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(BundledModelIT.class.getResourceAsStream("/names/sample.jsonl")),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode of = new ObjectMapper().readTree(line);
                sample.put(of.get("id").asText(), of);
            }
        }
        return sample;
    }
}
