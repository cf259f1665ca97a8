package dev.glimpse.index;

import java.util.List;
import java.util.function.BooleanSupplier;

/** Who waits for a search: told of improvements, and asked before it goes on. Called on the searching thread. */
public interface SearchListener {

    /** Whether the search shall go on. Asked at least every few thousand comparisons. */
    boolean proceed();

    /**
     * The best that is known so far has changed.
     *
     * @param best    at most k neighbours, best first
     * @param scanned how many items have been compared
     */
    void improved(List<Neighbour> best, long scanned);

    /** A listener that lets the search run to its end. */
    static SearchListener patient() {
        return silent(() -> true);
    }

    /** A listener that does not hear what is found. */
    static SearchListener silent(BooleanSupplier proceed) {
        return new SearchListener() {
            @Override
            public boolean proceed() {
                return proceed.getAsBoolean();
            }

            @Override
            public void improved(List<Neighbour> best, long scanned) {}
        };
    }
}
