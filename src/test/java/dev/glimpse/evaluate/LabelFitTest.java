package dev.glimpse.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.glimpse.encode.EncoderException;
import dev.glimpse.encode.LabelCalibration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelFitTest {

    @TempDir
    Path folder;

    @Test
    void findsTheCurveThatExamplesWereDrawnFrom() {
        LabelCalibration truth = new LabelCalibration(24, -12.5, "");
        SplittableRandom random = new SplittableRandom(3);
        List<LabelFit.Example> examples = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            double similarity = random.nextDouble();
            examples.add(new LabelFit.Example(similarity, random.nextDouble() < truth.score((float) similarity)));
        }

        LabelCalibration fitted = LabelFit.fit(examples, "50,000 draws");

        assertThat(fitted.slope()).isCloseTo(truth.slope(), within(1.0));
        assertThat(fitted.similarity(0.5)).isCloseTo(truth.similarity(0.5), within(0.005));
        assertThat(fitted.score((float) fitted.similarity(0.7))).isCloseTo(0.7f, within(1e-5f));
    }

    @Test
    void staysShortOfCertaintyWhereExamplesAreApart() {
        List<LabelFit.Example> examples = List.of(
                new LabelFit.Example(0.1, false), new LabelFit.Example(0.2, false), new LabelFit.Example(0.9, true));

        LabelCalibration fitted = LabelFit.fit(examples, "three");

        assertThat(fitted.score(0.9f)).isBetween(0.6f, 0.7f);
        assertThat(fitted.score(0.1f)).isBetween(0.15f, 0.3f);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void needsRightAndWrongOnes(boolean right) {
        List<LabelFit.Example> alike = List.of(new LabelFit.Example(0.1, right), new LabelFit.Example(0.2, right));

        assertThatThrownBy(() -> LabelFit.fit(alike, "two"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs right and wrong ones");
    }

    @Test
    void isReadAsItWasWritten() throws Exception {
        LabelCalibration calibration = new LabelCalibration(24, -12.5, "something");
        Path file = folder.resolve("calibration.json");
        calibration.write(file);

        assertThat(LabelCalibration.read(file)).isEqualTo(calibration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"slope\": 0, \"intercept\": 1, \"measured\": \"\"}",
                "{\"slope\": 1, \"measured\": \"\"}",
                "{\"slope\": 1, \"intercept\": \"NaN\", \"measured\": \"\"}"
            })
    void refusesWhatIsNone(String json) throws Exception {
        Path file = folder.resolve("calibration.json");
        Files.writeString(file, json);

        assertThatThrownBy(() -> LabelCalibration.read(file))
                .isInstanceOf(EncoderException.class)
                .hasMessageContaining("calibration.json");
    }
}
