package dev.glimpse.index;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** The view that answers queries. */
@ConfigMapping(prefix = "glimpse.index")
public interface IndexConfig {

    /** Whether this process keeps a view, and so answers queries. */
    @WithDefault("true")
    boolean enabled();

    /** Which adapter keeps it: {@code lucene}, or {@code exact} (brute force, in memory, rebuilt at each start). */
    @WithDefault("lucene")
    String engine();

    /** Where it lies on disk. It holds nothing that the topics do not hold. */
    @WithDefault("${glimpse.data:data}/index")
    Path directory();

    /** How often the view is made durable: what came later is read from the topic again after a crash. */
    @WithDefault("5s")
    Duration commitInterval();

    /** By what numbers the graph search compares: {@code float32}, {@code int8}, {@code int7}, {@code int4} or {@code bit}. */
    @WithDefault("float32")
    String vectors();

    /** How many candidates the graph search keeps at least: more find more, and cost time. */
    @WithDefault("150")
    int candidates();

    /**
     * Up to how many items of a kind a query is answered by comparing with each of them, after the graph search: the
     * answer is then exact.
     */
    @WithDefault("10000")
    int exactBelow();
}
