package dev.glimpse.index.lucene;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.filter.FilterParser;
import dev.glimpse.filter.MetadataValues;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.VectorIndex;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.item.Content;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.topic.SourceStamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.BytesRef;

/**
 * An index on Lucene: one document an item, under its written form, with its vector in the HNSW graph of its kind
 * (images and texts have graphs of their own: they lie apart in the space, and are never ranked together). A change is
 * visible once {@link #apply} returns, durable once {@link #commit} does.
 */
final class LuceneIndex implements VectorIndex {

    /** What is known of an item: the source record that it came from, and whether that made it visible. */
    record Known(SourceStamp source, boolean visible) {}

    static final String KEY = "key";
    static final String TEXT = "text";
    static final String METADATA = "metadata";
    static final String DIGEST = "digest";
    static final String FEATURES = "features";
    static final String POSITION = "position";
    static final String SOURCE_ID = "source-id";
    static final String REASON = "reason";
    static final String MESSAGE = "message";

    /** What a document holds: 2 since metadata is indexed for filters. */
    private static final int SCHEMA = 2;

    private static final double WRITE_BUFFER_MB = 64;

    /** What a document takes beside what comes with it: its key, position and digest. */
    private static final long BYTES = 500;

    private static final Analyzer ANALYZER = new StandardAnalyzer();

    static {
        // A condition is four clauses at most, and each character of a text may be a word, as ideographs are. Lucene's
        // limit of 1,024 is for queries that users write as such.
        IndexSearcher.setMaxClauseCount(4 * FilterParser.MAX_CONDITIONS + 2 * Content.MAX_TEXT);
    }

    private final EmbeddingSpace space;
    private final LuceneSettings settings;
    private final LuceneStore store;
    private final Tail tail;

    LuceneIndex(Path directory, EmbeddingSpace space, ViewPositions.Origin origin, LuceneSettings settings)
            throws IOException {
        this.space = space;
        this.settings = settings;
        this.tail = new Tail(settings.tail());
        this.store = new LuceneStore(
                directory,
                new IndexWriterConfig(analyzer())
                        .setCodec(VectorCodec.codec(settings))
                        .setMergePolicy(new FewGraphs(settings.tail()))
                        .setMergeScheduler(new CalmMergeScheduler(settings.tail()))
                        .setMergedSegmentWarmer(tail::warm)
                        .setUseCompoundFile(false)
                        .setRAMBufferSizeMB(WRITE_BUFFER_MB),
                SCHEMA,
                origin,
                tail::warm);
        try (LuceneSnapshot opened = snapshot()) {
            Map<Kind, Integer> sizes = new EnumMap<>(Kind.class);
            for (Kind kind : Kind.values()) {
                sizes.put(kind, opened.count(kind));
            }
            store.publish(store.positions(), sizes);
        } catch (IOException | RuntimeException e) {
            closeAfter(e);
            throw e;
        }
    }

    private void closeAfter(Exception trouble) {
        try {
            store.close();
        } catch (RuntimeException e) {
            trouble.addSuppressed(e);
        }
    }

    /** Of texts and captions, and of words that are looked for in them: Unicode's words (UAX 29), in lower case. */
    static Analyzer analyzer() {
        return ANALYZER;
    }

    /** The field that holds the vectors of a kind. */
    static String vectorField(Kind kind) {
        return "vector." + kind.word();
    }

    @Override
    public void apply(List<IndexChange> changes, ViewPositions positions) {
        try (LuceneSnapshot before = snapshot()) {
            IndexWriter writer = store.writer();
            store.expect(changes.stream().mapToLong(this::bytes).sum());
            Map<ItemId, Known> applied = new HashMap<>();
            Map<Kind, Integer> sizes = new EnumMap<>(before.sizes());
            for (IndexChange change : changes) {
                ItemId item = change.item();
                Known known = applied.computeIfAbsent(item, before::known);
                if (known != null && isOlder(change.source(), known.source())) {
                    continue;
                }
                boolean visible = change instanceof IndexChange.Put;
                sizes.merge(item.kind(), (visible ? 1 : 0) - (known != null && known.visible() ? 1 : 0), Integer::sum);
                Term key = new Term(KEY, item.toString());
                switch (change) {
                    case IndexChange.Delete _ -> writer.deleteDocuments(key);
                    case IndexChange.Put put -> writer.updateDocument(key, document(put));
                    case IndexChange.Reject reject -> writer.updateDocument(key, document(reject));
                }
                applied.put(item, new Known(change.source(), visible));
            }
            store.publish(positions, sizes);
        } catch (IOException e) {
            throw new UncheckedIOException("the index can't be written to", e);
        }
    }

    /** About what a change takes in the index's files. */
    private long bytes(IndexChange change) {
        if (!(change instanceof IndexChange.Put put)) {
            return BYTES;
        }
        ImageFeatures features = put.features();
        return BYTES
                + (long) Float.BYTES * space.dimension()
                + (put.text() == null ? 0 : put.text().length())
                + (features == null ? 0 : features.bytes().remaining())
                // Stored, and in the fields of filters.
                + 3L * put.metadata().json().length();
    }

    private static boolean isOlder(SourceStamp change, SourceStamp known) {
        return change.topicId().equals(known.topicId())
                && change.position().offset() < known.position().offset();
    }

    private static Document document(IndexChange.Put put) {
        Document document = document((IndexChange) put);
        document.add(new KnnFloatVectorField(
                vectorField(put.item().kind()), put.embedding().components(), VectorSimilarityFunction.DOT_PRODUCT));
        document.add(new StoredField(DIGEST, put.digest().hex()));
        if (put.text() != null) {
            document.add(new TextField(TEXT, put.text(), Field.Store.YES));
        }
        ImageFeatures features = put.features();
        if (features != null) {
            ByteBuffer bytes = features.bytes();
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            document.add(new BinaryDocValuesField(FEATURES, new BytesRef(copy)));
        }
        if (!put.metadata().isEmpty()) {
            document.add(new StoredField(METADATA, put.metadata().json()));
            FilterFields.add(MetadataValues.of(put.metadata()), document);
        }
        return document;
    }

    private static Document document(IndexChange.Reject reject) {
        Document document = document((IndexChange) reject);
        document.add(new StoredField(REASON, reject.reason()));
        document.add(new StoredField(MESSAGE, reject.message()));
        return document;
    }

    private static Document document(IndexChange change) {
        Document document = new Document();
        String key = change.item().toString();
        document.add(new StringField(KEY, key, Field.Store.NO));
        document.add(new BinaryDocValuesField(KEY, new BytesRef(key)));
        document.add(new StoredField(POSITION, change.source().position().toString()));
        document.add(new StoredField(
                SOURCE_ID, change.source().topic() + " " + change.source().topicId()));
        return document;
    }

    /** Begins to merge what is to be merged now; says whether anything is. */
    boolean merge() throws IOException {
        store.writer().maybeMerge();
        return store.isMerging();
    }

    /** How many replaced readers are not closed yet. */
    int retired() {
        return store.retired();
    }

    @Override
    public LuceneSnapshot snapshot() {
        return new LuceneSnapshot(space, store.acquire(), settings, tail);
    }

    @Override
    public ViewPositions positions() {
        return store.positions();
    }

    @Override
    public void commit(ViewPositions positions) {
        store.commit(positions);
    }

    @Override
    public Future<?> beginCommit(ViewPositions positions) {
        return store.beginCommit(positions);
    }

    @Override
    public void close() {
        store.close();
    }
}
