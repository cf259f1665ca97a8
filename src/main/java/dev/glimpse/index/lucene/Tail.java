package dev.glimpse.index.lucene;

import dev.glimpse.item.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.jspecify.annotations.Nullable;

/** The vectors of all segments that have no graph, for as long as a reader of theirs is open. Thread-safe. */
final class Tail {

    private final int below;
    private final Map<IndexReader.CacheKey, Map<Kind, TailVectors>> vectors = new ConcurrentHashMap<>();

    /** @param below so many vectors of a kind a segment has no graph of them */
    Tail(int below) {
        this.below = below;
    }

    /** The vectors of a kind, where the segment has no graph of them; null where it has, and where it has none. */
    @Nullable
    TailVectors of(LeafReader leaf, Kind kind) {
        return read(leaf).get(kind);
    }

    /** Reads what it does not know yet, so that no query waits for it. */
    void warm(IndexReader reader) {
        for (LeafReaderContext context : reader.leaves()) {
            read(context.reader());
        }
    }

    private Map<Kind, TailVectors> read(LeafReader leaf) {
        IndexReader.CacheHelper core = leaf.getCoreCacheHelper();
        Map<Kind, TailVectors> known = vectors.get(core.getKey());
        if (known != null) {
            return known;
        }
        try {
            Map<Kind, TailVectors> read = new EnumMap<>(Kind.class);
            for (Kind kind : Kind.values()) {
                FloatVectorValues values = leaf.getFloatVectorValues(LuceneIndex.vectorField(kind));
                if (values != null && values.size() > 0 && values.size() < below) {
                    read.put(kind, TailVectors.of(values));
                }
            }
            // Not computed in the map, which would keep others waiting; two who read the same now and then do no harm.
            Map<Kind, TailVectors> before = vectors.putIfAbsent(core.getKey(), read);
            if (before == null) {
                core.addClosedListener(vectors::remove);
            }
            return before == null ? read : before;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
