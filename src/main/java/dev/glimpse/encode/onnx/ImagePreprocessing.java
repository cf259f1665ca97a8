package dev.glimpse.encode.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import dev.glimpse.encode.EncoderException;
import dev.glimpse.encode.image.Resampling;
import dev.glimpse.encode.image.RgbImage;
import java.nio.FloatBuffer;

/**
 * What a {@code preprocessor_config.json} says is done to a picture, as Hugging Face's {@code CLIPImageProcessor} and
 * {@code SiglipImageProcessor} do it: resize (to a shortest edge, or to a width and height), crop the centre, rescale,
 * normalise.
 *
 * @param shortestEdge the shorter side after resizing, or 0 where the picture is resized to width and height
 * @param width        of what comes out, in pixels
 * @param height       of what comes out, in pixels
 * @param resampling   how it is resized
 * @param levels       how it is rescaled and normalised
 */
record ImagePreprocessing(int shortestEdge, int width, int height, Resampling resampling, Levels levels) {

    /** What each of the 256 levels of red, green and blue becomes: {@code (level * rescale - mean) / std}. */
    static final class Levels {
        private final float[][] values = new float[3][256];

        Levels(double rescale, double[] mean, double[] std) {
            for (int c = 0; c < 3; c++) {
                for (int level = 0; level < 256; level++) {
                    values[c][level] = (float) ((level * rescale - mean[c]) / std[c]);
                }
            }
        }

        float of(int colour, int level) {
            return values[colour][level];
        }
    }

    /** @throws EncoderException if the file asks for what is not done here */
    static ImagePreprocessing read(ModelFiles files) {
        JsonNode json = files.json(ModelFiles.PREPROCESSOR);
        try {
            JsonNode size = json.path("size");
            JsonNode crop = json.path("do_center_crop").asBoolean(false) ? json.path("crop_size") : size;
            int shortest =
                    size.isInt() ? size.intValue() : size.path("shortest_edge").asInt(0);
            boolean normalise = json.path("do_normalize").asBoolean(true);
            return new ImagePreprocessing(
                    shortest,
                    side(crop, "width", shortest),
                    side(crop, "height", shortest),
                    Resampling.ofPillow(json.path("resample").asInt(3)),
                    new Levels(
                            json.path("do_rescale").asBoolean(true)
                                    ? json.path("rescale_factor").asDouble(1 / 255.0)
                                    : 1,
                            normalise ? numbers(json, "image_mean") : new double[] {0, 0, 0},
                            normalise ? numbers(json, "image_std") : new double[] {1, 1, 1}));
        } catch (IllegalArgumentException e) {
            throw new EncoderException(
                    "%s of the model %s: %s".formatted(ModelFiles.PREPROCESSOR, files.name(), e.getMessage()), e);
        }
    }

    private static int side(JsonNode node, String name, int otherwise) {
        int side = node.isInt() ? node.intValue() : node.path(name).asInt(otherwise);
        if (side < 1) {
            throw new IllegalArgumentException("it states no %s of the model's input".formatted(name));
        }
        return side;
    }

    private static double[] numbers(JsonNode json, String name) {
        JsonNode list = json.path(name);
        if (list.size() != 3) {
            throw new IllegalArgumentException("'%s' must be a list of three numbers".formatted(name));
        }
        return new double[] {
            list.get(0).asDouble(), list.get(1).asDouble(), list.get(2).asDouble()
        };
    }

    /** Floats that one picture becomes. */
    int volume() {
        return 3 * width * height;
    }

    /**
     * Writes the picture as the model takes it, {@code [3, height, width]}.
     *
     * @param out takes {@link #volume()} floats from {@code at} on
     */
    void apply(RgbImage image, FloatBuffer out, int at) {
        int wide = width;
        int high = height;
        if (shortestEdge > 0) {
            int shorter = Math.min(image.width(), image.height());
            int longer = (int) ((long) shortestEdge * Math.max(image.width(), image.height()) / shorter);
            boolean portrait = image.width() <= image.height();
            wide = portrait ? shortestEdge : longer;
            high = portrait ? longer : shortestEdge;
        }
        // Of the crop's left and top, in the resized picture; below 0 where that is smaller than the crop.
        int left = Math.floorDiv(wide - width, 2);
        int top = Math.floorDiv(high - height, 2);
        Resampling.Window inside = new Resampling.Window(
                Math.max(left, 0), Math.max(top, 0), Math.min(wide, width), Math.min(high, height));
        int plane = width * height;
        if (inside.width() < width || inside.height() < height) {
            // What lies beyond a picture that is smaller than the crop is black, as there.
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < plane; i++) {
                    out.put(at + c * plane + i, levels.of(c, 0));
                }
            }
        }
        int corner = at + Math.max(-top, 0) * width + Math.max(-left, 0);
        resampling.resize(image, wide, high, inside, (y, row) -> {
            for (int c = 0; c < 3; c++) {
                int to = corner + c * plane + y * width;
                for (int x = 0, from = c; x < inside.width(); x++, from += 3) {
                    out.put(to + x, levels.of(c, row[from] & 0xff));
                }
            }
        });
    }
}
