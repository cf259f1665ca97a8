package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.item.ItemId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is given page by page, on one snapshot. The snapshot is closed when nobody uses the answer any more.
 * Thread-safe.
 */
final class PagedAnswer {

    /** So many items are shown at most, on all pages together: each page searches for those before it, too. */
    static final int DEEPEST = 10_000;

    private final SearchQuery query;
    private final @Nullable Embedding embedding;
    private final IndexSnapshot snapshot;
    private final List<ItemId> shown = new ArrayList<>();
    private final Set<Integer> ends = new HashSet<>();
    private int users = 1;

    /**
     * The caller uses it.
     *
     * @param embedding of the query; null where none is searched for
     */
    PagedAnswer(SearchQuery query, @Nullable Embedding embedding, IndexSnapshot snapshot) {
        this.query = query;
        this.embedding = embedding;
        this.snapshot = snapshot;
    }

    SearchQuery query() {
        return query;
    }

    @Nullable
    Embedding embedding() {
        return embedding;
    }

    IndexSnapshot snapshot() {
        return snapshot;
    }

    /** The first that were shown. */
    synchronized List<ItemId> shown(int from) {
        return List.copyOf(shown.subList(0, Math.min(from, shown.size())));
    }

    /** What a page showed. One that was asked for twice showed the same. */
    synchronized void show(int from, List<ItemId> items) {
        if (from == shown.size()) {
            shown.addAll(items);
            ends.add(shown.size());
        }
    }

    /** Whether a page ended after so many items. */
    synchronized boolean ends(int after) {
        return ends.contains(after);
    }

    /** Uses it, if anybody still does; to be released. */
    synchronized boolean use() {
        if (users == 0) {
            return false;
        }
        users++;
        return true;
    }

    /** Uses it no more. */
    synchronized void release() {
        users--;
        if (users == 0) {
            snapshot.close();
        }
    }
}
