package dev.glimpse.index.lucene;

import java.util.concurrent.TimeUnit;

/** Whether queries are being answered: merges make room for them. Thread-safe. */
final class Activity {

    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private volatile long last = System.nanoTime() - RECENT_NANOS;

    /** There is a query. */
    void mark() {
        last = System.nanoTime();
    }

    /** Whether there was one within a second. */
    boolean isRecent() {
        return System.nanoTime() - last < RECENT_NANOS;
    }
}
