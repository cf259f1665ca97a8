package dev.glimpse.ingest;

import dev.glimpse.item.ItemId;
import dev.glimpse.item.MetadataPatch;
import dev.glimpse.item.Position;
import dev.glimpse.topic.SourceValue;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Writes items again with other metadata. Thread-safe. */
@ApplicationScoped
public class SourcePatcher {

    private final SourceReader reader;
    private final SourceWriter writer;

    SourcePatcher(SourceReader reader, SourceWriter writer) {
        this.reader = reader;
        this.writer = writer;
    }

    /**
     * Reads an item's record back and writes it again, in the same form, with other metadata. Blocks until the write is
     * acknowledged.
     *
     * @param now where it was last written
     * @return its new position; empty where nothing of it stands there any more
     * @throws InvalidRecordException     if the metadata can't be so, or the record becomes too large
     * @throws BrokerUnavailableException if the broker does not answer in time
     */
    public Optional<Position> patch(ItemId item, Position now, MetadataPatch patch)
            throws InvalidRecordException, InterruptedException {
        Optional<SourceValue> value = reader.value(item, now);
        return value.isEmpty()
                ? Optional.empty()
                : Optional.of(writer.patch(item, value.get(), patch).await().indefinitely());
    }
}
