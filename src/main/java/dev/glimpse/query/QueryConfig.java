package dev.glimpse.query;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How queries are answered. */
@ConfigMapping(prefix = "glimpse.query")
public interface QueryConfig {

    /** How many answers may be asked to go on, by their cursors; the one that was not for the longest expires. */
    @WithDefault("64")
    int cursors();

    /** How long after its last page an answer may be asked to go on. */
    @WithDefault("2m")
    Duration cursorExpiry();

    /** How many answers may go on at once ({@code live}). */
    @WithDefault("10000")
    int liveStreams();

    /** The least score of a label that an image is said to have, 0 to 1: the probability that it is right. */
    @WithDefault("0.5")
    float labelScore();

    /** After how long without an event a sign of life is sent. */
    @WithDefault("15s")
    Duration keepAlive();
}
