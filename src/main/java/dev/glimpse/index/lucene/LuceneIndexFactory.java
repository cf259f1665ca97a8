package dev.glimpse.index.lucene;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.index.IndexConfig;
import dev.glimpse.index.PreviewStore;
import dev.glimpse.index.VectorIndex;
import dev.glimpse.index.VectorIndexFactory;
import dev.glimpse.index.ViewPositions;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** Engine {@code lucene}, and the store of previews. */
@ApplicationScoped
@Identifier("lucene")
class LuceneIndexFactory implements VectorIndexFactory {

    private final LuceneSettings settings;

    LuceneIndexFactory(IndexConfig config) {
        this.settings =
                new LuceneSettings(format(config.vectors()), LuceneSettings.DEFAULT.tail(), config.candidates());
    }

    private static VectorFormat format(String name) {
        return Stream.of(VectorFormat.values())
                .filter(format -> format.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "glimpse.index.vectors is '%s'; known are float32, int8, int7, int4 and bit".formatted(name)));
    }

    @Override
    public VectorIndex open(Path directory, EmbeddingSpace space, ViewPositions.Origin origin) throws IOException {
        Simd.report();
        return new LuceneIndex(directory, space, origin, settings);
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
