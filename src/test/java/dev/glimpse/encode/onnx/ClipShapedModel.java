package dev.glimpse.encode.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A dual encoder of CLIP's shape (Radford et al. 2021, arXiv:2103.00020) with random weights, in the Hugging Face ONNX
 * layout: it takes the time that CLIP takes, and its embeddings mean nothing. {@code onnx/vision_model.onnx} takes
 * {@code pixel_values} float32 {@code [n, 3, size, size]} and gives {@code image_embeds} float32
 * {@code [n, dimension]}; {@code onnx/text_model.onnx} takes {@code input_ids} and {@code attention_mask} int64
 * {@code [n, s]}, s from 1 to the context, and gives {@code text_embeds} float32 {@code [n, dimension]}. Embeddings are
 * not of length 1. Those of pictures of noise have cosines of 0.57 to 0.79 at ViT-B/32's sizes, and up to 0.95 at the
 * tiny ones.
 */
public final class ClipShapedModel {

    private ClipShapedModel() {}

    /**
     * The sizes of a transformer.
     *
     * @param width  of a token's vector; the perceptrons are four times as wide
     * @param heads  of attention, which share the width
     * @param layers of attention and perceptron, at least one
     */
    public record Transformer(int width, int heads, int layers) {

        /** @throws IllegalArgumentException if the heads can't share the width, or there is no layer */
        public Transformer {
            if (heads < 1 || width < heads || width % heads != 0) {
                throw new IllegalArgumentException("%d heads can't share the width %d".formatted(heads, width));
            }
            if (layers < 1) {
                throw new IllegalArgumentException("there must be at least 1 layer, and not %d".formatted(layers));
            }
        }
    }

    /**
     * The sizes of both towers.
     *
     * @param imageSize  width and height of the vision tower's input, in pixels
     * @param patch      width and height of a patch, in pixels, which divides the image's
     * @param vision     the vision tower
     * @param text       the text tower
     * @param vocabulary the tokenizer's number of tokens, or more
     * @param context    the longest text, in tokens, with its first and last
     * @param dimension  of the embeddings
     */
    public record Sizes(
            int imageSize,
            int patch,
            Transformer vision,
            Transformer text,
            int vocabulary,
            int context,
            int dimension) {

        private static final int BUNDLED_VOCABULARY = 24_000;

        /** @throws IllegalArgumentException if patches do not fill the image, or another size is too small */
        public Sizes {
            if (patch < 1 || imageSize < patch || imageSize % patch != 0) {
                throw new IllegalArgumentException("patches of %d do not fill %d pixels".formatted(patch, imageSize));
            }
            if (vocabulary < 1 || context < 3 || dimension < 2) {
                throw new IllegalArgumentException(
                        "a vocabulary of %d, a context of %d or a dimension of %d is too small"
                                .formatted(vocabulary, context, dimension));
            }
        }

        /**
         * CLIP ViT-B/32's: 4.4 billion multiplications an image. But the vocabulary is the bundled tokenizer's 24,000
         * instead of 49,408, which only makes a file smaller.
         */
        public static Sizes vitB32() {
            return new Sizes(
                    224, 32, new Transformer(768, 12, 12), new Transformer(512, 8, 12), BUNDLED_VOCABULARY, 77, 512);
        }

        /** Written and opened in milliseconds: images of 32 pixels, texts of up to 12 tokens, 16 components. */
        public static Sizes tiny() {
            return new Sizes(32, 8, new Transformer(32, 4, 2), new Transformer(24, 2, 2), BUNDLED_VOCABULARY, 12, 16);
        }

        int cells() {
            return (imageSize / patch) * (imageSize / patch);
        }
    }

    /** What a model is called inside, and what may be wrong with it. */
    public enum Variant {
        /** All as a loader expects it. */
        CLIP("pixel_values", "image_embeds", "text_embeds"),

        /** As SigLIP's export names it: both outputs {@code pooler_output}, and no {@code attention_mask}. */
        SIGLIP_NAMES("pixel_values", "pooler_output", "pooler_output"),

        /** The vision tower takes {@code images}. */
        OTHER_INPUT("images", "image_embeds", "text_embeds"),

        /** The vision tower gives {@code image_features}. */
        OTHER_OUTPUT("pixel_values", "image_features", "text_embeds"),

        /** The text tower takes {@code token_type_ids} too. */
        TOKEN_TYPES_WANTED("pixel_values", "image_embeds", "text_embeds"),

        /** The text tower's dimension is half the vision tower's. */
        TWO_DIMENSIONS("pixel_values", "image_embeds", "text_embeds"),

        /** The vision tower gives {@code [n, 1 + patches, dimension]}. */
        NOT_POOLED("pixel_values", "image_embeds", "text_embeds");

        private final String pixels;
        private final String imageEmbeddings;
        private final String textEmbeddings;

        Variant(String pixels, String imageEmbeddings, String textEmbeddings) {
            this.pixels = pixels;
            this.imageEmbeddings = imageEmbeddings;
            this.textEmbeddings = textEmbeddings;
        }

        String pixels() {
            return pixels;
        }

        String imageEmbeddings() {
            return imageEmbeddings;
        }

        String textEmbeddings() {
            return textEmbeddings;
        }
    }

    /** Writes a model that is as a loader expects it. */
    public static Path write(Path folder, Sizes sizes, long seed, Path tokenizerJson) throws IOException {
        return write(folder, sizes, seed, tokenizerJson, Variant.CLIP);
    }

    /**
     * Writes a model.
     *
     * @param folder        made if it is not there; what it has of these files is replaced
     * @param seed          of the weights: equal arguments give equal bytes
     * @param tokenizerJson copied: its padding token must be 0
     * @return the folder
     */
    public static Path write(Path folder, Sizes sizes, long seed, Path tokenizerJson, Variant variant)
            throws IOException {
        Files.createDirectories(folder.resolve("onnx"));
        Files.writeString(folder.resolve(ModelFiles.CONFIG), config(sizes));
        Files.writeString(folder.resolve(ModelFiles.PREPROCESSOR), preprocessing(sizes.imageSize()));
        Files.copy(tokenizerJson, folder.resolve(ModelFiles.TOKENIZER), StandardCopyOption.REPLACE_EXISTING);
        ClipTowers.vision(sizes, variant, seed).write(folder.resolve(ModelFiles.VISION));
        ClipTowers.text(sizes, variant, seed + 1).write(folder.resolve(ModelFiles.TEXT));
        return folder;
    }

    private static String config(Sizes sizes) {
        return """
                {
                  "model_type": "clip",
                  "architectures": ["CLIPModel"],
                  "projection_dim": %d,
                  "text_config": {
                    "hidden_size": %d,
                    "num_attention_heads": %d,
                    "num_hidden_layers": %d,
                    "max_position_embeddings": %d,
                    "vocab_size": %d
                  },
                  "vision_config": {
                    "hidden_size": %d,
                    "num_attention_heads": %d,
                    "num_hidden_layers": %d,
                    "image_size": %d,
                    "patch_size": %d
                  }
                }
                """.formatted(
                        sizes.dimension(),
                        sizes.text().width(),
                        sizes.text().heads(),
                        sizes.text().layers(),
                        sizes.context(),
                        sizes.vocabulary(),
                        sizes.vision().width(),
                        sizes.vision().heads(),
                        sizes.vision().layers(),
                        sizes.imageSize(),
                        sizes.patch());
    }

    /** What openai/clip-vit-base-patch32 has, at any size. */
    private static String preprocessing(int size) {
        return """
                {
                  "image_processor_type": "CLIPImageProcessor",
                  "do_convert_rgb": true,
                  "do_resize": true,
                  "size": {"shortest_edge": %1$d},
                  "resample": 3,
                  "do_center_crop": true,
                  "crop_size": {"height": %1$d, "width": %1$d},
                  "do_rescale": true,
                  "rescale_factor": 0.00392156862745098,
                  "do_normalize": true,
                  "image_mean": [0.48145466, 0.4578275, 0.40821073],
                  "image_std": [0.26862954, 0.26130258, 0.27577711]
                }
                """.formatted(size);
    }
}
