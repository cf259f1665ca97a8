package dev.glimpse.match;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.query.Annotations;
import dev.glimpse.topic.AnnotationCodec;
import dev.glimpse.topic.EmbeddingRecord;
import dev.glimpse.topic.LogPosition;
import dev.glimpse.topic.Namespace;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/** Finds the labels of images that arrive, in this process' view. */
final class Annotator {

    private static final Logger LOG = Logger.getLogger(Annotator.class);

    /** A view that stands still must not hold up matches. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int POLL_MILLIS = 2;

    private final IndexView view;
    private final Annotations annotations;
    private final AnnotationCodec codec;
    private final int labels;
    private final float least;
    private boolean standsStill;

    /**
     * @param labels for one image, at most
     * @param least  the least score
     */
    Annotator(
            IndexView view,
            Annotations annotations,
            Namespace namespace,
            EmbeddingSpace space,
            int labels,
            float least) {
        this.view = view;
        this.annotations = annotations;
        this.codec = new AnnotationCodec(namespace, space);
        this.labels = labels;
        this.least = least;
    }

    /** Whether the view knows the labels. */
    boolean isReady() {
        return view.isReady();
    }

    /** Waits until the view has what arrived up to here, labels among it, or for so long as may be. */
    void await(LogPosition position) {
        // One that stood still is waited for no more until it has come so far by itself.
        long end = System.nanoTime() + (standsStill ? 0 : PATIENCE.toNanos());
        try {
            boolean reached = hasReached(position);
            while (!reached && System.nanoTime() - end < 0) {
                Thread.sleep(POLL_MILLIS);
                reached = hasReached(position);
            }
            standsStill = !reached;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean hasReached(LogPosition position) {
        try (IndexSnapshot snapshot = view.snapshot().orElse(null)) {
            return snapshot != null
                    && snapshot.positions().next().getOrDefault(position.partition(), 0L) > position.offset();
        }
    }

    /** What is said of an image that arrived; nothing of what is no image. */
    Optional<ProducerRecord<byte[], byte[]>> annotation(EmbeddingRecord record) {
        return switch (record) {
            case EmbeddingRecord.Embedded embedded
            when isImage(embedded) ->
                labels(embedded).map(found -> codec.write(embedded.item(), found, embedded.source()));
            case EmbeddingRecord.Rejected rejected
            when isImage(rejected.item()) -> Optional.of(codec.gone(rejected.item(), rejected.source()));
            case EmbeddingRecord.Deleted deleted
            when isImage(deleted.item()) -> Optional.of(codec.gone(deleted.item(), deleted.source()));
            default -> Optional.empty();
        };
    }

    static boolean isImage(EmbeddingRecord.Embedded embedded) {
        return isImage(embedded.item());
    }

    private static boolean isImage(ItemId item) {
        return item.kind() == Kind.IMAGE;
    }

    /** Nothing where there is no view for the moment. */
    private Optional<List<AnnotationCodec.Label>> labels(EmbeddingRecord.Embedded image) {
        try (IndexSnapshot snapshot = view.snapshot().orElse(null)) {
            if (snapshot == null) {
                LOG.warnf("%s is given no labels: %s", image.item(), view.absence());
                return Optional.empty();
            }
            return Optional.of(annotations.labels(snapshot, image.embedding(), labels, least).stream()
                    .map(label -> new AnnotationCodec.Label(
                            label.label().id(),
                            label.text(),
                            Objects.requireNonNull(label.score()),
                            label.similarity(),
                            label.metadata()))
                    .toList());
        }
    }
}
