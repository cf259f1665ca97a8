package dev.glimpse.index;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** What a view keeps, together with how far it has read. One thread writes to it; any may read. */
public interface PositionedStore extends AutoCloseable {

    /** How far the store has read: what {@code apply} was last told, or what the last commit holds. */
    ViewPositions positions();

    /** Makes what was applied durable, together with these positions (which say no more than was applied). */
    void commit(ViewPositions positions);

    /**
     * Begins the same, of what was applied until now, and returns as soon as more may be applied. The thread that writes begins no
     * second one before the first is done.
     *
     * @return done once it is durable; fails as {@link #commit} does
     */
    default Future<?> beginCommit(ViewPositions positions) {
        commit(positions);
        return CompletableFuture.completedFuture(null);
    }

    /** Closes the store; what was not committed is read from the topic again. */
    @Override
    void close();
}
