package dev.glimpse.match;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Standing queries. */
@ConfigMapping(prefix = "glimpse.match")
public interface MatchConfig {

    /** Whether this process compares what arrives with the standing queries. */
    @WithDefault("true")
    boolean enabled();

    /** The first wait after a fault of ours; it doubles until {@link #maxBackOff()}. */
    @WithDefault("200ms")
    Duration backOff();

    /** The longest wait between two tries. */
    @WithDefault("30s")
    Duration maxBackOff();

    /** This process's name among the matchers: stable across its restarts, and unlike that of any replica. */
    @WithDefault("${glimpse.instance:${HOSTNAME:local}}")
    String instance();
}
