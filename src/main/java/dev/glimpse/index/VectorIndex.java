package dev.glimpse.index;

import java.util.List;

/**
 * The index of a view: items with their embeddings, found by similarity. One thread applies changes; any number search
 * snapshots meanwhile.
 */
public interface VectorIndex extends PositionedStore {

    /**
     * Applies changes, in order. They, and the positions with them, are in every snapshot that is taken after this
     * returns, and in none that was taken before: all or none.
     *
     * @throws java.io.UncheckedIOException if the disk fails; the index must then be opened again
     */
    void apply(List<IndexChange> changes, ViewPositions positions);

    /**
     * What the index holds now, unchanging until it is closed.
     *
     * @throws IllegalStateException if the index is closed
     */
    IndexSnapshot snapshot();
}
