package dev.glimpse.index.lucene;

import dev.glimpse.index.StoreInUseException;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.item.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.MMapDirectory;
import org.jboss.logging.Logger;

/**
 * A Lucene index with the positions of what it holds. One thread writes; a {@link State} pairs a reader with its
 * positions, so that both are seen together.
 */
final class LuceneStore implements AutoCloseable {

    /** A reader, how far it had read, and how many documents of each kind are visible in it, where a user counts them. */
    static final class State {
        final DirectoryReader reader;
        final ViewPositions positions;
        final Map<Kind, Integer> sizes;

        State(DirectoryReader reader, ViewPositions positions, Map<Kind, Integer> sizes) {
            this.reader = reader;
            this.positions = positions;
            this.sizes = Map.copyOf(sizes);
        }
    }

    /**
     * What new segments may take in memory, until a commit or a merge writes them to the disk: little, since vectors are compared
     * several times as fast in mapped files. But to map and unmap a few records' files, some fifty times a second, costs more.
     */
    private static final double CACHED_SEGMENT_MB = 0.25;

    private static final Logger LOG = Logger.getLogger(LuceneStore.class);

    private static final double CACHED_MB = 64;

    /** Often enough that files which nobody reads any more don't gather. */
    private static final long SWEEP_MILLIS = 50;

    private static final String SCHEMA_KEY = "schema";

    private final FreshFiles directory;
    private final int schema;
    private final IndexWriter writer;
    private final Consumer<IndexReader> warmer;
    /**
     * Readers that were replaced. To close one unmaps its files, which costs milliseconds: a query that happened to be the last to use
     * it would take them, so a thread of the store's own is the last.
     */
    private final Queue<DirectoryReader> retired = new ConcurrentLinkedQueue<>();

    private final ScheduledExecutorService closer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("index-closer").factory());

    private final ExecutorService committer = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("index-committer").factory());

    private volatile State state;
    private volatile boolean closed;

    /**
     * Opens the index in a directory, or begins one.
     *
     * @param schema what documents hold: a number that changes with it
     * @param warmer is given each reader before anybody sees it
     * @throws IOException              if it can't be read, or is damaged
     * @throws IllegalArgumentException if its commit does not say its positions, or is of another schema
     */
    LuceneStore(
            Path path, IndexWriterConfig config, int schema, ViewPositions.Origin origin, Consumer<IndexReader> warmer)
            throws IOException {
        this.schema = schema;
        this.warmer = warmer;
        Files.createDirectories(path);
        directory = new FreshFiles(new MMapDirectory(path), CACHED_SEGMENT_MB, CACHED_MB);
        IndexWriter opened = null;
        try {
            config.setOpenMode(IndexWriterConfig.OpenMode.CREATE_OR_APPEND);
            config.setCommitOnClose(false);
            boolean existed = DirectoryReader.indexExists(directory);
            opened = new IndexWriter(directory, config);
            writer = opened;
            Map<String, String> commit =
                    existed ? DirectoryReader.listCommits(directory).getLast().getUserData() : Map.of();
            int written = Integer.parseInt(commit.getOrDefault(SCHEMA_KEY, "1"));
            if (existed && written != schema) {
                throw new IllegalArgumentException(
                        "its documents are of schema %d, and this build's of %d".formatted(written, schema));
            }
            ViewPositions positions = existed ? ViewPositions.ofCommit(commit) : ViewPositions.none(origin);
            // What was under way when it was closed.
            writer.maybeMerge();
            DirectoryReader reader = DirectoryReader.open(writer);
            warm(reader);
            state = new State(reader, positions, Map.of());
            closer.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (LockObtainFailedException e) {
            directory.close();
            throw new StoreInUseException("another process uses the view in %s".formatted(path), e);
        } catch (IOException | RuntimeException | Error e) {
            if (opened != null) {
                opened.rollback();
            }
            directory.close();
            throw e;
        }
    }

    /** Tells how many bytes are about to be written, about. */
    void expect(long bytes) {
        directory.expect(bytes);
    }

    IndexWriter writer() {
        return writer;
    }

    /** Whether segments are being merged, or wait for it. */
    boolean isMerging() {
        return writer.hasPendingMerges() || !writer.getMergingSegments().isEmpty();
    }

    ViewPositions positions() {
        return state.positions;
    }

    /** The newest state, its reader kept open until {@code decRef}; fails once the store is closed. */
    State acquire() {
        while (!closed) {
            State now = state;
            if (now.reader.tryIncRef()) {
                return now;
            }
        }
        throw new IllegalStateException("the index is closed");
    }

    /** Makes what was written visible, together with the positions; the sizes stay. */
    void publish(ViewPositions positions) throws IOException {
        publish(positions, state.sizes);
    }

    /** Makes what was written visible, together with the positions and sizes. */
    void publish(ViewPositions positions, Map<Kind, Integer> sizes) throws IOException {
        State before = state;
        DirectoryReader changed = DirectoryReader.openIfChanged(before.reader, writer);
        if (changed == null) {
            state = new State(before.reader, positions, sizes);
            return;
        }
        warm(changed);
        state = new State(changed, positions, sizes);
        retired.add(before.reader);
    }

    private void warm(DirectoryReader reader) throws IOException {
        try {
            warmer.accept(reader);
        } catch (RuntimeException | Error e) {
            release(reader);
            throw e;
        }
    }

    /** How many replaced readers are not closed yet. */
    int retired() {
        return retired.size();
    }

    /** Closes the readers that no query uses. */
    private void sweep() {
        for (Iterator<DirectoryReader> readers = retired.iterator(); readers.hasNext(); ) {
            DirectoryReader reader = readers.next();
            if (reader.getRefCount() == 1) {
                readers.remove();
                release(reader);
            }
        }
    }

    private static void release(DirectoryReader reader) {
        try {
            reader.decRef();
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("a reader of the index was not closed", e);
        }
    }

    void commit(ViewPositions positions) {
        write(positions);
        see(positions);
    }

    /** Begins a commit; returns when it holds what was written until now, while its files are still to be made durable. */
    Future<?> beginCommit(ViewPositions positions) {
        CountDownLatch taken = new CountDownLatch(1);
        directory.atNextSync(taken);
        Future<?> commit = committer.submit(() -> {
            try {
                write(positions);
            } finally {
                taken.countDown();
            }
        });
        try {
            taken.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a commit began", e);
        }
        see(positions);
        return commit;
    }

    private void write(ViewPositions positions) {
        try {
            Map<String, String> data = new HashMap<>(positions.toCommit());
            data.put(SCHEMA_KEY, Integer.toString(schema));
            writer.setLiveCommitData(data.entrySet());
            writer.commit();
        } catch (IOException e) {
            throw new UncheckedIOException("the view can't be made durable", e);
        }
    }

    private void see(ViewPositions positions) {
        try {
            publish(positions);
        } catch (IOException e) {
            throw new UncheckedIOException("the view can't be read", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            committer.close();
            closer.close();
            retired.forEach(LuceneStore::release);
            state.reader.decRef();
            writer.rollback();
            directory.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
