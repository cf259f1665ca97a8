package dev.glimpse.index;

import java.util.List;

/** Who waits for a search for words. Called on the searching thread. */
@FunctionalInterface
public interface WordListener {

    /** Whether the search shall go on. Asked at least every few thousand items. */
    boolean proceed();

    /** Whether k items that have all words will do, though one that has some might be ranked before them. */
    default boolean isContent() {
        return false;
    }

    /**
     * What is best so far, while the search goes on; a short one may say nothing.
     *
     * @param best at most k matches, best first
     */
    default void improved(List<WordMatch> best) {}
}
