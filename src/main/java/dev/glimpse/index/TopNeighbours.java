package dev.glimpse.index;

import dev.glimpse.item.ItemId;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Supplier;

/** The k best of the neighbours that it was offered. An id is asked for only where it is needed. Not thread-safe. */
public final class TopNeighbours {

    private final int k;
    private final PriorityQueue<Neighbour> worstFirst = new PriorityQueue<>(Comparator.reverseOrder());

    /** @param k how many are kept, 1 or more */
    public TopNeighbours(int k) {
        this.k = k;
    }

    /** Offers an item; says whether it is now among the best. */
    public boolean offer(float similarity, Supplier<ItemId> item) {
        if (worstFirst.size() < k) {
            return worstFirst.add(new Neighbour(item.get(), similarity));
        }
        Neighbour worst = worstFirst.element();
        if (similarity < worst.similarity()) {
            return false;
        }
        Neighbour offered = new Neighbour(item.get(), similarity);
        if (offered.compareTo(worst) >= 0) {
            return false;
        }
        worstFirst.remove();
        return worstFirst.add(offered);
    }

    /** What is less similar than this is not among the best. */
    public float least() {
        return worstFirst.size() < k
                ? Float.NEGATIVE_INFINITY
                : worstFirst.element().similarity();
    }

    /** The best, in order. */
    public List<Neighbour> ranked() {
        return worstFirst.stream().sorted().toList();
    }
}
