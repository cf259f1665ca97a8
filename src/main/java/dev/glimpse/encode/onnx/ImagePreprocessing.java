package dev.glimpse.encode.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import dev.glimpse.encode.EncoderException;
import dev.glimpse.encode.ImageTensor;
import dev.glimpse.encode.image.Resampling;
import dev.glimpse.encode.image.RgbImage;

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

    /** The picture as the model takes it: {@code [3, height, width]}. */
    ImageTensor apply(RgbImage image) {
        RgbImage resized = resize(image);
        int left = Math.floorDiv(resized.width() - width, 2);
        int top = Math.floorDiv(resized.height() - height, 2);
        float[] values = new float[3 * width * height];
        int plane = width * height;
        for (int y = 0, to = 0; y < height; y++) {
            for (int x = 0; x < width; x++, to++) {
                int from = index(resized, left + x, top + y);
                for (int c = 0; c < 3; c++) {
                    // What lies beyond a picture that is smaller than the crop is black, as there.
                    values[c * plane + to] = levels.of(c, from < 0 ? 0 : resized.rgb()[from + c] & 0xff);
                }
            }
        }
        return new ImageTensor(values);
    }

    private RgbImage resize(RgbImage image) {
        if (shortestEdge == 0) {
            return resampling.resize(image, width, height);
        }
        boolean portrait = image.width() <= image.height();
        int shorter = Math.min(image.width(), image.height());
        int longer = (int) ((long) shortestEdge * Math.max(image.width(), image.height()) / shorter);
        return portrait
                ? resampling.resize(image, shortestEdge, longer)
                : resampling.resize(image, longer, shortestEdge);
    }

    private static int index(RgbImage image, int x, int y) {
        boolean inside = x >= 0 && y >= 0 && x < image.width() && y < image.height();
        return inside ? 3 * (y * image.width() + x) : -1;
    }
}
