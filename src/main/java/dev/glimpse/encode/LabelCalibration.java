package dev.glimpse.encode;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How probable it is that a label is right of a picture, by their similarity: {@code 1 / (1 + exp(-(slope * similarity +
 * intercept)))} (Platt scaling: J. Platt, Probabilistic outputs for support vector machines, 1999). It holds for labels among a
 * picture's first few, of a vocabulary like the one that it was measured on.
 *
 * @param slope     above 0
 * @param intercept any finite number
 * @param measured  on what, in words
 */
public record LabelCalibration(double slope, double intercept, String measured) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    /** @throws IllegalArgumentException if the slope is not above 0, or either is not finite */
    public LabelCalibration {
        if (!(slope > 0) || Double.isInfinite(slope) || !Double.isFinite(intercept)) {
            throw new IllegalArgumentException(
                    "slope %s, intercept %s: the slope must be above 0, and both finite".formatted(slope, intercept));
        }
    }

    /**
     * Reads it from a model's {@code calibration.json}.
     *
     * @throws EncoderException if it has another form
     */
    public static LabelCalibration read(Path file) {
        try {
            return JSON.readValue(file.toFile(), LabelCalibration.class);
        } catch (IOException e) {
            throw new EncoderException("the calibration %s can't be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Writes it. */
    public void write(Path file) throws IOException {
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), this);
    }

    /** The probability, above 0 and below 1 but for rounding. */
    public float score(float similarity) {
        return (float) (1 / (1 + Math.exp(-(slope * similarity + intercept))));
    }

    /** The similarity that has this probability. */
    public double similarity(double score) {
        return (Math.log(score / (1 - score)) - intercept) / slope;
    }
}
