package dev.glimpse.encode;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.item.ContentDigest;
import org.jspecify.annotations.Nullable;

/** What encoding made of one content. Immutable by agreement. */
final class EncodedContent {

    private final ContentDigest digest;
    private final Embedding embedding;
    private final @Nullable ImageFeatures features;
    private final byte @Nullable [] preview;

    /**
     * @param features of a picture, where a reranker reads them
     * @param preview  a small JPEG, or null for words
     */
    EncodedContent(
            ContentDigest digest, Embedding embedding, @Nullable ImageFeatures features, byte @Nullable [] preview) {
        this.digest = digest;
        this.embedding = embedding;
        this.features = features;
        this.preview = preview;
    }

    ContentDigest digest() {
        return digest;
    }

    Embedding embedding() {
        return embedding;
    }

    @Nullable
    ImageFeatures features() {
        return features;
    }

    byte @Nullable [] preview() {
        return preview;
    }

    /** About how many bytes of heap it holds. */
    int weight() {
        return 256
                + 4 * embedding.components().length
                + (features == null ? 0 : 2 * features.size())
                + (preview == null ? 0 : preview.length);
    }
}
