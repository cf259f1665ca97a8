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
import dev.glimpse.index.TopNeighbours;
import dev.glimpse.index.ViewPositions;
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
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;
import org.jspecify.annotations.Nullable;

/** What a {@link LuceneIndex} held at one moment. */
final class LuceneSnapshot implements IndexSnapshot {

    /** Candidates for each neighbour wanted: texts and images lie apart, which costs recall. */
    private static final int CANDIDATES_PER_NEIGHBOUR = 3;

    /** So many times the candidates where there is a filter: it may pass what the graph's links do not lead to. */
    private static final int FILTERED = 3;

    private static final int CHUNK = 1024;

    /** Where a filter lets fewer than one in so many pass, those are compared one by one: the graph would lead past them. */
    private static final int LEAST_SHARE = 20;

    private final EmbeddingSpace space;
    private final LuceneStore.State state;
    private final int leastCandidates;

    /** By kind what the last filter lets pass: the stages of one answer share it. */
    private final Map<Kind, Passing> passing = new ConcurrentHashMap<>();

    /** Counted once: where items were deleted, it costs a pass over them. */
    private final Map<Kind, Integer> sizes = new ConcurrentHashMap<>();

    /** @param leastCandidates that the graph search keeps */
    LuceneSnapshot(EmbeddingSpace space, LuceneStore.State state, int leastCandidates) {
        this.space = space;
        this.state = state;
        this.leastCandidates = leastCandidates;
    }

    private record Place(LeafReader leaf, int doc) {}

    @Override
    public ViewPositions positions() {
        return state.positions;
    }

    /** In how many segments it lies: each is searched by itself. */
    int segments() {
        return state.reader.leaves().size();
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
        return sizes.computeIfAbsent(kind, of -> {
            int size = 0;
            try {
                for (LeafReaderContext context : state.reader.leaves()) {
                    size += live(context.reader(), of);
                }
                return size;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static int live(LeafReader leaf, Kind kind) throws IOException {
        FloatVectorValues vectors = leaf.getFloatVectorValues(LuceneIndex.vectorField(kind));
        Bits live = leaf.getLiveDocs();
        if (vectors == null || live == null) {
            return vectors == null ? 0 : vectors.size();
        }
        int size = 0;
        DocIdSetIterator docs = vectors.iterator();
        for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
            size += live.get(doc) ? 1 : 0;
        }
        return size;
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

    /** Which source record an item's document came from, or null where there is none. */
    @Nullable
    SourceStamp source(ItemId item) {
        Place place = place(item);
        if (place == null) {
            return null;
        }
        Document document = document(place);
        String[] source = document.get(LuceneIndex.SOURCE_ID).split(" ", 2);
        return new SourceStamp(source[0], source[1], Position.parse(document.get(LuceneIndex.POSITION)));
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
        Search search = new Search(query, listener);
        try {
            for (LeafReaderContext context : state.reader.leaves()) {
                if (search.stopped) {
                    break;
                }
                LeafReader leaf = context.reader();
                FixedBitSet passes = passing == null ? null : passing.of(context.ord);
                switch (query.method()) {
                    case APPROXIMATE -> search.graph(leaf, passes);
                    case EXACT -> search.scan(leaf, passes == null ? leaf.getLiveDocs() : passes);
                }
                search.report();
            }
            return search.outcome();
        } catch (IOException e) {
            throw new UncheckedIOException("the index can't be searched", e);
        }
    }

    @Override
    public Optional<List<WordMatch>> words(WordQuery query, BooleanSupplier proceed) {
        try {
            return WordSearch.search(state.reader, query, proceed, LuceneSnapshot::key);
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

    /** One search over all segments. */
    private final class Search {
        private final NeighbourQuery query;
        private final SearchListener listener;
        private final float[] target;
        private final String field;
        private final TopNeighbours top;
        private long scanned;
        private boolean improved;
        private boolean stopped;

        Search(NeighbourQuery query, SearchListener listener) {
            this.query = query;
            this.listener = listener;
            this.target = query.embedding().components();
            this.field = LuceneIndex.vectorField(query.kind());
            this.top = new TopNeighbours(query.k());
        }

        /** @param passes what the filter lets pass, which excludes what is deleted; null where there is none */
        void graph(LeafReader leaf, @Nullable FixedBitSet passes) throws IOException {
            FloatVectorValues vectors = leaf.getFloatVectorValues(field);
            if (vectors == null || vectors.size() == 0) {
                return;
            }
            int wanted = Math.max(leastCandidates, CANDIDATES_PER_NEIGHBOUR * query.k());
            int candidates = Math.min(vectors.size(), passes == null ? wanted : FILTERED * wanted);
            int passing = passes == null ? vectors.size() : passes.cardinality();
            if (passes != null && passing <= Math.max(candidates, vectors.size() / LEAST_SHARE)) {
                scan(leaf, passes);
                return;
            }
            AcceptDocs accepted = passes == null
                    ? AcceptDocs.fromLiveDocs(leaf.getLiveDocs(), leaf.maxDoc())
                    : AcceptDocs.fromIteratorSupplier(() -> new BitSetIterator(passes, passing), null, leaf.maxDoc());
            StoppableCollector collector = new StoppableCollector(new TopKnnCollector(candidates, Integer.MAX_VALUE));
            leaf.searchNearestVectors(field, target, collector, accepted);
            scanned += collector.visitedCount();
            ScoreDoc[] found = collector.topDocs().scoreDocs;
            // Doc values and vectors are read forwards.
            Arrays.sort(found, Comparator.comparingInt(hit -> hit.doc));
            BinaryDocValues keys = DocValues.getBinary(leaf, LuceneIndex.KEY);
            KnnVectorValues.DocIndexIterator docs = vectors.iterator();
            for (ScoreDoc hit : found) {
                docs.advance(hit.doc);
                offer(VectorUtil.dotProduct(target, vectors.vectorValue(docs.index())), keys, hit.doc);
            }
        }

        /** @param wanted null for all */
        void scan(LeafReader leaf, @Nullable Bits wanted) throws IOException {
            FloatVectorValues vectors = leaf.getFloatVectorValues(field);
            if (vectors == null) {
                return;
            }
            BinaryDocValues keys = DocValues.getBinary(leaf, LuceneIndex.KEY);
            KnnVectorValues.DocIndexIterator docs = vectors.iterator();
            for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
                if (wanted != null && !wanted.get(doc)) {
                    continue;
                }
                offer(VectorUtil.dotProduct(target, vectors.vectorValue(docs.index())), keys, doc);
                if (++scanned % CHUNK == 0) {
                    if (!listener.proceed()) {
                        stopped = true;
                        return;
                    }
                    report();
                }
            }
        }

        private void offer(float similarity, BinaryDocValues keys, int doc) {
            improved |= top.offer(similarity, () -> key(keys, doc));
        }

        void report() {
            if (improved) {
                listener.improved(top.ranked(), scanned);
                improved = false;
            }
        }

        SearchOutcome outcome() {
            return new SearchOutcome(top.ranked(), scanned, size(query.kind(), query.filter()), !stopped);
        }

        /** Asks the listener while the graph is walked. */
        private final class StoppableCollector extends KnnCollector.Decorator {
            private long asked;

            StoppableCollector(KnnCollector collector) {
                super(collector);
            }

            @Override
            public boolean earlyTerminated() {
                if (visitedCount() - asked >= CHUNK) {
                    asked = visitedCount();
                    stopped |= !listener.proceed();
                }
                return stopped || super.earlyTerminated();
            }
        }
    }

    private static ItemId key(BinaryDocValues keys, int doc) {
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
