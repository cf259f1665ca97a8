package dev.glimpse.index;

import dev.glimpse.filter.Filter;
import dev.glimpse.item.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What items are looked for by the words of their text or caption.
 *
 * @param kind   of the items
 * @param words  any of which an item must have
 * @param k      how many, 1 or more
 * @param filter what their metadata is like; null for any
 */
public record WordQuery(
        Kind kind, String words, int k, @Nullable Filter filter) {}
