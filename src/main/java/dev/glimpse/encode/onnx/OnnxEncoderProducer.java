package dev.glimpse.encode.onnx;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.encode.EncodeConfig;
import dev.glimpse.encode.Encoder;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Opens the configured model once, and hands out its encoder and its space. */
@ApplicationScoped
class OnnxEncoderProducer {

    private static final Logger LOG = Logger.getLogger(OnnxEncoderProducer.class);

    @Produces
    @ApplicationScoped
    Encoder encoder(EncodeConfig config) {
        long began = System.nanoTime();
        ModelFiles files = ModelFiles.open(config.model(), config.modelCache());
        OnnxDualEncoder encoder =
                OnnxDualEncoder.open(files, config.modelName().orElse(files.name()), config.intraOpThreads());
        LOG.infof(
                "Opened the model %s: space %s, in %d ms",
                config.model(), encoder.space(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        return encoder;
    }

    void close(@Disposes Encoder encoder) throws Exception {
        if (encoder instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    @Produces
    @Singleton
    EmbeddingSpace space(Encoder encoder) {
        return encoder.space();
    }
}
