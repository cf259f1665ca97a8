package dev.glimpse.encode.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.encode.EncodedImage;
import dev.glimpse.encode.EncoderException;
import dev.glimpse.encode.ImageBatch;
import dev.glimpse.encode.Reranker;
import dev.glimpse.encode.image.RgbImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxRerankerTest {

    @TempDir
    Path folder;

    @Test
    void readsTheFeaturesThatTheVisionModelGives() throws IOException {
        Path model = RerankedModel.write(folder.resolve("model"), 2);
        try (OnnxDualEncoder encoder = open(model);
                ImageBatch batch = encoder.newImageBatch(2)) {
            batch.add(new RgbImage(1, 1, new byte[] {(byte) 200, 0, 0}));
            batch.add(new RgbImage(1, 1, new byte[] {0, 0, (byte) 200}));
            List<EncodedImage> images = batch.encode();
            Reranker reranker = encoder.reranker().orElseThrow();

            List<ImageFeatures> features = images.stream()
                    .map(image -> Objects.requireNonNull(image.features()))
                    .toList();
            float[] match = reranker.match("any text", features);

            assertThat(reranker.features()).isEqualTo(192);
            for (int i = 0; i < 2; i++) {
                FloatBuffer values = FloatBuffer.allocate(192);
                features.get(i).writeTo(values);
                assertThat(match[i]).isCloseTo((float) (1 / (1 + Math.exp(-2 * values.get(0)))), within(1e-5f));
            }
        }
    }

    @Test
    void saysHowManyFeaturesItReads() throws IOException {
        try (OnnxDualEncoder encoder = open(RerankedModel.write(folder.resolve("model"), 1))) {
            Reranker reranker = encoder.reranker().orElseThrow();

            assertThatExceptionOfType(EncoderException.class)
                    .isThrownBy(() -> reranker.match("a", List.of(ImageFeatures.of(new float[5]))))
                    .withMessageContaining("reads 192 features of a picture, not 5");
        }
    }

    @Test
    void anArchiveWithAnotherRerankerIsAnotherFolderOfTheSameSpace() throws IOException {
        Path model = RerankedModel.write(folder.resolve("model"), 1);
        Path zip = folder.resolve("model.zip");
        zip(model, zip, true);
        float[] features = new float[192];
        Arrays.fill(features, 1);
        List<ImageFeatures> ones = List.of(ImageFeatures.of(features));
        try (OnnxDualEncoder first = open(zip)) {
            assertThat(first.reranker().orElseThrow().match("a", ones)[0]).isCloseTo(0.731f, within(0.001f));

            RerankedModel.write(model, -1);
            zip(model, zip, true);
            try (OnnxDualEncoder second = open(zip)) {
                assertThat(second.space()).isEqualTo(first.space());
                assertThat(second.reranker().orElseThrow().match("a", ones)[0]).isCloseTo(0.269f, within(0.001f));
            }
            zip(model, zip, false);
            try (OnnxDualEncoder without = open(zip)) {
                assertThat(without.space()).isEqualTo(first.space());
                assertThat(without.reranker()).isEmpty();
            }
        }
    }

    private OnnxDualEncoder open(Path model) {
        return OnnxDualEncoder.open(model.toString(), folder.resolve("cache"), 1);
    }

    private static void zip(Path model, Path zip, boolean withReranker) throws IOException {
        try (OutputStream stream = Files.newOutputStream(zip);
                ZipOutputStream archive = new ZipOutputStream(stream);
                Stream<Path> files = Files.walk(model).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                if (withReranker || !file.endsWith("reranker.onnx")) {
                    archive.putNextEntry(new ZipEntry(model.relativize(file).toString()));
                    Files.copy(file, archive);
                }
            }
        }
    }
}
