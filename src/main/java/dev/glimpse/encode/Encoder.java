package dev.glimpse.encode;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.encode.image.RgbImage;
import java.util.List;

/**
 * A dual encoder: images and texts into one space (as CLIP: Radford et al. 2021, arXiv:2103.00020). Thread-safe: calls
 * from several threads run at once, each on its own thread.
 */
public interface Encoder {

    /** The space of its embeddings. */
    EmbeddingSpace space();

    /**
     * Resizes, crops and normalises a picture as the model's preprocessing says. Needs no inference.
     *
     * @param image of any size
     * @return {@code [3, height, width]} float32, RGB planes, at the model's input size
     */
    ImageTensor prepare(RgbImage image);

    /**
     * The longer side, in pixels, at which a drawing without a size of its own is best rasterised for this model: 256 or
     * more.
     */
    int drawingSize();

    /**
     * Encodes pictures in one inference.
     *
     * @param images at least one, from {@link #prepare}
     * @return their embeddings, in order
     * @throws EncoderException if the runtime fails: never by fault of a picture
     */
    List<Embedding> encodeImages(List<ImageTensor> images);

    /**
     * Encodes texts in one inference. Text beyond the model's longest input does not count.
     *
     * @param texts at least one
     * @return their embeddings, in order
     * @throws EncoderException if the runtime fails: never by fault of a text
     */
    List<Embedding> encodeTexts(List<String> texts);
}
