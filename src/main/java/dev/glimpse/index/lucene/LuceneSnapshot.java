package dev.glimpse.index.lucene;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.filter.Filter;
import dev.glimpse.index.FacetCounts;
import dev.glimpse.index.FacetQuery;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexedItem;
import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.SearchListener;
import dev.glimpse.index.SearchOutcome;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.index.WordListener;
import dev.glimpse.index.WordMatch;
import dev.glimpse.index.WordQuery;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.Position;
import dev.glimpse.topic.SourceStamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/** What a {@link LuceneIndex} held at one moment. */
final class LuceneSnapshot implements IndexSnapshot {

    private final EmbeddingSpace space;
    private final LuceneStore.State state;
    private final LuceneSettings settings;
    private final Tail tail;

    /** By kind what the last filter lets pass: the stages of one answer share it. */
    private final Map<Kind, Passing> passing = new ConcurrentHashMap<>();

    LuceneSnapshot(EmbeddingSpace space, LuceneStore.State state, LuceneSettings settings, Tail tail) {
        this.space = space;
        this.state = state;
        this.settings = settings;
        this.tail = tail;
    }

    private record Place(LeafReader leaf, int doc) {}

    @Override
    public ViewPositions positions() {
        return state.positions;
    }

    /** How many documents each of its segments holds: each is searched by itself. */
    List<Integer> segments() {
        return largestFirst(state.reader).stream()
                .map(context -> context.reader().numDocs())
                .toList();
    }

    @Override
    public int size(Kind kind, @Nullable Filter filter) {
        return filter == null ? size(kind) : passing(kind, filter).size();
    }

    private Passing passing(Kind kind, @Nullable Filter filter) {
        return passing.compute(kind, (of, last) -> {
            if (last != null && Objects.equals(filter, last.filter())) {
                return last;
            }
            try {
                return Passing.of(state.reader, of, filter);
            } catch (IOException e) {
                throw new UncheckedIOException("the index can't be filtered", e);
            }
        });
    }

    @Override
    public int size(Kind kind) {
        return state.sizes.getOrDefault(kind, 0);
    }

    Map<Kind, Integer> sizes() {
        return state.sizes;
    }

    /** Counts the documents with vectors of a kind: a pass over all, where some were deleted. */
    int count(Kind kind) {
        int count = 0;
        try {
            for (LeafReaderContext context : state.reader.leaves()) {
                count += count(context.reader(), kind);
            }
            return count;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int count(LeafReader leaf, Kind kind) throws IOException {
        FloatVectorValues vectors = leaf.getFloatVectorValues(LuceneIndex.vectorField(kind));
        Bits live = leaf.getLiveDocs();
        if (vectors == null || live == null) {
            return vectors == null ? 0 : vectors.size();
        }
        int count = 0;
        DocIdSetIterator docs = vectors.iterator();
        for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
            count += live.get(doc) ? 1 : 0;
        }
        return count;
    }

    @Override
    public Optional<IndexedItem> find(ItemId item) {
        Place place = place(item);
        return place == null ? Optional.empty() : Optional.of(read(item, document(place)));
    }

    private static IndexedItem read(ItemId item, Document document) {
        Position position = Position.parse(document.get(LuceneIndex.POSITION));
        String reason = document.get(LuceneIndex.REASON);
        if (reason != null) {
            return new IndexedItem.Rejected(item, position, reason, String.valueOf(document.get(LuceneIndex.MESSAGE)));
        }
        String metadata = document.get(LuceneIndex.METADATA);
        return new IndexedItem.Visible(
                item,
                position,
                new ContentDigest(document.get(LuceneIndex.DIGEST)),
                document.get(LuceneIndex.TEXT),
                metadata == null ? Metadata.NONE : Metadata.parse(metadata));
    }

    /** What is known of an item, or null where it has no document. */
    LuceneIndex.@Nullable Known known(ItemId item) {
        Place place = place(item);
        if (place == null) {
            return null;
        }
        Document document = document(place);
        String[] source = document.get(LuceneIndex.SOURCE_ID).split(" ", 2);
        return new LuceneIndex.Known(
                new SourceStamp(source[0], source[1], Position.parse(document.get(LuceneIndex.POSITION))),
                document.get(LuceneIndex.REASON) == null);
    }

    @Override
    public Optional<Embedding> embedding(ItemId item) {
        Place place = place(item);
        if (place == null) {
            return Optional.empty();
        }
        try {
            FloatVectorValues vectors = place.leaf().getFloatVectorValues(LuceneIndex.vectorField(item.kind()));
            if (vectors == null) {
                return Optional.empty();
            }
            KnnVectorValues.DocIndexIterator docs = vectors.iterator();
            if (docs.advance(place.doc()) != place.doc()) {
                return Optional.empty();
            }
            return Optional.of(Embedding.normalised(space, vectors.vectorValue(docs.index())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<ImageFeatures> features(ItemId item) {
        Place place = place(item);
        if (place == null) {
            return Optional.empty();
        }
        try {
            BinaryDocValues features = DocValues.getBinary(place.leaf(), LuceneIndex.FEATURES);
            if (!features.advanceExact(place.doc())) {
                return Optional.empty();
            }
            BytesRef bytes = features.binaryValue();
            return Optional.of(ImageFeatures.ofBytes(ByteBuffer.wrap(bytes.bytes, bytes.offset, bytes.length)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable Place place(ItemId item) {
        Term key = new Term(LuceneIndex.KEY, item.toString());
        try {
            for (LeafReaderContext context : state.reader.leaves()) {
                LeafReader leaf = context.reader();
                PostingsEnum postings = leaf.postings(key, PostingsEnum.NONE);
                Bits live = leaf.getLiveDocs();
                for (int doc = postings == null ? DocIdSetIterator.NO_MORE_DOCS : postings.nextDoc();
                        postings != null && doc != DocIdSetIterator.NO_MORE_DOCS;
                        doc = postings.nextDoc()) {
                    if (live == null || live.get(doc)) {
                        return new Place(leaf, doc);
                    }
                }
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Document document(Place place) {
        try {
            return place.leaf().storedFields().document(place.doc());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public SearchOutcome search(NeighbourQuery query, SearchListener listener) {
        Filter filter = query.filter();
        Passing passing = filter == null ? null : passing(query.kind(), filter);
        List<LeafReaderContext> segments = largestFirst(state.reader);
        int graphs = (int) segments.stream()
                .takeWhile(context -> context.reader().maxDoc() >= settings.tail())
                .count();
        VectorSearch search = new VectorSearch(query, size(query.kind()), graphs, settings, tail, listener);
        try {
            for (LeafReaderContext context : segments) {
                if (search.isStopped()) {
                    break;
                }
                LeafReader leaf = context.reader();
                FixedBitSet passes = passing == null ? null : passing.of(context.ord);
                switch (query.method()) {
                    case APPROXIMATE -> search.graph(leaf, passes);
                    case EXACT -> search.scan(leaf, passes);
                }
                // The tail is one step: its segments take some microseconds each.
                if (leaf.maxDoc() >= settings.tail()) {
                    search.report();
                }
            }
            search.report();
            return search.outcome(size(query.kind(), query.filter()));
        } catch (IOException e) {
            throw new UncheckedIOException("the index can't be searched", e);
        }
    }

    /** What the largest segment holds is the most to compare with. */
    private static List<LeafReaderContext> largestFirst(DirectoryReader reader) {
        return reader.leaves().stream()
                .sorted(Comparator.comparingInt(
                        (LeafReaderContext of) -> -of.reader().maxDoc()))
                .toList();
    }

    @Override
    public Optional<List<WordMatch>> words(WordQuery query, WordListener listener) {
        try {
            return WordSearch.search(state.reader, query, listener, LuceneSnapshot::key);
        } catch (IOException e) {
            throw new UncheckedIOException("the index can't be searched for words", e);
        }
    }

    @Override
    public Optional<FacetCounts> facets(FacetQuery query, BooleanSupplier proceed) {
        FacetSearch search = new FacetSearch(query, proceed);
        Passing passes = passing(query.kind(), query.filter());
        try {
            for (LeafReaderContext context : state.reader.leaves()) {
                if (!search.count(context.reader(), passes.of(context.ord))) {
                    return Optional.empty();
                }
            }
            return Optional.of(search.counts());
        } catch (IOException e) {
            throw new UncheckedIOException("the index can't be counted", e);
        }
    }

    static ItemId key(BinaryDocValues keys, int doc) {
        try {
            if (!keys.advanceExact(doc)) {
                throw new IllegalStateException("a document has no key");
            }
            return ItemId.parse(keys.binaryValue().utf8ToString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            state.reader.decRef();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
