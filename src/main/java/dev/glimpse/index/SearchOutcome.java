package dev.glimpse.index;

import java.util.List;

/**
 * What a search found, and what it cost.
 *
 * @param neighbours at most k, best first
 * @param scanned    how many items were compared
 * @param of         how many items of the kind there are that the filter lets pass
 * @param complete   whether it ran to its end, and was not stopped by its listener
 */
public record SearchOutcome(List<Neighbour> neighbours, long scanned, long of, boolean complete) {}
