package dev.glimpse.encode;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.ImageFeatures;
import org.jspecify.annotations.Nullable;

/**
 * What a model makes of a picture.
 *
 * @param features what the model's reranker reads, or null where it has none
 */
public record EncodedImage(Embedding embedding, @Nullable ImageFeatures features) {}
