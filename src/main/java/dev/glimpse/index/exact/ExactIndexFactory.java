package dev.glimpse.index.exact;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.index.VectorIndex;
import dev.glimpse.index.VectorIndexFactory;
import dev.glimpse.index.ViewPositions;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;

/** Engine {@code exact}. */
@ApplicationScoped
@Identifier("exact")
class ExactIndexFactory implements VectorIndexFactory {

    @Override
    public VectorIndex open(Path directory, EmbeddingSpace space, ViewPositions.Origin origin) {
        return new ExactIndex(origin);
    }
}
