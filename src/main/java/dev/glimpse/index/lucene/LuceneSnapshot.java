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
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.search.knn.MultiLeafKnnCollector;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.BlockingFloatHeap;
import org.jspecify.annotations.Nullable;

/** What a {@link LuceneIndex} held at one moment. */
final class LuceneSnapshot implements IndexSnapshot {

    /** Candidates for each neighbour wanted: texts and images lie apart, which costs recall. */
    private static final int CANDIDATES_PER_NEIGHBOUR = 3;

    /** So many times the candidates where there is a filter: it may pass what the graph's links do not lead to. */
    private static final int FILTERED = 3;

    /** So many comparisons of a graph search, or chunks of a scan, the listener is asked and told. */
    private static final int CHUNK = 1024;

    /** So many standard deviations of a binomial distribution more than a segment's share of the candidates. */
    private static final int CERTAINTY = 16;

    private static final int CHUNKS = CHUNK / VectorScorer.DEFAULT_BULK_BATCH_SIZE;

    /** By how much Lucene's score of a unit vector, a float32 near 1, may be off: some units in the last place. */
    private static final float UNSURE = 1e-5f;

    /** Where a filter lets fewer than one in so many pass, those are compared one by one: the graph would lead past them. */
    private static final int LEAST_SHARE = 20;

    private final EmbeddingSpace space;
    private final LuceneStore.State state;
    private final LuceneSettings settings;
    private final Activity queries;

    /** By kind what the last filter lets pass: the stages of one answer share it. */
    private final Map<Kind, Passing> passing = new ConcurrentHashMap<>();

    LuceneSnapshot(EmbeddingSpace space, LuceneStore.State state, LuceneSettings settings, Activity queries) {
        this.space = space;
        this.state = state;
        this.settings = settings;
        this.queries = queries;
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
        queries.mark();
        Filter filter = query.filter();
        Passing passing = filter == null ? null : passing(query.kind(), filter);
        Search search = new Search(query, listener);
        try {
            for (LeafReaderContext context : largestFirst(state.reader)) {
                if (search.stopped) {
                    break;
                }
                LeafReader leaf = context.reader();
                FixedBitSet passes = passing == null ? null : passing.of(context.ord);
                switch (query.method()) {
                    case APPROXIMATE -> search.graph(leaf, passes);
                    case EXACT -> search.scan(leaf, passes);
                }
                search.report();
            }
            return search.outcome();
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
        private final int candidates;

        /** The similarities of the best candidates of all segments so far: what can't be among them is not walked to. */
        private final BlockingFloatHeap best;

        private long scanned;
        private boolean improved;
        private boolean stopped;

        Search(NeighbourQuery query, SearchListener listener) {
            this.query = query;
            this.listener = listener;
            this.target = query.embedding().components();
            this.field = LuceneIndex.vectorField(query.kind());
            this.top = new TopNeighbours(query.k());
            int wanted = Math.max(settings.candidates(), CANDIDATES_PER_NEIGHBOUR * query.k());
            this.candidates = query.filter() == null ? wanted : FILTERED * wanted;
            this.best = new BlockingFloatHeap(candidates);
        }

        /** @param passes what the filter lets pass, which excludes what is deleted; null where there is none */
        void graph(LeafReader leaf, @Nullable FixedBitSet passes) throws IOException {
            FloatVectorValues vectors = leaf.getFloatVectorValues(field);
            if (vectors == null || vectors.size() == 0) {
                return;
            }
            if (vectors.size() < settings.tail()) {
                scan(leaf, passes);
                return;
            }
            int passing = passes == null ? vectors.size() : passes.cardinality();
            if (passes != null && passing <= Math.max(candidates, vectors.size() / LEAST_SHARE)) {
                scan(leaf, passes);
                return;
            }
            AcceptDocs accepted = passes == null
                    ? AcceptDocs.fromLiveDocs(leaf.getLiveDocs(), leaf.maxDoc())
                    : AcceptDocs.fromIteratorSupplier(() -> new BitSetIterator(passes, passing), null, leaf.maxDoc());
            ScoreDoc[] scored = candidates(leaf, accepted, vectors.size());
            float least = best.size() < candidates ? Float.NEGATIVE_INFINITY : best.peek();
            if (comparesFloats(leaf) && scored.length > query.k()) {
                // The score of a dot product is (1 + dot) / 2.
                least = Math.max(least, scored[query.k() - 1].score - UNSURE / 2);
            }
            float enough = least;
            // Doc values and vectors are read forwards.
            ScoreDoc[] found = Arrays.stream(scored)
                    .filter(hit -> hit.score >= enough)
                    .sorted(Comparator.comparingInt(hit -> hit.doc))
                    .toArray(ScoreDoc[]::new);
            BinaryDocValues keys = DocValues.getBinary(leaf, LuceneIndex.KEY);
            KnnVectorValues.DocIndexIterator docs = vectors.iterator();
            for (ScoreDoc hit : found) {
                docs.advance(hit.doc);
                offer(VectorUtil.dotProduct(target, vectors.vectorValue(docs.index())), keys, hit.doc);
            }
        }

        /**
         * Compares with each: Lucene's scorer several vectors at a time, which is sure to a few units in the last place; what
         * may be among the best is then compared as everywhere, so that equal vectors are equally similar in all segments.
         *
         * @param passes null for all
         */
        void scan(LeafReader leaf, @Nullable FixedBitSet passes) throws IOException {
            FloatVectorValues vectors = leaf.getFloatVectorValues(field);
            VectorScorer scorer = vectors == null ? null : vectors.rescorer(target);
            if (vectors == null || scorer == null) {
                return;
            }
            VectorScorer.Bulk bulk =
                    scorer.bulk(passes == null ? null : new BitSetIterator(passes, passes.cardinality()));
            Bits live = passes == null ? leaf.getLiveDocs() : null;
            BinaryDocValues keys = DocValues.getBinary(leaf, LuceneIndex.KEY);
            FloatVectorValues compared = vectors.copy();
            KnnVectorValues.DocIndexIterator docs = compared.iterator();
            DocAndFloatFeatureBuffer scores = new DocAndFloatFeatureBuffer();
            for (int chunks = 1; ; chunks++) {
                bulk.nextDocsAndScores(DocIdSetIterator.NO_MORE_DOCS, live, scores);
                if (scores.size == 0) {
                    return;
                }
                scanned += scores.size;
                for (int i = 0; i < scores.size; i++) {
                    // The score of a dot product is (1 + dot) / 2.
                    if (2 * scores.features[i] - 1 >= top.least() - UNSURE) {
                        docs.advance(scores.docs[i]);
                        offer(VectorUtil.dotProduct(target, compared.vectorValue(docs.index())), keys, scores.docs[i]);
                    }
                }
                if (chunks % CHUNKS == 0) {
                    if (!listener.proceed()) {
                        stopped = true;
                        return;
                    }
                    report();
                }
            }
        }

        /**
         * A segment's candidates, best first: first as many as it would have if neighbours lay at random, and where all of these are
         * among the best of all segments, as what came together may be, as many as of any.
         */
        private ScoreDoc[] candidates(LeafReader leaf, AcceptDocs accepted, int vectors) throws IOException {
            int few = candidatesOf(vectors);
            TopKnnCollector own = new TopKnnCollector(few, Integer.MAX_VALUE);
            ScoreDoc[] found = candidates(
                    leaf,
                    accepted,
                    state.reader.leaves().size() == 1 ? own : new MultiLeafKnnCollector(candidates, best, own));
            boolean mayHoldMore = few < candidates
                    && found.length == few
                    && (best.size() < candidates || found[few - 1].score >= best.peek());
            return mayHoldMore && !stopped
                    ? candidates(leaf, accepted, new TopKnnCollector(candidates, Integer.MAX_VALUE))
                    : found;
        }

        private ScoreDoc[] candidates(LeafReader leaf, AcceptDocs accepted, KnnCollector into) throws IOException {
            StoppableCollector collector = new StoppableCollector(into);
            leaf.searchNearestVectors(field, target, collector, accepted);
            scanned += collector.visitedCount();
            return collector.topDocs().scoreDocs;
        }

        /**
         * How many of the candidates a segment is asked for: its share, and so much more that it hardly ever holds more of them,
         * as Lucene's own search of many segments has it.
         */
        private int candidatesOf(int vectors) {
            double share = Math.min(1, (double) vectors / Math.max(1, size(query.kind())));
            double more = CERTAINTY * Math.sqrt(candidates * share * (1 - share));
            return (int) Math.clamp(Math.ceil(candidates * share + more), (long) query.k(), candidates);
        }

        /** Whether the graph of a segment compares by what is compared in the end. */
        private boolean comparesFloats(LeafReader leaf) {
            FieldInfo info = leaf.getFieldInfos().fieldInfo(field);
            return VectorFormat.FLOAT32_NAME.equals(
                    info == null ? null : info.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY));
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
