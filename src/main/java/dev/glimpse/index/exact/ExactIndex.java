package dev.glimpse.index.exact;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.filter.Filter;
import dev.glimpse.filter.MetadataValues;
import dev.glimpse.index.FacetCounts;
import dev.glimpse.index.FacetQuery;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexedItem;
import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.SearchListener;
import dev.glimpse.index.SearchOutcome;
import dev.glimpse.index.TopNeighbours;
import dev.glimpse.index.VectorIndex;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.index.WordListener;
import dev.glimpse.index.WordMatch;
import dev.glimpse.index.WordQuery;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.lucene.util.VectorUtil;
import org.jspecify.annotations.Nullable;

/** Brute force in memory. A change copies the map of items, so that snapshots cost nothing. */
public final class ExactIndex implements VectorIndex {

    private static final int CHUNK = 1024;

    private record Entry(
            IndexChange change, IndexedItem item, @Nullable Embedding embedding, MetadataValues metadata) {

        boolean isFound(Kind kind, @Nullable Filter filter) {
            return embedding != null && item.item().kind() == kind && (filter == null || filter.matches(metadata));
        }
    }

    private volatile Snapshot current;

    /** An empty index of a topic. */
    public ExactIndex(ViewPositions.Origin origin) {
        current = new Snapshot(Map.of(), ViewPositions.none(origin));
    }

    @Override
    public void apply(List<IndexChange> changes, ViewPositions positions) {
        Map<ItemId, Entry> entries = new HashMap<>(current.entries);
        for (IndexChange change : changes) {
            Entry known = entries.get(change.item());
            if (known != null && isOlder(change, known.change())) {
                continue;
            }
            switch (change) {
                case IndexChange.Delete delete -> entries.remove(delete.item());
                case IndexChange.Put put ->
                    entries.put(
                            put.item(),
                            new Entry(
                                    put,
                                    new IndexedItem.Visible(
                                            put.item(),
                                            put.source().position(),
                                            put.digest(),
                                            put.text(),
                                            put.metadata()),
                                    put.embedding(),
                                    MetadataValues.of(put.metadata())));
                case IndexChange.Reject reject ->
                    entries.put(
                            reject.item(),
                            new Entry(
                                    reject,
                                    new IndexedItem.Rejected(
                                            reject.item(),
                                            reject.source().position(),
                                            reject.reason(),
                                            reject.message()),
                                    null,
                                    MetadataValues.of(Metadata.NONE)));
            }
        }
        current = new Snapshot(Map.copyOf(entries), positions);
    }

    private static boolean isOlder(IndexChange change, IndexChange known) {
        return change.source().topicId().equals(known.source().topicId())
                && change.source().position().offset()
                        < known.source().position().offset();
    }

    @Override
    public IndexSnapshot snapshot() {
        return current;
    }

    @Override
    public ViewPositions positions() {
        return current.positions;
    }

    @Override
    public void commit(ViewPositions positions) {
        current = new Snapshot(current.entries, positions);
    }

    @Override
    public void close() {}

    private record Snapshot(Map<ItemId, Entry> entries, ViewPositions positions) implements IndexSnapshot {

        @Override
        public int size(Kind kind) {
            return size(kind, null);
        }

        @Override
        public int size(Kind kind, @Nullable Filter filter) {
            return (int) entries.values().stream()
                    .filter(entry -> entry.isFound(kind, filter))
                    .count();
        }

        @Override
        public Optional<IndexedItem> find(ItemId item) {
            return Optional.ofNullable(entries.get(item)).map(Entry::item);
        }

        @Override
        public Optional<Embedding> embedding(ItemId item) {
            Entry entry = entries.get(item);
            return entry == null ? Optional.empty() : Optional.ofNullable(entry.embedding());
        }

        @Override
        public Optional<ImageFeatures> features(ItemId item) {
            Entry entry = entries.get(item);
            return entry != null && entry.change() instanceof IndexChange.Put put
                    ? Optional.ofNullable(put.features())
                    : Optional.empty();
        }

        @Override
        public SearchOutcome search(NeighbourQuery query, SearchListener listener) {
            TopNeighbours top = new TopNeighbours(query.k());
            int size = size(query.kind(), query.filter());
            boolean improved = false;
            long scanned = 0;
            for (Map.Entry<ItemId, Entry> entry : entries.entrySet()) {
                Embedding embedding = entry.getValue().embedding();
                if (embedding == null || !entry.getValue().isFound(query.kind(), query.filter())) {
                    continue;
                }
                improved |= top.offer(
                        VectorUtil.dotProduct(query.embedding().components(), embedding.components()), entry::getKey);
                if (++scanned % CHUNK == 0) {
                    if (!listener.proceed()) {
                        return new SearchOutcome(top.ranked(), scanned, size, false);
                    }
                    if (improved) {
                        listener.improved(top.ranked(), scanned);
                        improved = false;
                    }
                }
            }
            return new SearchOutcome(top.ranked(), scanned, size, true);
        }

        @Override
        public Optional<List<WordMatch>> words(WordQuery query, WordListener listener) {
            return Bm25.search(
                    query.words(),
                    entries.values().stream()
                            .filter(entry -> entry.change() instanceof IndexChange.Put put && put.text() != null)
                            .toList(),
                    entry -> String.valueOf(((IndexChange.Put) entry.change()).text()),
                    entry -> entry.isFound(query.kind(), query.filter())
                            ? entry.item().item()
                            : null,
                    query.k(),
                    listener::proceed);
        }

        @Override
        public Optional<FacetCounts> facets(FacetQuery query, BooleanSupplier proceed) {
            FacetCounts counts = new FacetCounts(query.fields());
            FacetQuery.Near near = query.near();
            for (Entry entry : entries.values()) {
                if (!proceed.getAsBoolean()) {
                    return Optional.empty();
                }
                Embedding embedding = entry.embedding();
                if (embedding == null
                        || !entry.isFound(query.kind(), query.filter())
                        || near != null
                                && VectorUtil.dotProduct(near.embedding().components(), embedding.components())
                                        < near.minSimilarity()) {
                    continue;
                }
                for (String field : query.fields()) {
                    entry.metadata().of(field).stream()
                            .filter(FacetCounts::isCounted)
                            .forEach(value -> counts.add(field, value, 1));
                }
            }
            return Optional.of(counts);
        }

        @Override
        public void close() {}
    }
}
