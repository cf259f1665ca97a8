package dev.glimpse.train.network;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What Java no longer needs, and another takes meanwhile. */
public final class FreeMemory {

    private FreeMemory() {}

    /** Writes over numbers whose memory Java gave back. */
    public static void overwrite() {
        List<ByteBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            System.gc();
            for (int j = 0; j < 20_000; j++) {
                buffers.add(ByteBuffer.allocateDirect(4).putInt(0, -1));
            }
        }
        if (buffers.isEmpty()) {
            throw new AssertionError();
        }
    }
}
