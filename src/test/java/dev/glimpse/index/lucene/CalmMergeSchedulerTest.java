package dev.glimpse.index.lucene;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** On documents without vectors, whose merges are as many. */
class CalmMergeSchedulerTest {

    private static final int LARGE = 256;

    private record Merge(int documents, int niceness) {}

    private final List<Merge> merges = new CopyOnWriteArrayList<>();
    private final AtomicBoolean asked = new AtomicBoolean();
    private final CountDownLatch added = new CountDownLatch(1);
    private @Nullable IndexWriter writer;

    @Test
    @Timeout(60)
    @EnabledOnOs(OS.LINUX)
    void isNiceInLargeMergesAlone() throws Exception {
        IndexWriterConfig config = new IndexWriterConfig()
                .setMergePolicy(new FewGraphs(LARGE, Long.MAX_VALUE))
                .setMergeScheduler(new CalmMergeScheduler(LARGE))
                .setMergedSegmentWarmer(this::merged);
        try (ByteBuffersDirectory directory = new ByteBuffersDirectory();
                IndexWriter open = new IndexWriter(directory, config)) {
            writer = open;
            // Until a large merge has come, and added what it has to: a writer that closes takes no more.
            while (!added.await(1, TimeUnit.MILLISECONDS)) {
                addSegment(open);
            }
        }
        assertThat(merges)
                .filteredOn(merge -> merge.documents() >= LARGE)
                .isNotEmpty()
                .allMatch(merge -> merge.niceness() == 10);
        assertThat(merges)
                .filteredOn(merge -> merge.documents() < LARGE)
                .isNotEmpty()
                .allMatch(merge -> merge.niceness() == 0);
    }

    /** In the thread that merges: one that is nice makes others necessary. */
    private void merged(LeafReader merged) throws IOException {
        merges.add(new Merge(merged.maxDoc(), niceness()));
        if (merged.maxDoc() >= LARGE && asked.compareAndSet(false, true)) {
            for (int i = 0; i < 20; i++) {
                addSegment(requireNonNull(writer));
            }
            added.countDown();
        }
    }

    private static void addSegment(IndexWriter writer) throws IOException {
        for (int i = 0; i < 10; i++) {
            writer.addDocument(new Document());
        }
        DirectoryReader.open(writer).close();
    }

    /** Of the calling thread: the 19th field of its stat (proc(5)), the 17th after the name, which may hold spaces. */
    private static int niceness() throws IOException {
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
    }
}
