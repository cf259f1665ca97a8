package dev.glimpse.index;

import dev.glimpse.item.ItemId;
import java.util.Comparator;

/**
 * An item near a query. Ordered best first: by similarity, ties by kind and id.
 *
 * @param similarity the cosine of its embedding and the query's, in [-1, 1]
 */
public record Neighbour(ItemId item, float similarity) implements Comparable<Neighbour> {

    private static final Comparator<Neighbour> BEST_FIRST =
            Comparator.comparingDouble(Neighbour::similarity).reversed().thenComparing(Neighbour::item);

    @Override
    public int compareTo(Neighbour other) {
        return BEST_FIRST.compare(this, other);
    }
}
