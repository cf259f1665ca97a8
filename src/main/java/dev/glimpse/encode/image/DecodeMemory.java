package dev.glimpse.encode.image;

import dev.glimpse.topic.Reason;
import dev.glimpse.topic.RejectedRecordException;
import java.util.concurrent.Semaphore;

/**
 * The heap that pictures may take while they are decoded, all of them together. Who asks for more than is free waits for
 * those that decode now; who asks for more than there is, is refused: it would exhaust the heap each time that it is tried.
 */
final class DecodeMemory {

    private static final int KILOBYTE = 1024;
    private static final int MEGABYTE = 1024 * KILOBYTE;

    private final int kilobytes;
    private final Semaphore free;

    /** @param bytes that may be taken at once */
    DecodeMemory(long bytes) {
        kilobytes = (int) Math.min(bytes / KILOBYTE, Integer.MAX_VALUE);
        free = new Semaphore(kilobytes, true);
    }

    /** Half of what the heap may grow to. */
    static DecodeMemory ofHeap() {
        return new DecodeMemory(Runtime.getRuntime().maxMemory() / 2);
    }

    /** Memory that is taken until it is closed. */
    interface Claim extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Takes memory, and waits for it.
     *
     * @throws RejectedRecordException if it is more than may be taken at once
     */
    Claim claim(long bytes) throws RejectedRecordException {
        long wanted = Math.ceilDiv(bytes, KILOBYTE);
        if (wanted > kilobytes) {
            throw new RejectedRecordException(
                    Reason.IMAGE_TOO_LARGE,
                    "decoding the picture takes %d MB of heap; this process gives at most %d MB, half of its heap"
                            .formatted(bytes / MEGABYTE, kilobytes / KILOBYTE));
        }
        free.acquireUninterruptibly((int) wanted);
        return () -> free.release((int) wanted);
    }
}
