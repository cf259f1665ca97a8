package dev.glimpse.index;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.filter.Filter;
import dev.glimpse.item.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Of which fields the values are counted, and over which items.
 *
 * @param kind   of the items
 * @param filter what their metadata is like; null for any
 * @param near   what they are similar to; null for anything
 * @param fields of metadata, at least one
 */
public record FacetQuery(
        Kind kind, @Nullable Filter filter, @Nullable Near near, List<String> fields) {

    /**
     * A floor of similarity.
     *
     * @param minSimilarity the least cosine, -1 to 1
     */
    public record Near(Embedding embedding, float minSimilarity) {}
}
