package dev.glimpse.topic;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** The topics of this instance. */
@ConfigMapping(prefix = "glimpse.topics")
public interface TopicsConfig {

    /** What the names of the topics begin with. One tenant, one namespace. Of a-z, 0-9 and {@code -}. */
    @WithDefault("${glimpse.namespace:glimpse}")
    String namespace();

    /**
     * How many partitions topics get that are missing, 1 to 32. Where a source topic exists, its number counts. One
     * suffices for one encoder; raise it before the first start to share the work.
     */
    @WithDefault("1")
    int partitions();

    /** How many copies the broker keeps of a topic that is created: 1 on the embedded broker, 3 on a cluster. */
    @WithDefault("1")
    short replication();

    /**
     * How many copies must have a record of a topic that is created before it is acknowledged ({@code min.insync.replicas}),
     * 1 to the number of copies. By default one fewer than those, and at least 1: so one broker may be down, and what was
     * acknowledged survives another.
     */
    OptionalInt minInsyncReplicas();

    /**
     * How long a deletion stays readable (the topics' {@code delete.retention.ms}). Who was away longer than half of
     * it no longer trusts what it kept, since it may have missed deletions.
     */
    @WithDefault("7d")
    Duration deleteRetention();

    /** How long a dead letter is kept. */
    @WithDefault("90d")
    Duration deadLetterRetention();

    /** How long a match of a standing query is kept. */
    @WithDefault("7d")
    Duration matchRetention();

    /** How long to wait for the broker when the service starts, before it gives up. */
    @WithDefault("60s")
    Duration startTimeout();

    /**
     * The folder below which a record may refer to files ({@code file:} addresses). Without it every reference is
     * refused.
     */
    Optional<Path> fileRoot();
}
