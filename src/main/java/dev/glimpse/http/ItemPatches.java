package dev.glimpse.http;

import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import dev.glimpse.index.IndexedItem;
import dev.glimpse.ingest.InvalidRecordException;
import dev.glimpse.ingest.SourcePatcher;
import dev.glimpse.ingest.SourceReader;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.MetadataPatch;
import dev.glimpse.item.Position;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Changes metadata alone: what was last written of an item is read back from its topic, and written again. To know what was
 * last written, the view must first have come to the end of the item's partition. Changes of one item by this process come one
 * after the other; what somebody else writes between the look and the write is overwritten, since Kafka has no compare-and-set.
 * Thread-safe.
 */
@ApplicationScoped
class ItemPatches {

    private static final int LOCKS = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final IndexView view;
    private final SourceReader reader;
    private final SourcePatcher patcher;
    private final List<Lock> locks =
            Stream.generate(() -> (Lock) new ReentrantLock()).limit(LOCKS).toList();

    ItemPatches(IndexView view, SourceReader reader, SourcePatcher patcher) {
        this.view = view;
        this.reader = reader;
        this.patcher = patcher;
    }

    /**
     * Changes the metadata of an item. Blocks until the write is acknowledged.
     *
     * @param ifMatch where its last version must stand; null for anywhere
     * @return where its new version stands
     */
    Position patch(ItemId item, MetadataPatch patch, @Nullable Position ifMatch)
            throws InterruptedException, InvalidRecordException {
        Lock lock = locks.get(Math.floorMod(item.hashCode(), LOCKS));
        lock.lockInterruptibly();
        try {
            Position now = last(item);
            if (ifMatch != null && !ifMatch.equals(now)) {
                throw Problem.of(412, "changed", "%s stands at %s, not at %s".formatted(item, now, ifMatch))
                        .exception();
            }
            return patcher.patch(item, now, patch)
                    .orElseThrow(() -> Problem.of(
                                    503, "unavailable", "%s was written again just now: try once more".formatted(item))
                            .exception());
        } finally {
            lock.unlock();
        }
    }

    private Position last(ItemId item) throws InterruptedException {
        Optional<Position> end = reader.last(item);
        if (end.isPresent()) {
            await(item, end.get());
        }
        try (IndexSnapshot snapshot = view.snapshot()
                .orElseThrow(
                        () -> Problem.of(503, "unavailable", view.absence()).exception())) {
            return switch (snapshot.find(item).orElse(null)) {
                case IndexedItem.Visible visible -> visible.position();
                case IndexedItem.Rejected rejected ->
                    throw Problem.of(
                                    409,
                                    "rejected",
                                    "%s was refused (%s): write it anew".formatted(item, rejected.message()))
                            .exception();
                case null -> throw ItemResource.unknown(item);
            };
        }
    }

    private void await(ItemId item, Position end) {
        Uni<Boolean> reached =
                view.await(List.of(end)).ifNoItem().after(PATIENCE).fail();
        try {
            reached.await().indefinitely();
        } catch (TimeoutException e) {
            throw Problem.of(
                            503,
                            "unavailable",
                            "the view has not come to %s within %d s: what was last written of %s is not known"
                                    .formatted(end, PATIENCE.toSeconds(), item))
                    .exception();
        }
    }
}
