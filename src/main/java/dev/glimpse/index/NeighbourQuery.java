package dev.glimpse.index;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.filter.Filter;
import dev.glimpse.item.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What neighbours are looked for.
 *
 * @param kind      of the neighbours
 * @param embedding near which they lie
 * @param k         how many, 1 or more
 * @param filter    what their metadata is like; null for any
 * @param method    how they are found
 */
public record NeighbourQuery(
        Kind kind, Embedding embedding, int k, @Nullable Filter filter, Method method) {

    /** How neighbours are found. */
    public enum Method {
        /** By the graph (HNSW: Malkov and Yashunin 2018, arXiv:1603.09320): fast, and may miss some. */
        APPROXIMATE,
        /** By comparing with every item: misses none. */
        EXACT
    }

    /** @throws IllegalArgumentException if k is below 1 */
    public NeighbourQuery {
        if (k < 1) {
            throw new IllegalArgumentException("k is %d; it must be 1 or more".formatted(k));
        }
    }
}
