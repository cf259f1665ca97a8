package dev.glimpse.embedding;

import java.util.random.RandomGenerator;

/** Directions that are equally probable: normal components, brought to length 1 (Muller 1959). */
public final class RandomEmbeddings {

    private RandomEmbeddings() {}

    /** One of them. */
    public static Embedding in(EmbeddingSpace space, RandomGenerator random) {
        float[] components = new float[space.dimension()];
        for (int i = 0; i < components.length; i++) {
            components[i] = (float) random.nextGaussian();
        }
        return Embedding.normalised(space, components);
    }
}
