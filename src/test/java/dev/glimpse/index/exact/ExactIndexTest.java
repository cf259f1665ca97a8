package dev.glimpse.index.exact;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.index.VectorIndex;
import dev.glimpse.index.VectorIndexContract;

class ExactIndexTest extends VectorIndexContract {

    @Override
    protected VectorIndex open(EmbeddingSpace space) {
        return new ExactIndex(ORIGIN);
    }
}
