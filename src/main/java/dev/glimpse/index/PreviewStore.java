package dev.glimpse.index;

import dev.glimpse.item.ItemId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The small pictures, by item. One thread applies changes; any number read. */
public interface PreviewStore extends PositionedStore {

    /** The newest preview of an item, or null for none. Immutable by agreement. */
    final class Change {
        private final String key;
        private final byte @Nullable [] jpeg;

        /**
         * @param key  the record's key, which is the item's written form
         * @param jpeg its preview, or null where it has none any more
         */
        public Change(String key, byte @Nullable [] jpeg) {
            this.key = key;
            this.jpeg = jpeg;
        }

        /** The item's written form. */
        public String key() {
            return key;
        }

        /** Its preview, shared, or null. */
        public byte @Nullable [] jpeg() {
            return jpeg;
        }
    }

    /** Applies changes, in order, all or none. */
    void apply(List<Change> changes, ViewPositions positions);

    /** The preview of an item: a JPEG. */
    Optional<byte[]> find(ItemId item);

    /** Opens stores of previews. */
    interface Factory {
        /**
         * Opens a store, or creates one where the directory is empty.
         *
         * @throws IOException if the files can't be read, or are damaged
         */
        PreviewStore open(Path directory, ViewPositions.Origin origin) throws IOException;
    }
}
