package dev.glimpse.index;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import dev.glimpse.topic.SourceStamp;
import org.jspecify.annotations.Nullable;

/** A change of the view: the newest that is known of one item. An older one than the view has does nothing. */
public sealed interface IndexChange {

    /** The item. */
    ItemId item();

    /** The source record that it came from. */
    SourceStamp source();

    /** The item is this, whole. */
    record Put(
            ItemId item,
            Embedding embedding,
            ContentDigest digest,
            @Nullable String text,
            Metadata metadata,
            @Nullable ImageFeatures features,
            SourceStamp source)
            implements IndexChange {}

    /** The item's newest version could not be encoded: it has no embedding, and is found by nobody. */
    record Reject(ItemId item, String reason, String message, SourceStamp source) implements IndexChange {}

    /** The item is gone. */
    record Delete(ItemId item, SourceStamp source) implements IndexChange {}
}
