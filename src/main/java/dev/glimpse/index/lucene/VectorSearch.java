package dev.glimpse.index.lucene;

import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.SearchListener;
import dev.glimpse.index.SearchOutcome;
import dev.glimpse.index.TopNeighbours;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
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
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.BlockingFloatHeap;
import org.jspecify.annotations.Nullable;

/**
 * One search for the nearest vectors over the segments of a snapshot, which are given one after the other, largest first. Not
 * thread-safe.
 */
final class VectorSearch {

    /** Candidates for each neighbour wanted: texts and images lie apart, which costs recall. */
    private static final int CANDIDATES_PER_NEIGHBOUR = 3;

    /** So many times the candidates where there is a filter: it may pass what the graph's links do not lead to. */
    private static final int FILTERED = 3;

    /** So many comparisons of a graph search, or chunks of a scan, the listener is asked and told. */
    private static final int CHUNK = 1024;

    private static final int CHUNKS = CHUNK / VectorScorer.DEFAULT_BULK_BATCH_SIZE;

    /** So many standard deviations of a binomial distribution more than a segment's share of the candidates. */
    private static final int CERTAINTY = 16;

    /** By how much Lucene's score of a unit vector, a float32 near 1, may be off: some units in the last place. */
    private static final float UNSURE = 1e-5f;

    /** Where a filter lets fewer than one in so many pass, those are compared one by one: the graph would lead past them. */
    private static final int LEAST_SHARE = 20;

    private final NeighbourQuery query;
    private final int size;
    private final int graphs;
    private final LuceneSettings settings;
    private final SearchListener listener;
    private final float[] target;
    private final Tail tail;
    private final String field;
    private final TopNeighbours top;
    private final int candidates;

    /** The similarities of the best candidates of all segments so far: what can't be among them is not walked to. */
    private final BlockingFloatHeap best;

    /** The target, once a segment without a graph asks for it. */
    private TailVectors.@Nullable Rounded rounded;

    private long scanned;

    /** So many of small segments were compared since the listener was asked. */
    private int inTail;

    /** At how many comparisons of a walk the listener is asked next. */
    private long asks;

    private boolean improved;
    private boolean stopped;

    VectorSearch(
            NeighbourQuery query, int size, int graphs, LuceneSettings settings, Tail tail, SearchListener listener) {
        this.size = size;
        this.graphs = graphs;
        this.settings = settings;
        this.query = query;
        this.listener = listener;
        this.target = query.embedding().components();
        this.tail = tail;
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
        TailVectors small = tail.of(leaf, query.kind());
        if (small != null) {
            scan(leaf, small, passes == null ? leaf.getLiveDocs() : passes);
            return;
        }
        FloatVectorValues vectors = leaf.getFloatVectorValues(field);
        VectorScorer scorer = vectors == null ? null : vectors.rescorer(target);
        if (vectors == null || scorer == null) {
            return;
        }
        VectorScorer.Bulk bulk = scorer.bulk(passes == null ? null : new BitSetIterator(passes, passes.cardinality()));
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

    /** @param accepted null for all */
    private void scan(LeafReader leaf, TailVectors small, @Nullable Bits accepted) throws IOException {
        if (rounded == null) {
            rounded = TailVectors.Rounded.of(target);
        }
        float[] most = new float[Math.min(small.size(), CHUNK)];
        FloatVectorValues vectors = null;
        BinaryDocValues keys = null;
        for (int from = 0; from < small.size(); from += CHUNK) {
            if (inTail >= CHUNK) {
                inTail = 0;
                if (!listener.proceed()) {
                    stopped = true;
                    return;
                }
            }
            int count = Math.min(CHUNK, small.size() - from);
            small.mostWith(rounded, from, most);
            inTail += count;
            for (int i = 0; i < count; i++) {
                int doc = small.doc(from + i);
                if (accepted != null && !accepted.get(doc)) {
                    continue;
                }
                scanned++;
                if (most[i] >= top.least()) {
                    if (vectors == null || keys == null) {
                        vectors = Objects.requireNonNull(leaf.getFloatVectorValues(field));
                        keys = DocValues.getBinary(leaf, LuceneIndex.KEY);
                    }
                    offer(VectorUtil.dotProduct(target, vectors.vectorValue(from + i)), keys, doc);
                }
            }
        }
    }

    /**
     * A segment's candidates, best first: first as many as it would have if neighbours lay at random, and where all of these are
     * among the best of all segments, as what came together may be, as many as of any.
     */
    private ScoreDoc[] candidates(LeafReader leaf, AcceptDocs accepted, int vectors) throws IOException {
        if (graphs == 1) {
            return candidates(leaf, accepted, new Candidates(candidates, this::isStopped));
        }
        int few = candidatesOf(vectors);
        ScoreDoc[] found = candidates(
                leaf,
                accepted,
                new Candidates.OfManyGraphs(
                        new MultiLeafKnnCollector(candidates, best, new TopKnnCollector(few, Integer.MAX_VALUE)),
                        this::isStopped));
        boolean mayHoldMore = few < candidates
                && found.length == few
                && (best.size() < candidates || found[few - 1].score >= best.peek());
        return mayHoldMore && !stopped
                ? candidates(leaf, accepted, new Candidates(candidates, this::isStopped))
                : found;
    }

    private ScoreDoc[] candidates(LeafReader leaf, AcceptDocs accepted, KnnCollector into) throws IOException {
        asks = CHUNK;
        leaf.searchNearestVectors(field, target, into, accepted);
        scanned += into.visitedCount();
        return into.topDocs().scoreDocs;
    }

    /**
     * How many of the candidates a segment is asked for: its share, and so much more that it hardly ever holds more of them,
     * as Lucene's own search of many segments has it.
     */
    private int candidatesOf(int vectors) {
        double share = Math.min(1, (double) vectors / Math.max(1, size));
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
        improved |= top.offer(similarity, () -> LuceneSnapshot.key(keys, doc));
    }

    /** Whether the listener wants no more. */
    boolean isStopped() {
        return stopped;
    }

    /** Tells the listener what is new. */
    void report() {
        if (improved) {
            listener.improved(top.ranked(), scanned);
            improved = false;
        }
    }

    /** @param passing how many items there were to find */
    SearchOutcome outcome(int passing) {
        return new SearchOutcome(top.ranked(), scanned, passing, !stopped);
    }

    /** Asks the listener, after so many comparisons as are visited, whether to go on. */
    private boolean isStopped(long visited) {
        if (visited >= asks) {
            asks = visited + CHUNK;
            stopped |= !listener.proceed();
        }
        return stopped;
    }
}
