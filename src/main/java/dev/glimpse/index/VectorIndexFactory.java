package dev.glimpse.index;

import dev.glimpse.embedding.EmbeddingSpace;
import java.io.IOException;
import java.nio.file.Path;

/** Opens the indexes of one engine. Its bean's identifier is the value of {@code glimpse.index.engine}. */
public interface VectorIndexFactory {

    /**
     * Opens an index, or creates one where the directory is empty.
     *
     * @param origin what a new index is to be of
     * @throws IOException              if the files can't be read, or are damaged
     * @throws IllegalArgumentException if the files are of something else
     */
    VectorIndex open(Path directory, EmbeddingSpace space, ViewPositions.Origin origin) throws IOException;
}
