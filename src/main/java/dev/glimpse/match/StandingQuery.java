package dev.glimpse.match;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.filter.Filter;
import dev.glimpse.item.Kind;
import dev.glimpse.topic.LogPosition;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A query that is compared with what arrives.
 *
 * @param id        the key of its record
 * @param version   where that record stands in the queries topic
 * @param kinds     of items that it finds
 * @param least     the least similarity of what it finds
 * @param filter    what their metadata is like; null for any
 */
record StandingQuery(
        String id,
        LogPosition version,
        Embedding embedding,
        Set<Kind> kinds,
        float least,
        @Nullable Filter filter) {}
