package dev.glimpse.index;

import dev.glimpse.item.Position;

/**
 * A change, and where it stands in the embeddings topic.
 *
 * @param partition of that topic
 * @param offset    there
 */
public record Arrival(IndexChange change, int partition, long offset) {

    /** Where its source record stands: what a write of it returned. */
    public Position position() {
        return change.source().position();
    }
}
