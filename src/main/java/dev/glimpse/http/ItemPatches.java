package dev.glimpse.http;

import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import dev.glimpse.index.IndexedItem;
import dev.glimpse.ingest.InvalidRecordException;
import dev.glimpse.ingest.SourcePatcher;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.MetadataPatch;
import dev.glimpse.item.Position;
import io.smallrye.mutiny.TimeoutException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Changes metadata alone: what was last written of an item is read back from its topic, and written again. To know what was
 * last written, the view must first have come to the end of the item's partition. Where this process wrote the item meanwhile, it
 * begins again; what somebody else writes between the look and the write is overwritten, since Kafka has no compare-and-set.
 * Thread-safe.
 */
@ApplicationScoped
class ItemPatches {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final IndexView view;
    private final SourcePatcher patcher;

    ItemPatches(IndexView view, SourcePatcher patcher) {
        this.view = view;
        this.patcher = patcher;
    }

    /**
     * Changes the metadata of an item. Blocks until the write is acknowledged.
     *
     * @param ifMatch whether it may be changed where its last version stands
     * @return where its new version stands
     */
    Position patch(ItemId item, MetadataPatch patch, Predicate<Position> ifMatch)
            throws InterruptedException, InvalidRecordException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            snapshot().close();
            SourcePatcher.Look look = patcher.look(item, remaining(deadline));
            await(item, look, remaining(deadline));
            Position now = position(item);
            if (!ifMatch.test(now)) {
                throw Problem.of(412, "changed", "%s stands at %s".formatted(item, now))
                        .exception();
            }
            Optional<Position> written = patcher.patch(item, now, patch, look);
            if (written.isPresent()) {
                return written.get();
            }
            if (System.nanoTime() > deadline) {
                throw Problem.of(503, "unavailable", "%s is written all the time: try once more".formatted(item))
                        .exception();
            }
        }
    }

    private static Duration remaining(long deadline) {
        return Duration.ofNanos(Math.max(deadline - System.nanoTime(), 1_000_000));
    }

    private void await(ItemId item, SourcePatcher.Look look, Duration patience) {
        try {
            view.await(look.positions())
                    .ifNoItem()
                    .after(patience)
                    .fail()
                    .await()
                    .indefinitely();
        } catch (TimeoutException e) {
            throw Problem.of(
                            503,
                            "unavailable",
                            "the view has not come to %s within %d s: what was last written of %s is not known"
                                    .formatted(look.positions(), PATIENCE.toSeconds(), item))
                    .exception();
        }
    }

    private Position position(ItemId item) {
        try (IndexSnapshot snapshot = snapshot()) {
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

    private IndexSnapshot snapshot() {
        return view.snapshot()
                .orElseThrow(
                        () -> Problem.of(503, "unavailable", view.absence()).exception());
    }
}
