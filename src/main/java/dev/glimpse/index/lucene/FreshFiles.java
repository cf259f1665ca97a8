package dev.glimpse.index.lucene;

import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.NRTCachingDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the files of new small segments in memory, until a commit or a merge writes them to the disk. Those that are opened before
 * it is known how much will be written to them, Lucene's own would make on the disk: to make a file takes longer than to write a few
 * items to it, some fifty times a second.
 */
final class FreshFiles extends NRTCachingDirectory {

    private static final double MB = 1024 * 1024;

    private final double segment;
    private final double all;
    /** Who is about to write little; merges write by other threads. */
    private volatile @Nullable Thread writes;

    private volatile @Nullable CountDownLatch synced;

    /**
     * @param segment MB of a segment's files that are kept, at most
     * @param all     MB of all of them
     */
    FreshFiles(Directory disk, double segment, double all) {
        super(disk, segment, all);
        this.segment = segment * MB;
        this.all = all * MB;
    }

    /** Tells how many bytes the calling thread is about to write, about, before a reader is opened on them. */
    void expect(long bytes) {
        writes = bytes <= segment ? Thread.currentThread() : null;
    }

    /** Lets a waiter go on when the next commit has taken what it holds, and only its files are still to be made durable. */
    void atNextSync(CountDownLatch waiter) {
        synced = waiter;
    }

    @Override
    public void sync(Collection<String> names) throws IOException {
        CountDownLatch waiter = synced;
        if (waiter != null) {
            waiter.countDown();
        }
        super.sync(names);
    }

    @Override
    protected boolean doCacheWrite(String name, IOContext context) {
        boolean known = context.mergeInfo() != null || context.flushInfo() != null;
        return known ? super.doCacheWrite(name, context) : writes == Thread.currentThread() && ramBytesUsed() < all;
    }
}
