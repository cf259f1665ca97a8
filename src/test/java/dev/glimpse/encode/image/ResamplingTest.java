package dev.glimpse.encode.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.glimpse.item.Content;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what Pillow made of the same pictures ({@code src/test/resources/images/make.py}). */
class ResamplingTest {

    private static final Path GOLDEN = Path.of("src/test/resources/images/resample");

    /** Files named {@code <picture>.<filter><side>.png}: shortest edge to the side, centre cropped. */
    static List<Path> expectations() throws Exception {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().matches(".+\\.[a-z]+\\d+\\.png"))
                    .sorted()
                    .toList();
            assertThat(found).hasSizeGreaterThan(30);
            return found;
        }
    }

    @ParameterizedTest
    @MethodSource("expectations")
    void givesTheBytesThatPillowGives(Path expectation) throws Exception {
        String[] parts = expectation.getFileName().toString().split("\\.", 3);
        int side = Integer.parseInt(parts[1].replaceAll("\\D", ""));
        Resampling filter = Resampling.valueOf(parts[1].replaceAll("\\d", "").toUpperCase(Locale.ROOT));
        RgbImage source = read(GOLDEN.resolve(parts[0] + ".png"));
        int shorter = Math.min(source.width(), source.height());
        int longer = (int) ((long) side * Math.max(source.width(), source.height()) / shorter);

        RgbImage resized = source.width() <= source.height()
                ? filter.resize(source, side, longer)
                : filter.resize(source, longer, side);

        assertThat(crop(resized, side)).isEqualTo(read(expectation).rgb());
    }

    /** Of a long picture only what the window needs is computed: the whole would be 8 million pixels wide. */
    @Test
    void resizesAWindowOfALongPicture() {
        byte[] pixels = new byte[3 * 65_535];
        new Random(1).nextBytes(pixels);
        RgbImage strip = new RgbImage(65_535, 1, pixels);
        int wide = 128 * 65_535;
        byte[] window = new byte[3 * 128];

        Resampling.BICUBIC.resize(
                strip,
                wide,
                128,
                new Resampling.Window((wide - 128) / 2, 0, 128, 1),
                (y, row) -> System.arraycopy(row, 0, window, 0, window.length));

        // One pixel becomes 128: the window is the middle one's, from its left edge to its right, and a part of its
        // neighbours'.
        int middle = 3 * (65_535 / 2);
        for (int c = 0; c < 3; c++) {
            assertThat(window[3 * 64 + c] & 0xff).isCloseTo(pixels[middle + c] & 0xff, within(12));
        }
    }

    @Test
    void windowsOfAPictureAreThoseOfTheWhole() throws Exception {
        RgbImage image = read(expectations().getFirst());
        RgbImage whole = Resampling.LANCZOS.resize(image, 37, 53);
        byte[] window = new byte[3 * 11 * 17];

        Resampling.LANCZOS.resize(
                image,
                37,
                53,
                new Resampling.Window(9, 20, 11, 17),
                (y, row) -> System.arraycopy(row, 0, window, 3 * 11 * y, 3 * 11));

        for (int y = 0; y < 17; y++) {
            int from = 3 * ((20 + y) * 37 + 9);
            assertThat(Arrays.copyOfRange(window, 3 * 11 * y, 3 * 11 * (y + 1)))
                    .isEqualTo(Arrays.copyOfRange(whole.rgb(), from, from + 3 * 11));
        }
    }

    @Test
    void keepsAPictureOfTheRightSizeAsItIs() throws Exception {
        RgbImage image = read(expectations().getFirst());

        assertThat(Resampling.BICUBIC
                        .resize(image, image.width(), image.height())
                        .rgb())
                .isEqualTo(image.rgb());
    }

    private static RgbImage read(Path file) throws Exception {
        return new ImageDecoder(1_000_000, 256).decode(new Content.Picture(Files.readAllBytes(file), null));
    }

    private static byte[] crop(RgbImage image, int side) {
        int left = (image.width() - side) / 2;
        int top = (image.height() - side) / 2;
        byte[] cropped = new byte[3 * side * side];
        for (int y = 0; y < side; y++) {
            System.arraycopy(image.rgb(), 3 * ((top + y) * image.width() + left), cropped, 3 * y * side, 3 * side);
        }
        return cropped;
    }
}
