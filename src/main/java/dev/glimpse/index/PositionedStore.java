package dev.glimpse.index;

/** What a view keeps, together with how far it has read. One thread writes to it; any may read. */
public interface PositionedStore extends AutoCloseable {

    /** How far the store has read: what {@code apply} was last told, or what the last commit holds. */
    ViewPositions positions();

    /** Makes what was applied durable, together with these positions (which say no more than was applied). */
    void commit(ViewPositions positions);

    /** Closes the store; what was not committed is read from the topic again. */
    @Override
    void close();
}
