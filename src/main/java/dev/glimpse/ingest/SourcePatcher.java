package dev.glimpse.ingest;

import dev.glimpse.item.ItemId;
import dev.glimpse.item.MetadataPatch;
import dev.glimpse.item.Position;
import dev.glimpse.topic.SourceValue;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Writes items again with other metadata. Thread-safe. */
@ApplicationScoped
public class SourcePatcher {

    private final SourceReader reader;
    private final SourceWriter writer;

    SourcePatcher(SourceReader reader, SourceWriter writer) {
        this.reader = reader;
        this.writer = writer;
    }

    /** What may have been written of an item when it was looked. */
    public static final class Look {
        private final List<Position> positions;
        private final OwnWrites.Mark mark;

        Look(List<Position> positions, OwnWrites.Mark mark) {
            this.positions = List.copyOf(positions);
            this.mark = mark;
        }

        /** Who has come to all of these knows what was last written of the item. */
        public List<Position> positions() {
            return positions;
        }
    }

    /**
     * Looks where the item's partition ends. Blocks until this process' writes of it are acknowledged.
     *
     * @param patience how long at most
     * @throws BrokerUnavailableException if the broker does not answer in time
     */
    public Look look(ItemId item, Duration patience) throws InterruptedException {
        OwnWrites.Mark mark = writer.mark(item);
        List<Position> positions = new ArrayList<>();
        if (mark.writes() > 0) {
            // A topic ends before what is written while a transaction of somebody else is open.
            try {
                Position own = mark.last().get(patience.toMillis(), TimeUnit.MILLISECONDS);
                if (own.kind() == item.kind() && own.partition() == reader.partition(item)) {
                    positions.add(own);
                }
            } catch (ExecutionException e) {
                // It was not written.
            } catch (TimeoutException e) {
                throw new BrokerUnavailableException("a write of %s is not acknowledged in time".formatted(item), e);
            }
        }
        reader.last(item).ifPresent(positions::add);
        return new Look(positions, mark);
    }

    /**
     * Reads an item's record back and writes it again, in the same form, with other metadata. Blocks until the write is
     * acknowledged.
     *
     * @param now   where it was last written
     * @param since when that was known
     * @return its new position; empty where something else was written meanwhile
     * @throws InvalidRecordException     if the metadata can't be so, or the record becomes too large
     * @throws BrokerUnavailableException if the broker does not answer in time
     */
    public Optional<Position> patch(ItemId item, Position now, MetadataPatch patch, Look since)
            throws InvalidRecordException, InterruptedException {
        Optional<SourceValue> value = reader.value(item, now);
        return value.isEmpty() ? Optional.empty() : writer.patch(item, value.get(), patch, since.mark);
    }
}
