package dev.glimpse.encode;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import java.util.List;
import java.util.Optional;

/**
 * A dual encoder: images and texts into one space (as CLIP: Radford et al. 2021, arXiv:2103.00020). Thread-safe: calls
 * from several threads run at once, each on its own thread.
 */
public interface Encoder {

    /** The space of its embeddings. */
    EmbeddingSpace space();

    /**
     * A batch of pictures, to be filled, encoded and closed by one thread.
     *
     * @param capacity how many it takes, 1 or more
     */
    ImageBatch newImageBatch(int capacity);

    /**
     * The longer side, in pixels, at which a drawing without a size of its own is best rasterised for this model: 256 or
     * more.
     */
    int drawingSize();

    /**
     * Encodes texts in one inference. Text beyond the model's longest input does not count.
     *
     * @param texts at least one
     * @return their embeddings, in order
     * @throws EncoderException if the runtime fails: never by fault of a text
     */
    List<Embedding> encodeTexts(List<String> texts);

    /** How probable labels are by their similarity, where the model says it. */
    default Optional<LabelCalibration> calibration() {
        return Optional.empty();
    }

    /** The model's reranker, if it has one. */
    default Optional<Reranker> reranker() {
        return Optional.empty();
    }
}
