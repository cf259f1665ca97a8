package dev.glimpse.encode.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.glimpse.item.Content;
import dev.glimpse.topic.Reason;
import dev.glimpse.topic.RejectedRecordException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what Pillow decodes of self-drawn pictures ({@code src/test/resources/images/README.txt}). */
class ImageDecoderTest {

    private static final Path IMAGES = Path.of("src/test/resources/images");
    private static final long MAX_PIXELS = 50_000_000;

    private final ImageDecoder decoder = new ImageDecoder(MAX_PIXELS, 256);

    static List<Path> goodOnes() throws Exception {
        try (Stream<Path> files = Files.list(IMAGES)) {
            List<Path> found = files.filter(file -> file.toString().matches(".+\\.(jpg|png|webp|gif|bmp|svg)"))
                    .sorted()
                    .toList();
            assertThat(found).hasSizeGreaterThan(30);
            return found;
        }
    }

    @ParameterizedTest
    @MethodSource("goodOnes")
    void decodesWhatPillowDecodes(Path file) throws Exception {
        RgbImage expected = decode(IMAGES.resolve("expected/" + file.getFileName() + ".png"));

        RgbImage decoded = decode(file);

        assertThat(decoded.width()).isEqualTo(expected.width());
        assertThat(decoded.height()).isEqualTo(expected.height());
        Deviation deviation = Deviation.of(decoded, expected);
        Deviation tolerated = tolerated(file.getFileName().toString());
        assertThat(deviation.largest()).as("largest deviation, levels").isLessThanOrEqualTo(tolerated.largest());
        assertThat(deviation.mean()).as("mean deviation, levels").isLessThanOrEqualTo(tolerated.mean());
    }

    /** Exact, but for: drawings (antialiasing) and lossy WebP (TwelveMonkeys' decoder is not libwebp). */
    private static Deviation tolerated(String name) {
        if (name.endsWith(".svg")) {
            return new Deviation(16, 0.1);
        }
        return name.startsWith("lossy") ? new Deviation(90, 3.5) : new Deviation(0, 0);
    }

    private record Deviation(int largest, double mean) {
        static Deviation of(RgbImage a, RgbImage b) {
            int largest = 0;
            long sum = 0;
            for (int i = 0; i < a.rgb().length; i++) {
                int deviation = Math.abs((a.rgb()[i] & 0xff) - (b.rgb()[i] & 0xff));
                largest = Math.max(largest, deviation);
                sum += deviation;
            }
            return new Deviation(largest, (double) sum / a.rgb().length);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "truncated-baseline.jpg, damaged-image",
        "truncated-progressive.jpg, damaged-image",
        "truncated-rgb.png, damaged-image",
        "truncated-interlaced.png, damaged-image",
        "truncated-lossy.webp, damaged-image",
        "truncated-lossless.webp, damaged-image",
        "truncated-rgb24.bmp, damaged-image",
        "truncated.gif, damaged-image",
        "corrupt.png, damaged-image",
        "broken.svg, damaged-image",
        "text.jpg, unsupported-image",
        "header.heic, unsupported-image",
        "header.avif, unsupported-image",
        "huge.png, image-too-large",
        "huge.jpg, image-too-large",
        "external-https.svg, unsafe-drawing",
        "external-xlink.svg, unsafe-drawing",
        "external-file.svg, unsafe-drawing",
        "external-relative.svg, unsafe-drawing",
        "external-style.svg, unsafe-drawing",
        "entity-bomb.svg, unsafe-drawing",
        "entity-file.svg, unsafe-drawing",
        "use-bomb.svg, unsafe-drawing",
    })
    void refusesADamagedOrHostilePicture(String name, String reason) {
        assertThat(refusal(read(IMAGES.resolve("bad/" + name))).code()).isEqualTo(reason);
    }

    @Test
    void refusesADrawingThatNestsWithoutEnd() {
        String deep =
                "<svg xmlns='http://www.w3.org/2000/svg'>" + "<g>".repeat(100_000) + "</g>".repeat(100_000) + "</svg>";

        assertThat(refusal(deep.getBytes(StandardCharsets.UTF_8))).isEqualTo(Reason.UNSAFE_DRAWING);
    }

    @Test
    void refusesADrawingThatUsesItself() {
        String cycle = "<svg xmlns='http://www.w3.org/2000/svg'><g id='a'><use href='#a'/></g></svg>";

        assertThat(refusal(cycle.getBytes(StandardCharsets.UTF_8))).isEqualTo(Reason.UNSAFE_DRAWING);
    }

    @Test
    void leavesTextsOfAPngAsTheyAre() throws Exception {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.write("Comment\0\0".getBytes(StandardCharsets.US_ASCII));
        try (DeflaterOutputStream deflated = new DeflaterOutputStream(text)) {
            deflated.write(new byte[64 << 20]);
        }
        byte[] file = pngWith("zTXt", text.toByteArray());
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        long before = threads.getCurrentThreadAllocatedBytes();

        RgbImage decoded = decoder.decode(new Content.Picture(file, null));

        assertThat(decoded.width()).isEqualTo(2);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(32 << 20);
    }

    @Test
    void turnsAPngAsItsExifSays() throws Exception {
        byte[] turnedRight = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0};

        RgbImage decoded = decoder.decode(new Content.Picture(pngWith("eXIf", turnedRight), null));

        assertThat(decoded.width()).isEqualTo(1);
        assertThat(decoded.height()).isEqualTo(2);
    }

    /** A picture of 2 × 1 pixels with a chunk (PNG specification, 5.3) behind its header. */
    private static byte[] pngWith(String type, byte[] data) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB), "png", png);
        byte[] file = png.toByteArray();
        int afterHeader = 8 + 25;
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 checksum = new CRC32();
        checksum.update(name);
        checksum.update(data);
        return ByteBuffer.allocate(file.length + 12 + data.length)
                .put(file, 0, afterHeader)
                .putInt(data.length)
                .put(name)
                .put(data)
                .putInt((int) checksum.getValue())
                .put(file, afterHeader, file.length - afterHeader)
                .array();
    }

    @Test
    void namesTheSizeThatIsTooLarge() {
        assertThatThrownBy(() -> decoder.decode(picture(read(IMAGES.resolve("bad/huge.png")))))
                .hasMessage("the picture has 30000 x 30000 pixels; at most 50000000 in all are decoded");
    }

    @Test
    void namesTheSideThatIsTooLong() throws Exception {
        assertThatThrownBy(() -> decoder.decode(picture(pngOf(65_536, 1))))
                .hasMessage("the picture has 65536 x 1 pixels; a side of at most 65535 is decoded");
        assertThat(decoder.decode(picture(pngOf(65_535, 1))).width()).isEqualTo(65_535);
    }

    private static byte[] pngOf(int width, int height) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_BINARY), "png", png);
        return png.toByteArray();
    }

    /** Its reader would make an array of as many bytes as the header says. */
    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void refusesABmpThatHoldsAnotherPicture(int compression) throws Exception {
        byte[] file = read(IMAGES.resolve("rgb24.bmp"));
        ByteBuffer.wrap(file)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(30, compression)
                .putInt(34, Integer.MAX_VALUE);

        assertThatThrownBy(() -> decoder.decode(picture(file)))
                .hasMessage("a BMP that holds a JPEG or a PNG is not read; send that itself");
    }

    @Test
    void refusesAPictureThatTheHeapCannotHold() {
        ImageDecoder small = new ImageDecoder(MAX_PIXELS, 256, new DecodeMemory(2 << 20));
        byte[] file = PreviewWriter.write(new RgbImage(1, 1, new byte[3]));

        assertThatThrownBy(() -> small.decode(picture(declaring(file, 1000, 500))))
                .hasMessage(
                        "decoding the picture takes 3 MB of heap; this process gives at most 2 MB, half of its heap");
    }

    @Test
    void decodesPicturesInTurnsWhereTheHeapHoldsOne() throws Exception {
        byte[] file = read(IMAGES.resolve("baseline.jpg"));
        RgbImage image = decoder.decode(picture(file));
        ImageDecoder small = new ImageDecoder(MAX_PIXELS, 256, new DecodeMemory(8L * image.width() * image.height()));

        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<RgbImage>> all = threads.invokeAll(Collections.nCopies(50, () -> small.decode(picture(file))));
            for (Future<RgbImage> one : all) {
                assertThat(one.get().rgb()).isEqualTo(image.rgb());
            }
        }
    }

    /** The JPEG file with another size in its frame header (ISO/IEC 10918-1, B.2.2). */
    private static byte[] declaring(byte[] jpeg, int width, int height) {
        byte[] changed = jpeg.clone();
        for (int i = 0; i < jpeg.length - 9; i++) {
            if ((jpeg[i] & 0xff) == 0xff && (jpeg[i + 1] & 0xff) == 0xc0) {
                ByteBuffer.wrap(changed).putShort(i + 5, (short) height).putShort(i + 7, (short) width);
                return changed;
            }
        }
        throw new IllegalArgumentException("no baseline frame");
    }

    @Test
    void makesAPreviewOfAtMost8KB() throws Exception {
        byte[] noise = new byte[3 * 500 * 300];
        new java.util.Random(1).nextBytes(noise);

        byte[] preview = PreviewWriter.write(new RgbImage(500, 300, noise));

        RgbImage small = decoder.decode(picture(preview));
        assertThat(preview).hasSizeLessThanOrEqualTo(PreviewWriter.MAX_BYTES);
        assertThat((double) small.width() / small.height()).isBetween(1.6, 1.75);
    }

    @Test
    void neverEnlargesAPreview() throws Exception {
        RgbImage small = decoder.decode(picture(PreviewWriter.write(new RgbImage(3, 2, new byte[18]))));

        assertThat(small.width()).isEqualTo(3);
        assertThat(small.height()).isEqualTo(2);
    }

    private Reason refusal(byte[] file) {
        return catchThrowableOfType(RejectedRecordException.class, () -> decoder.decode(picture(file)))
                .reason();
    }

    private RgbImage decode(Path file) throws Exception {
        return decoder.decode(picture(read(file)));
    }

    private static Content.Picture picture(byte[] file) {
        return new Content.Picture(file, null);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
