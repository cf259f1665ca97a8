package dev.glimpse.encode;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.item.ContentDigest;
import org.jspecify.annotations.Nullable;

/** What encoding made of one content. Immutable by agreement. */
final class EncodedContent {

    private final ContentDigest digest;
    private final Embedding embedding;
    private final byte @Nullable [] preview;

    /** @param preview a small JPEG, or null for words */
    EncodedContent(ContentDigest digest, Embedding embedding, byte @Nullable [] preview) {
        this.digest = digest;
        this.embedding = embedding;
        this.preview = preview;
    }

    ContentDigest digest() {
        return digest;
    }

    Embedding embedding() {
        return embedding;
    }

    byte @Nullable [] preview() {
        return preview;
    }

    /** About how many bytes of heap it holds. */
    int weight() {
        return 256 + 4 * embedding.components().length + (preview == null ? 0 : preview.length);
    }
}
