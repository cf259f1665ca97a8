package dev.glimpse.encode.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.sun.management.ThreadMXBean;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.encode.EncodedImage;
import dev.glimpse.encode.Encoder;
import dev.glimpse.encode.EncoderException;
import dev.glimpse.encode.ImageBatch;
import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.image.PreviewWriter;
import dev.glimpse.encode.image.RgbImage;
import dev.glimpse.encode.onnx.ClipShapedModel.Sizes;
import dev.glimpse.encode.onnx.ClipShapedModel.Variant;
import dev.glimpse.item.Content;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxDualEncoderTest {

    private static final String BUNDLED_TOKENIZER = "/models/glimpse-small/tokenizer.json";
    private static final Sizes SIZES = Sizes.tiny();
    private static final long SEED = 2021;
    private static final String NAME = "tiny-clip";

    private static Path tokenizer;
    private static Path folder;
    private static OnnxDualEncoder encoder;

    @BeforeAll
    static void writeAndOpenTheModel(@TempDir Path scratch) throws IOException {
        tokenizer = scratch.resolve("tokenizer.json");
        try (InputStream bundled = OnnxDualEncoderTest.class.getResourceAsStream(BUNDLED_TOKENIZER)) {
            assertThat(bundled).as(BUNDLED_TOKENIZER).isNotNull();
            Files.copy(bundled, tokenizer);
        }
        folder = ClipShapedModel.write(scratch.resolve("model"), SIZES, SEED, tokenizer);
        encoder = open(folder);
    }

    @AfterAll
    static void closeTheModel() {
        encoder.close();
    }

    @Test
    void givesEmbeddingsOfLengthOne() {
        for (Embedding embedding : encodeImages(encoder, images(3))) {
            assertThat(lengthOf(embedding)).isCloseTo(1, within(1e-5));
        }
        for (Embedding embedding : encoder.encodeTexts(List.of("a red circle", "rain", ""))) {
            assertThat(lengthOf(embedding)).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void givesUnequalPicturesAndTextsUnequalEmbeddings() {
        List<Embedding> images = encodeImages(encoder, images(2));
        List<Embedding> texts = encoder.encodeTexts(List.of("a red circle", "a red square"));

        assertThat(similarity(images.get(0), images.get(1))).isLessThan(0.999);
        assertThat(similarity(texts.get(0), texts.get(1))).isLessThan(0.999);
    }

    @Test
    void encodesAPictureAloneAsInABatch() {
        List<RgbImage> images = images(5);

        List<Embedding> together = encodeImages(encoder, images);

        for (int i = 0; i < images.size(); i++) {
            assertClose(together.get(i), encodeImages(encoder, List.of(images.get(i))));
        }
    }

    /** Heap beyond the decoded picture and the preview: what a picture costs the collector, whatever its size. */
    @Test
    void takesLittleHeapBesideAPictureAndItsPreview() throws Exception {
        Content.Picture picture = new Content.Picture(photo(), null);
        ImageDecoder decoder = new ImageDecoder(1_000_000, encoder.drawingSize());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int batchSize = 8;
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long expected = 0;
            long before = threads.getCurrentThreadAllocatedBytes();
            try (ImageBatch batch = encoder.newImageBatch(batchSize)) {
                for (int i = 0; i < batchSize; i++) {
                    RgbImage image = decoder.decode(picture);
                    batch.add(image);
                    expected += image.rgb().length + PreviewWriter.write(image).length;
                }
                batch.encode();
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            least = Math.min(least, (allocated - expected) / batchSize);
        }
        System.out.printf("heap beside a decoded picture of 640 x 480 and its preview: %d bytes%n", least);
        assertThat(least).isBetween(0L, 64L * 1024);
    }

    private static byte[] photo() throws IOException {
        BufferedImage image = new BufferedImage(640, 480, BufferedImage.TYPE_INT_RGB);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int y = 0; y < 480; y++) {
            for (int x = 0; x < 640; x++) {
                image.setRGB(x, y, x << 15 & 0xff0000 | y << 7 & 0xff00 | random.nextInt(24));
            }
        }
        ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", jpeg);
        return jpeg.toByteArray();
    }

    @Test
    void encodesATextAloneAsInABatchOfLongerOnes() {
        List<String> texts = List.of("rain", "a red circle above a blue square", "a cat");

        List<Embedding> together = encoder.encodeTexts(texts);

        for (int i = 0; i < texts.size(); i++) {
            assertClose(together.get(i), encoder.encodeTexts(List.of(texts.get(i))));
        }
    }

    @Test
    void cutsATextThatIsLongerThanTheModelsInput() {
        String beginning = "a red circle above a blue square and ".repeat(20);

        List<Embedding> embeddings =
                encoder.encodeTexts(List.of(beginning + "rain", beginning + "a cat", "a red circle"));

        assertThat(embeddings.get(0)).isEqualTo(embeddings.get(1)).isNotEqualTo(embeddings.get(2));
        assertThat(tokensOf(beginning)).hasSize(SIZES.context());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[PAD]", "[UNK]", "[BOS]", "[EOS]"})
    void readsATextThatSpellsASpecialTokenAsItsLetters(String special) throws IOException {
        long[] bare = bareTokensOf(special);
        assertThat(bare).as("what the tokenizer alone makes of %s", special).hasSize(1);

        long[] tokens = tokensOf("a %s cat".formatted(special));

        assertThat(Arrays.copyOfRange(tokens, 1, tokens.length - 1)).doesNotContain(bare);
    }

    @Test
    void encodesATextThatSpellsASpecialTokenAsItsLetters() {
        List<Embedding> embeddings = encoder.encodeTexts(List.of("a [EOS] cat", "a [ EOS] cat", "a cat", "a"));

        assertThat(embeddings.get(0))
                .isEqualTo(embeddings.get(1))
                .isNotEqualTo(embeddings.get(2))
                .isNotEqualTo(embeddings.get(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tiny-clip/"})
    void opensAZipFileLikeTheFolder(String within, @TempDir Path scratch) throws IOException {
        Path zip = zip(folder, within, scratch.resolve("tiny-clip.zip"));

        ModelFiles files = ModelFiles.open(zip.toString(), scratch.resolve("cache"));

        assertThat(files.name()).isEqualTo(NAME);
        try (OnnxDualEncoder unzipped = OnnxDualEncoder.open(files, files.name(), 1)) {
            assertThat(unzipped.space()).isEqualTo(encoder.space());
            assertThat(encodeImages(unzipped, images(1))).isEqualTo(encodeImages(encoder, images(1)));
            assertThat(unzipped.encodeTexts(List.of("rain"))).isEqualTo(encoder.encodeTexts(List.of("rain")));
        }
    }

    @Test
    void opensAModelWithSigLipsNamesAndWithoutAMask(@TempDir Path other) throws IOException {
        try (OnnxDualEncoder siglip = open(write(other, Variant.SIGLIP_NAMES))) {
            List<Embedding> embeddings = siglip.encodeTexts(List.of("rain", "a red circle above a blue square"));
            assertClose(embeddings.getFirst(), siglip.encodeTexts(List.of("rain")));
            assertThat(encodeImages(siglip, images(1))).hasSize(1);
        }
    }

    @Test
    void namesItsSpaceByModelDigestAndDimension() {
        EmbeddingSpace space = encoder.space();

        assertThat(space.toString()).matches("tiny-clip\\.[0-9a-f]{12}\\.16");
        assertThat(encodeImages(encoder, images(1)).getFirst().space()).isEqualTo(space);
        assertThat(encoder.encodeTexts(List.of("rain")).getFirst().space()).isEqualTo(space);
    }

    @Test
    void namesAnEqualModelsSpaceAlike(@TempDir Path other) throws IOException {
        try (OnnxDualEncoder equal = open(write(other, Variant.CLIP))) {
            assertThat(equal.space()).isEqualTo(encoder.space());
        }
    }

    @Test
    void namesAnotherSpaceWhenAByteOfThePreprocessingChanges(@TempDir Path other) throws IOException {
        Path preprocessing = write(other, Variant.CLIP).resolve(ModelFiles.PREPROCESSOR);
        Files.writeString(preprocessing, Files.readString(preprocessing).replace("0.48145466", "0.48145467"));

        try (OnnxDualEncoder changed = open(other)) {
            assertThat(changed.space()).isNotEqualTo(encoder.space());
            assertThat(changed.space().digest()).isNotEqualTo(encoder.space().digest());
            assertThat(changed.space().model()).isEqualTo(encoder.space().model());
            assertThat(changed.space().dimension()).isEqualTo(encoder.space().dimension());
        }
    }

    @Test
    void saysWhichInputAModelTakesInstead(@TempDir Path other) throws IOException {
        write(other, Variant.OTHER_INPUT);

        assertThatExceptionOfType(EncoderException.class)
                .isThrownBy(() -> open(other))
                .withMessageContainingAll("onnx/vision_model.onnx", "must take [pixel_values]", "it takes [images]");
    }

    @Test
    void saysWhichInputAModelTakesBesides(@TempDir Path other) throws IOException {
        write(other, Variant.TOKEN_TYPES_WANTED);

        assertThatExceptionOfType(EncoderException.class)
                .isThrownBy(() -> open(other))
                .withMessageContaining("onnx/text_model.onnx must take [input_ids]")
                .withMessageMatching(".*it takes \\[.*token_type_ids.*]");
    }

    @Test
    void saysWhichOutputAModelGivesInstead(@TempDir Path other) throws IOException {
        write(other, Variant.OTHER_OUTPUT);

        assertThatExceptionOfType(EncoderException.class)
                .isThrownBy(() -> open(other))
                .withMessageContainingAll("onnx/vision_model.onnx", "image_embeds", "it gives [image_features(1, 16)]");
    }

    @Test
    void saysTheShapeOfAnOutputThatIsNotPooled(@TempDir Path other) throws IOException {
        write(other, Variant.NOT_POOLED);

        assertThatExceptionOfType(EncoderException.class)
                .isThrownBy(() -> open(other))
                .withMessageContainingAll("'image_embeds' of onnx/vision_model.onnx", "it has (1, 17, 16)");
    }

    @Test
    void saysBothDimensionsOfTowersThatDoNotFit(@TempDir Path other) throws IOException {
        write(other, Variant.TWO_DIMENSIONS);

        assertThatExceptionOfType(EncoderException.class)
                .isThrownBy(() -> open(other))
                .withMessage("the model tiny-clip has two dimensions: 16 of images and 8 of texts");
    }

    @Test
    void saysWhichFilesAModelHasWhenOneIsMissing(@TempDir Path other) throws IOException {
        Files.delete(write(other, Variant.CLIP).resolve(ModelFiles.TEXT));

        assertThatExceptionOfType(EncoderException.class)
                .isThrownBy(() -> open(other))
                .withMessageContainingAll("lacks [onnx/text_model.onnx]", "it does have", "onnx/vision_model.onnx");
    }

    @Test
    void leavesNothingOfAZipThatLacksAFile(@TempDir Path other, @TempDir Path scratch) throws IOException {
        Files.delete(write(other, Variant.CLIP).resolve(ModelFiles.TEXT));
        Path zip = zip(other, "", scratch.resolve("lacking.zip"));
        Path cache = scratch.resolve("cache");

        assertThatExceptionOfType(EncoderException.class)
                .isThrownBy(() -> ModelFiles.open(zip.toString(), cache))
                .withMessageContainingAll("lacking.zip lacks [onnx/text_model.onnx]", "onnx/vision_model.onnx");
        assertThat(cache).isEmptyDirectory();
    }

    @Test
    void saysWhichFileIsNoNetwork(@TempDir Path other) throws IOException {
        Files.writeString(write(other, Variant.CLIP).resolve(ModelFiles.VISION), "<html>not found</html>");

        assertThatExceptionOfType(EncoderException.class)
                .isThrownBy(() -> open(other))
                .withMessageContainingAll("onnx/vision_model.onnx", "can't be opened");
    }

    private static Path write(Path other, Variant variant) throws IOException {
        return ClipShapedModel.write(other, SIZES, SEED, tokenizer, variant);
    }

    private static OnnxDualEncoder open(Path model) {
        return OnnxDualEncoder.open(ModelFiles.open(model.toString(), model), NAME, 1);
    }

    private static Path zip(Path model, String within, Path zip) throws IOException {
        try (OutputStream stream = Files.newOutputStream(zip);
                ZipOutputStream archive = new ZipOutputStream(stream);
                Stream<Path> files = Files.walk(model).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                archive.putNextEntry(new ZipEntry(within + model.relativize(file)));
                Files.copy(file, archive);
            }
        }
        return zip;
    }

    private static List<Embedding> encodeImages(Encoder encoder, List<RgbImage> images) {
        try (ImageBatch batch = encoder.newImageBatch(images.size())) {
            images.forEach(batch::add);
            return batch.encode().stream().map(EncodedImage::embedding).toList();
        }
    }

    /** Pictures of noise, the same in each call, each of another size. */
    private static List<RgbImage> images(int count) {
        SplittableRandom random = new SplittableRandom(SEED);
        return Stream.iterate(24, width -> width + 13)
                .limit(count)
                .map(width -> {
                    byte[] rgb = new byte[3 * width * 40];
                    random.nextBytes(rgb);
                    return new RgbImage(width, 40, rgb);
                })
                .toList();
    }

    private static long[] tokensOf(String text) {
        try (TextTokenizer cut = TextTokenizer.open(new ModelFiles(NAME, folder))) {
            return cut.encode(List.of(text))[0].getIds();
        }
    }

    private static long[] bareTokensOf(String text) throws IOException {
        try (HuggingFaceTokenizer bare = HuggingFaceTokenizer.newInstance(tokenizer)) {
            return bare.encode(text, false, false).getIds();
        }
    }

    private static double lengthOf(Embedding embedding) {
        return Math.sqrt(similarity(embedding, embedding));
    }

    private static double similarity(Embedding a, Embedding b) {
        double sum = 0;
        for (int i = 0; i < a.components().length; i++) {
            sum += (double) a.components()[i] * b.components()[i];
        }
        return sum;
    }

    private static void assertClose(Embedding expected, List<Embedding> actual) {
        assertThat(actual).hasSize(1);
        assertThat(actual.getFirst().components()).containsExactly(expected.components(), within(1e-4f));
    }
}
