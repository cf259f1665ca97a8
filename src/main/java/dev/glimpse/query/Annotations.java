package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.encode.Encoder;
import dev.glimpse.encode.LabelCalibration;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexedItem;
import dev.glimpse.index.Neighbour;
import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.SearchListener;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Labels for images. Thread-safe. */
@ApplicationScoped
public class Annotations {

    private final Encoder encoder;

    Annotations(Encoder encoder) {
        this.encoder = encoder;
    }

    void start(@Observes StartupEvent event, QueryConfig config) {
        if (!(config.labelScore() >= 0 && config.labelScore() <= 1)) {
            throw new IllegalStateException(
                    "glimpse.query.label-score is %s; it must be 0 to 1".formatted(config.labelScore()));
        }
    }

    /**
     * A label of an image.
     *
     * @param label      the item
     * @param text       what it says; null where it is not known
     * @param similarity the cosine to the image, in [-1, 1]
     * @param score      the probability that it is right; null where the model has no calibration
     * @param metadata   of the label, for example its vocabulary
     */
    public record Label(
            ItemId label,
            @Nullable String text,
            float similarity,
            @Nullable Float score,
            Metadata metadata) {}

    /** Whether labels have scores. */
    public boolean areCalibrated() {
        return encoder.calibration().isPresent();
    }

    /** The probability that a label of this similarity is right; null where the model does not say. */
    public @Nullable Float score(float similarity) {
        LabelCalibration calibration = encoder.calibration().orElse(null);
        return calibration == null ? null : (Float) calibration.score(similarity);
    }

    /**
     * The labels of an image, best first: all labels of the view are compared with it.
     *
     * @param k     at most so many, 1 or more
     * @param least the least score; without a calibration all have less
     */
    public List<Label> labels(IndexSnapshot snapshot, Embedding image, int k, float least) {
        List<Label> labels = new ArrayList<>();
        List<Neighbour> nearest = snapshot.search(
                        new NeighbourQuery(Kind.LABEL, image, k, null, NeighbourQuery.Method.EXACT),
                        SearchListener.patient())
                .neighbours();
        for (Neighbour near : nearest) {
            Float score = score(near.similarity());
            Optional<IndexedItem> found = snapshot.find(near.item());
            if (score != null && score >= least && found.isPresent() && found.get() instanceof IndexedItem.Visible of) {
                labels.add(new Label(near.item(), of.text(), near.similarity(), score, of.metadata()));
            }
        }
        return labels;
    }
}
