package dev.glimpse.index.lucene;

import dev.glimpse.index.PreviewStore;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.item.ItemId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;

/** Previews in a Lucene index of their own: a key and a stored picture a document. */
final class LucenePreviewStore implements PreviewStore {

    private static final String KEY = "key";
    private static final String JPEG = "jpeg";

    private static final int SCHEMA = 1;

    private final LuceneStore store;

    LucenePreviewStore(Path directory, ViewPositions.Origin origin) throws IOException {
        store = new LuceneStore(directory, new IndexWriterConfig(), SCHEMA, origin, _ -> {});
    }

    @Override
    public void apply(List<Change> changes, ViewPositions positions) {
        try {
            for (Change change : changes) {
                Term key = new Term(KEY, change.key());
                byte[] jpeg = change.jpeg();
                if (jpeg == null) {
                    store.writer().deleteDocuments(key);
                } else {
                    Document document = new Document();
                    document.add(new StringField(KEY, change.key(), Field.Store.NO));
                    document.add(new StoredField(JPEG, jpeg));
                    store.writer().updateDocument(key, document);
                }
            }
            store.publish(positions);
        } catch (IOException e) {
            throw new UncheckedIOException("the previews can't be written to", e);
        }
    }

    @Override
    public Optional<byte[]> find(ItemId item) {
        LuceneStore.State state = store.acquire();
        try {
            IndexSearcher searcher = new IndexSearcher(state.reader);
            ScoreDoc[] found = searcher.search(new TermQuery(new Term(KEY, item.toString())), 1).scoreDocs;
            if (found.length == 0) {
                return Optional.empty();
            }
            BytesRef jpeg = searcher.storedFields().document(found[0].doc).getBinaryValue(JPEG);
            return Optional.of(Arrays.copyOfRange(jpeg.bytes, jpeg.offset, jpeg.offset + jpeg.length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            release(state);
        }
    }

    private static void release(LuceneStore.State state) {
        try {
            state.reader.decRef();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
