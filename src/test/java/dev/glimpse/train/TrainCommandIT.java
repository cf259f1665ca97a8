package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.encode.ImageBatch;
import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.onnx.OnnxDualEncoder;
import dev.glimpse.item.Content;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.PairsFile;
import dev.glimpse.pairs.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a folder of pictures and captions to a model that the service opens. */
@Tag("train")
class TrainCommandIT {

    private static final int SCENES = 400;

    @TempDir
    private static Path folder;

    private static Path pairs;

    @BeforeAll
    static void drawScenes() throws Exception {
        pairs = ScenePairs.write(folder.resolve("scenes"), SCENES, 1);
    }

    @ParameterizedTest
    @CsvSource({"TRANSFORMER, CONTRASTIVE", "LSTM, TRIPLET"})
    void trainsAModelThatTheServiceOpens(String text, String loss) throws Exception {
        Path model = folder.resolve(text);

        int status = train(model, "--text", text, "--loss", loss, "--steps", "40", "--evaluate-every", "20");

        assertThat(status).isZero();
        assertThat(folder.resolve(text + ".checkpoint/curves.svg")).content().contains("<polyline");
        try (OnnxDualEncoder encoder = OnnxDualEncoder.open(model.toString(), folder.resolve("cache"), 1)) {
            assertThat(encoder.space().toString()).startsWith(text.toLowerCase(java.util.Locale.ROOT));
            // Learned by heart is enough here: 40 steps of 32 are four rounds.
            assertThat(recallAt10(encoder, Split.TRAIN)).isGreaterThan(3 * 10 / (0.9 * SCENES));
        }
    }

    @Test
    void goesOnWhereItWasEnded() throws Exception {
        Path whole = folder.resolve("whole");
        Path interrupted = folder.resolve("interrupted");
        train(whole, "--steps", "12", "--evaluate-every", "4");

        // The steps belong to the recipe: so the second run is ended by a failure, as by a power cut.
        Path checkpoint = folder.resolve("interrupted.checkpoint");
        Files.createDirectories(checkpoint.resolve("curves.svg/in-the-way"));
        train(interrupted, "--steps", "12", "--evaluate-every", "4");
        Files.delete(checkpoint.resolve("curves.svg/in-the-way"));
        Files.delete(checkpoint.resolve("curves.svg"));
        int status = train(interrupted, "--steps", "12", "--evaluate-every", "4");

        assertThat(status).isZero();
        assertThat(interrupted.resolve("onnx/text_model.onnx")).exists();
    }

    private static int train(Path out, String... more) {
        String[] first = {"--pairs", pairs.toString(), "--out", out.toString(), "--batch", "32", "--dimension", "64"};
        String[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return TrainCommand.run(all);
    }

    private static double recallAt10(OnnxDualEncoder encoder, Split split) throws Exception {
        List<Pair> all = PairsFile.read(pairs).stream()
                .filter(pair -> pair.split() == split)
                .toList();
        ImageDecoder decoder = new ImageDecoder(1_000_000, 256);
        List<Embedding> texts = encoder.encodeTexts(
                all.stream().map(pair -> pair.captions().getFirst().text()).toList());
        int found = 0;
        for (int i = 0; i < all.size(); i++) {
            Embedding image;
            try (ImageBatch batch = encoder.newImageBatch(1)) {
                batch.add(decoder.decode(
                        new Content.Picture(Files.readAllBytes(all.get(i).image()), null)));
                image = batch.encode().getFirst();
            }
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

    private static float similarity(Embedding a, Embedding b) {
        float sum = 0;
        for (int i = 0; i < a.components().length; i++) {
            sum += a.components()[i] * b.components()[i];
        }
        return sum;
    }
}
