package dev.glimpse.index.lucene;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.lucene.util.VectorUtil;
import org.jboss.logging.Logger;

/** With which instructions Lucene compares vectors: plain ones cost several times as much. */
final class Simd {

    private static final Logger LOG = Logger.getLogger(Simd.class);
    private static final String ACTIVE = "PanamaVectorUtilSupport";
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private Simd() {}

    /** Says it in the log, once. */
    static void report() {
        if (SAID.getAndSet(true)) {
            return;
        }
        String provider = provider();
        if (isActive()) {
            LOG.infof("Lucene compares vectors by SIMD (%s)", provider);
        } else {
            LOG.warnf(
                    "Lucene compares vectors without SIMD (%s), which makes searches several times slower: start Java with --add-modules=jdk.incubator.vector",
                    provider);
        }
    }

    static boolean isActive() {
        return provider().equals(ACTIVE);
    }

    /** The name of Lucene's implementation. Lucene tells it to nobody, so this looks. */
    static String provider() {
        try {
            var implementation = VectorUtil.class.getDeclaredField("IMPL");
            implementation.setAccessible(true);
            return implementation.get(null).getClass().getSimpleName();
        } catch (ReflectiveOperationException | RuntimeException e) {
            return "unknown: " + e;
        }
    }
}
