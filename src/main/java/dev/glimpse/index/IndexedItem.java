package dev.glimpse.index;

import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.Position;
import org.jspecify.annotations.Nullable;

/** What the view knows of an item. */
public sealed interface IndexedItem {

    /** The item. */
    ItemId item();

    /** Where its newest version stands in its source topic. */
    Position position();

    /** It has an embedding, and is found. */
    record Visible(
            ItemId item,
            Position position,
            ContentDigest digest,
            @Nullable String text,
            Metadata metadata) implements IndexedItem {}

    /** Its newest version could not be encoded. */
    record Rejected(ItemId item, Position position, String reason, String message) implements IndexedItem {}
}
