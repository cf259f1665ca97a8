package dev.glimpse.ingest;

import dev.glimpse.item.ItemId;
import dev.glimpse.item.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this process writes, so that who reads an item to write it again knows whether it was written meanwhile. Items share
 * a bounded number of counters: a write of another item may be taken for one of this. Thread-safe.
 */
final class OwnWrites {

    private static final int COUNTERS = 256;

    /**
     * How much was written when it was asked.
     *
     * @param last what was then written last, done or not
     */
    record Mark(long writes, CompletableFuture<Position> last) {}

    private static final class Counter {
        private long writes;
        private CompletableFuture<Position> last = new CompletableFuture<>();
    }

    private final List<Counter> counters = new ArrayList<>();

    OwnWrites() {
        for (int i = 0; i < COUNTERS; i++) {
            counters.add(new Counter());
        }
    }

    /** Where the item's writes stand now; a last one that never was is never done. */
    Mark mark(ItemId item) {
        Counter counter = counter(item);
        synchronized (counter) {
            return new Mark(counter.writes, counter.last);
        }
    }

    /**
     * Sends, and counts it.
     *
     * @param since null for whatever was written
     * @return empty, and nothing is sent, if something was written since
     */
    Optional<CompletableFuture<Position>> send(
            ItemId item, @Nullable Mark since, Supplier<CompletableFuture<Position>> send) {
        Counter counter = counter(item);
        // Sent under the lock: the producer keeps the order.
        synchronized (counter) {
            if (since != null && since.writes() != counter.writes) {
                return Optional.empty();
            }
            counter.writes++;
            counter.last = send.get();
            return Optional.of(counter.last);
        }
    }

    private Counter counter(ItemId item) {
        return counters.get(Math.floorMod(item.hashCode(), COUNTERS));
    }
}
