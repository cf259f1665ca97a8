package dev.glimpse.index;

import dev.glimpse.item.ItemId;

/**
 * An item that has words that were looked for.
 *
 * @param score by BM25 (Robertson and Zaragoza 2009), more than 0
 */
public record WordMatch(ItemId item, float score) {}
