package dev.glimpse.index.lucene;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.index.PreviewStore;
import dev.glimpse.index.VectorIndex;
import dev.glimpse.index.VectorIndexFactory;
import dev.glimpse.index.ViewPositions;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Path;

/** Engine {@code lucene}, and the store of previews. */
@ApplicationScoped
@Identifier("lucene")
class LuceneIndexFactory implements VectorIndexFactory {

    @Override
    public VectorIndex open(Path directory, EmbeddingSpace space, ViewPositions.Origin origin) throws IOException {
        return new LuceneIndex(directory, space, origin);
    }

    /** Stores of previews. */
    @ApplicationScoped
    static class Previews implements PreviewStore.Factory {
        @Override
        public PreviewStore open(Path directory, ViewPositions.Origin origin) throws IOException {
            return new LucenePreviewStore(directory, origin);
        }
    }
}
