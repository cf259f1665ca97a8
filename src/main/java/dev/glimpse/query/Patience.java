package dev.glimpse.query;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How long an answer may still take. Thread-safe. */
final class Patience {

    private final long deadline;
    private volatile boolean gone;

    Patience(Duration timeout) {
        this.deadline = System.nanoTime() + timeout.toNanos();
    }

    /** Nobody waits any more. */
    void abandon() {
        gone = true;
    }

    /** Whether nobody waits any more. */
    boolean isGone() {
        return gone;
    }

    /** Whether there is time left, and somebody who waits. */
    boolean remains() {
        return !gone && nanos() > 0;
    }

    /** What is left of the time limit, 0 or more. */
    long nanos() {
        return Math.max(deadline - System.nanoTime(), 0);
    }

    static double millisSince(long began) {
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began) / 1000.0;
    }
}
