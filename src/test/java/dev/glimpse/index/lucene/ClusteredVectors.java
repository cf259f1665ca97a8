package dev.glimpse.index.lucene;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.Position;
import dev.glimpse.topic.SourceStamp;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Unit vectors in clusters, which is what pictures are like: each is a centre and 0.7 times as much noise. */
public final class ClusteredVectors {

    static final ViewPositions.Origin ORIGIN = new ViewPositions.Origin("test", "glimpse.embeddings", "id");

    private static final float NOISE = 0.7f;

    private final EmbeddingSpace space;
    private final SplittableRandom random;
    private final List<float[]> centres = new ArrayList<>();
    private final float[] away;

    ClusteredVectors(int dimension, int clusters, long seed) {
        this(new EmbeddingSpace("clustered", "0123456789ab", dimension), clusters, seed);
    }

    /** Clusters in a space, by a seed. */
    public ClusteredVectors(EmbeddingSpace space, int clusters, long seed) {
        this.space = space;
        this.random = new SplittableRandom(seed);
        for (int i = 0; i < clusters; i++) {
            centres.add(gaussian());
        }
        this.away = gaussian();
    }

    EmbeddingSpace space() {
        return space;
    }

    /** How many there are. */
    public int clusters() {
        return centres.size();
    }

    /** Any of the clusters, or of so many. */
    public int any(int count) {
        return random.nextInt(count);
    }

    /** In a cluster. */
    public Embedding in(int cluster) {
        return near(cluster, null);
    }

    /** Near a cluster, and moved as all such are: texts lie so to images. */
    Embedding unlike(int cluster) {
        return near(cluster, away);
    }

    private Embedding near(int cluster, float @Nullable [] moved) {
        float[] centre = centres.get(cluster);
        float[] vector = gaussian();
        for (int i = 0; i < vector.length; i++) {
            vector[i] = centre[i] + NOISE * vector[i] + (moved == null ? 0 : moved[i]);
        }
        return Embedding.normalised(space, vector);
    }

    private float[] gaussian() {
        float[] vector = new float[space.dimension()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    /** An image of a number, written at an offset of that number. */
    static IndexChange put(int number, Embedding embedding, Metadata metadata) {
        return put(number, number, embedding, metadata);
    }

    /** An image of a number, written at an offset. */
    static IndexChange put(int number, long offset, Embedding embedding, Metadata metadata) {
        return new IndexChange.Put(
                new ItemId(Kind.IMAGE, Integer.toString(number)),
                embedding,
                ContentDigest.of(new byte[] {1}),
                null,
                metadata,
                null,
                source(offset));
    }

    static SourceStamp source(long offset) {
        return new SourceStamp("glimpse.images", "id", new Position(Kind.IMAGE, 0, offset));
    }
}
