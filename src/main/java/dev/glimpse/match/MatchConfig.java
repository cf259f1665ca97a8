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

    /**
     * Whether each image that arrives is given its labels on the annotations topic. It needs a view in this process, and a model
     * with a calibration.
     */
    @WithDefault("false")
    boolean annotate();

    /** How many labels an image is given at most, 1 to 50; each must have the score of {@code glimpse.query.label-score}. */
    @WithDefault("5")
    int labels();

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
