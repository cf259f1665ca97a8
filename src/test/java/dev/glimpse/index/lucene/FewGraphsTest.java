package dev.glimpse.index.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterMergePolicy;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.MergeTrigger;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** On documents without vectors: which segments are merged depends on how many documents they have. */
class FewGraphsTest {

    private static final int TAIL = 256;
    private static final String KEY = "key";

    private final Random random = new Random(23);
    private int next;

    @Test
    void keepsAGraphManyTimesAsLargeAsAllSmallerOnes() throws IOException {
        try (ByteBuffersDirectory directory = new ByteBuffersDirectory();
                IndexWriter writer = writer(directory, Long.MAX_VALUE)) {
            for (int batch = 0; batch < 2000; batch++) {
                add(writer, 10);
                if (batch % 50 == 0) {
                    List<Integer> sizes = sizes(writer);
                    List<Integer> graphs =
                            sizes.stream().filter(size -> size >= TAIL).toList();
                    int together = 0;
                    for (int graph : graphs) {
                        assertThat(together).isLessThanOrEqualTo(graph / 12);
                        together += graph;
                    }
                    List<Integer> tail =
                            sizes.stream().filter(size -> size < TAIL).toList();
                    assertThat(tail).hasSizeLessThan(10 + 2 * 4);
                    assertThat(tail.stream().mapToInt(Integer::intValue).sum()).isLessThan(TAIL);
                }
            }
            assertThat(sizes(writer).stream().mapToInt(Integer::intValue).sum()).isEqualTo(20_000);
        }
    }

    @Test
    void writesEachDocumentOfTheTailAFewTimesOnly() throws IOException {
        int tail = 6000;
        AtomicLong written = new AtomicLong();
        MergePolicy counting = new FilterMergePolicy(new FewGraphs(tail, Long.MAX_VALUE)) {
            @Override
            public @Nullable MergeSpecification findMerges(
                    @Nullable MergeTrigger trigger, SegmentInfos segments, MergeContext context) throws IOException {
                MergeSpecification merges = super.findMerges(trigger, segments, context);
                if (merges != null) {
                    merges.merges.forEach(
                            merge -> merge.segments.forEach(segment -> written.addAndGet(segment.info.maxDoc())));
                }
                return merges;
            }
        };
        try (ByteBuffersDirectory directory = new ByteBuffersDirectory();
                IndexWriter writer = writer(directory, counting)) {
            while (next < tail - 2) {
                add(writer, 2);
            }
            // Once for each power of four up to the tail, and two for what stands between.
            assertThat(written.get()).isLessThan(7L * tail);
            assertThat(sizes(writer)).hasSizeLessThan(10 + 4 * 4);
        }
    }

    @Test
    void writesAWornSegmentAnew() throws IOException {
        try (ByteBuffersDirectory directory = new ByteBuffersDirectory();
                IndexWriter writer = writer(directory, Long.MAX_VALUE)) {
            add(writer, 10_000);
            for (int churn = 0; churn < 1000; churn++) {
                for (int i = 0; i < 10; i++) {
                    writer.deleteDocuments(new Term(KEY, Integer.toString(random.nextInt(next))));
                }
                add(writer, 10);
                try (DirectoryReader reader = DirectoryReader.open(writer)) {
                    for (LeafReaderContext leaf : reader.leaves()) {
                        assertThat(leaf.reader().maxDoc() <= TAIL
                                        || leaf.reader().numDeletedDocs()
                                                <= 0.26 * leaf.reader().maxDoc())
                                .as(
                                        "deleted of %d: %d",
                                        leaf.reader().maxDoc(), leaf.reader().numDeletedDocs())
                                .isTrue();
                    }
                }
            }
        }
    }

    @Test
    void writesASegmentAnewThatIsNearlyEmpty() throws IOException {
        try (ByteBuffersDirectory directory = new ByteBuffersDirectory();
                IndexWriter writer = writer(directory, Long.MAX_VALUE)) {
            add(writer, 5000);
            for (int i = 10; i < 5000; i++) {
                writer.deleteDocuments(new Term(KEY, Integer.toString(i)));
            }
            add(writer, 1);
            add(writer, 1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                assertThat(reader.maxDoc()).isLessThan(20);
            }
        }
    }

    @Test
    void keepsSegmentsToASizeThatTheHeapCanBuildAGraphOf() throws IOException {
        try (ByteBuffersDirectory directory = new ByteBuffersDirectory();
                IndexWriter writer = writer(directory, 1000)) {
            for (int batch = 0; batch < 600; batch++) {
                add(writer, 10);
                assertThat(sizes(writer)).allMatch(size -> size <= 1000);
            }
            assertThat(sizes(writer)).hasSizeLessThan(40);
        }
    }

    private static IndexWriter writer(ByteBuffersDirectory directory, long largest) throws IOException {
        return writer(directory, new FewGraphs(TAIL, largest));
    }

    private static IndexWriter writer(ByteBuffersDirectory directory, MergePolicy policy) throws IOException {
        return new IndexWriter(
                directory,
                new IndexWriterConfig().setMergePolicy(policy).setMergeScheduler(new SerialMergeScheduler()));
    }

    private void add(IndexWriter writer, int documents) throws IOException {
        for (int i = 0; i < documents; i++) {
            Document document = new Document();
            document.add(new StringField(KEY, Integer.toString(next++), Field.Store.NO));
            writer.addDocument(document);
        }
        DirectoryReader.open(writer).close();
    }

    /** Of live documents, smallest first; empty segments are none. */
    private static List<Integer> sizes(IndexWriter writer) throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
            return reader.leaves().stream()
                    .map(leaf -> leaf.reader().numDocs())
                    .sorted()
                    .toList();
        }
    }
}
