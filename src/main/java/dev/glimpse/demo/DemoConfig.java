package dev.glimpse.demo;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;

/** The sample corpus. */
@ConfigMapping(prefix = "glimpse.demo")
public interface DemoConfig {

    /** Whether the sample corpus is published, where it was not yet. */
    @WithParentName
    @WithDefault("false")
    boolean enabled();

    /** How many drawn scenes belong to it, 0 or more. */
    @WithDefault("300")
    int scenes();

    /** The seed of the scenes. */
    @WithDefault("1")
    long seed();
}
