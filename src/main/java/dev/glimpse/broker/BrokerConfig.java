package dev.glimpse.broker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** The embedded broker. Nothing of it counts where {@code kafka.bootstrap.servers} is configured. */
@ConfigMapping(prefix = "glimpse.broker")
public interface BrokerConfig {

    /** The address that it listens on and announces: loopback, unless another is named. */
    @WithDefault("127.0.0.1")
    String host();

    /** The port that it listens on, 1 to 65535. */
    @WithDefault("9092")
    int port();

    /** Where it keeps its log. */
    @WithDefault("${glimpse.data:data}/kafka")
    Path directory();

    /** How long a start may take: longer where a log must be recovered after a crash. */
    @WithDefault("120s")
    Duration startTimeout();

    /** How long consumer groups' offsets are kept while a group is away, in minutes: a year. */
    @WithDefault("527040")
    int offsetsRetentionMinutes();
}
