package dev.glimpse.topic;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import org.jspecify.annotations.Nullable;

/** What a record of an embeddings topic says. */
public sealed interface EmbeddingRecord {

    /** Which source record it came from. */
    SourceStamp source();

    /**
     * An item has this embedding.
     *
     * @param digest   of what was encoded
     * @param text     the text of a text or label, the caption of an image, or null
     * @param features of an image, where the model's reranker reads them, or null
     */
    record Embedded(
            ItemId item,
            Embedding embedding,
            ContentDigest digest,
            @Nullable String text,
            Metadata metadata,
            @Nullable ImageFeatures features,
            SourceStamp source)
            implements EmbeddingRecord {}

    /**
     * An item's newest version can't be encoded; it has no embedding.
     *
     * @param reason  a code, see {@link Reason}
     * @param message one sentence
     */
    record Rejected(ItemId item, String reason, String message, SourceStamp source) implements EmbeddingRecord {}

    /** An item is gone. */
    record Deleted(ItemId item, SourceStamp source) implements EmbeddingRecord {}

    /** Everything up to, and with, the source's position is published. */
    record Progress(SourceStamp source) implements EmbeddingRecord {

        /** Of which source topic. */
        public Kind kind() {
            return source.position().kind();
        }
    }
}
