package dev.glimpse.encode;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** The encoder, and the stage that feeds it. */
@ConfigMapping(prefix = "glimpse.encode")
public interface EncodeConfig {

    /** Whether this process encodes what arrives on the source topics. Queries are encoded either way. */
    @WithDefault("true")
    boolean enabled();

    /**
     * Where the model lies, in the Hugging Face ONNX layout: a folder, a zip file, or {@code classpath:} and a path
     * within the artifact. Its last path segment names the embedding space.
     */
    @WithDefault("classpath:models/glimpse-small")
    String model();

    /** What the model is called in the embedding space's name, where the last path segment is not to be. */
    Optional<String> modelName();

    /** Where models from a zip file or the class path are unpacked. */
    @WithDefault("${glimpse.data:data}/models")
    Path modelCache();

    /** Threads that decode and infer, 1 or more; by default as many as the machine has processors. */
    OptionalInt threads();

    /**
     * Threads within one inference, 1 or more. One is best for throughput, since the pool's threads work side by side;
     * more make a single picture's query faster.
     */
    @WithDefault("1")
    int intraOpThreads();

    /** The most inputs that one inference takes, 1 or more. Larger batches are no faster on a CPU, and hold up queries. */
    @WithDefault("8")
    int batchSize();

    /** The largest picture that is decoded, in pixels: decoding takes 7 bytes of heap a pixel, and 11 that of a PNG. */
    @WithDefault("50000000")
    long maxPixels();

    /** How much of what was encoded lately is kept, so that equal content is not encoded again. */
    @WithDefault("32M")
    MemorySize cache();

    /** Whether this space's encoder also writes the previews: one space's encoder must, and one only. */
    @WithDefault("true")
    boolean previews();

    /** The first wait after a fault of ours; it doubles until {@link #maxBackOff()}. */
    @WithDefault("200ms")
    Duration backOff();

    /** The longest wait between two tries. */
    @WithDefault("30s")
    Duration maxBackOff();

    /** How often an encoder notes that it is alive. */
    @WithDefault("10m")
    Duration heartbeat();

    /** This process's name among the encoders: stable across its restarts, and unlike that of any replica. */
    @WithDefault("${glimpse.instance:${HOSTNAME:local}}")
    String instance();
}
