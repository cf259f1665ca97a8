package dev.glimpse.topic;

import dev.glimpse.item.Content;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import org.jspecify.annotations.Nullable;

/** What a record of a source topic says. */
public sealed interface SourceRecord {

    /** The item that it speaks of. */
    ItemId item();

    /**
     * The item is, from now on, this.
     *
     * @param caption  the caption of an image, or null
     * @param metadata what else is known of it
     */
    record Upsert(ItemId item, Content content, @Nullable String caption, Metadata metadata) implements SourceRecord {}

    /** The item is gone. */
    record Delete(ItemId item) implements SourceRecord {}
}
