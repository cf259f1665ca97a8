package dev.glimpse.index;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.Position;
import dev.glimpse.topic.EmbeddingCodec;
import dev.glimpse.topic.EmbeddingRecord;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.SourceStamp;
import dev.glimpse.topic.TopicContract;
import dev.glimpse.topic.TopicsConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The view of the embeddings topic. Thread-safe. */
@ApplicationScoped
public class IndexView {

    /** After the topics are there, and before the encoders' channels open. */
    static final int START_PRIORITY = 40;

    private static final Logger LOG = Logger.getLogger(IndexView.class);

    private final IndexConfig config;
    private final TopicsConfig topicsConfig;
    private final TopicContract topics;
    private final Namespace namespace;
    private final EmbeddingSpace space;
    private final KafkaClients clients;
    private final Instance<VectorIndexFactory> factories;
    private final Counter applied;
    private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private @Nullable Feed feed;

    IndexView(
            IndexConfig config,
            TopicsConfig topicsConfig,
            TopicContract topics,
            Namespace namespace,
            EmbeddingSpace space,
            KafkaClients clients,
            @Any Instance<VectorIndexFactory> factories,
            MeterRegistry metrics) {
        this.config = config;
        this.topicsConfig = topicsConfig;
        this.topics = topics;
        this.namespace = namespace;
        this.space = space;
        this.clients = clients;
        this.factories = factories;
        this.applied = metrics.counter("glimpse.view.records");
        metrics.gaugeCollectionSize("glimpse.view.waiting", Tags.empty(), waiters);
    }

    /** Hears of changes, on the view's own thread: it must be quick. */
    public interface Listener {

        /**
         * These were applied, and are visible. One may be older than what the view had, and have done nothing.
         *
         * @param arrivals in the order of each partition; may be none
         * @param next     by partition, the offset that is read next
         */
        void changed(List<Arrival> arrivals, Map<Integer, Long> next);

        /**
         * Another view has taken the place of the one that answered.
         *
         * @param next by partition, the offset that it reads next
         */
        void replaced(Map<Integer, Long> next);
    }

    private record Waiter(List<Position> positions, UniEmitter<? super Boolean> emitter) {}

    void start(@Observes @Priority(START_PRIORITY) StartupEvent event) {
        if (config.enabled()) {
            feed = new Feed();
            feed.start();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (feed != null) {
            feed.stop();
        }
    }

    /** What the view holds now; empty while it is built for the first time. To be closed. */
    public Optional<IndexSnapshot> snapshot() {
        VectorIndex served = feed == null ? null : feed.served();
        while (served != null) {
            try {
                return Optional.of(served.snapshot());
            } catch (IllegalStateException e) {
                // Its successor has just taken its place, or it is being opened again.
                VectorIndex now = feed == null ? null : feed.served();
                if (now == null) {
                    return Optional.empty();
                }
                if (now.equals(served)) {
                    throw e;
                }
                served = now;
            }
        }
        return Optional.empty();
    }

    /** Why there is no snapshot: a sentence for who asked for one. */
    public String absence() {
        return config.enabled()
                ? "the view is being built; /q/health/ready says when it is done"
                : "this process keeps no view (glimpse.index.enabled=false)";
    }

    /** Whether the view answers, and holds what the topic held when the service started. */
    public boolean isReady() {
        return feed != null && feed.isReady();
    }

    /** Why the view does not advance, or null where it does. */
    public @Nullable String trouble() {
        return feed == null ? null : feed.trouble();
    }

    /** Up to how many items of a kind are compared one by one. */
    public int exactBelow() {
        return config.exactBelow();
    }

    /** From now on a listener hears of changes. */
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    /**
     * Reads what arrived, again.
     *
     * @param from by partition of the embeddings topic, the first offset
     * @return to be closed
     */
    public ArrivalReader arrivals(Map<Integer, Long> from) {
        Feed open = Objects.requireNonNull(feed);
        String topic = namespace.embeddings(space);
        return new ArrivalReader(clients.reader("matches-" + topic), topic, from, open::arrivals);
    }

    /** Waits until source records at these positions are in the view (or were refused). Cancel to stop waiting. */
    public Uni<Boolean> await(List<Position> positions) {
        return Uni.createFrom().emitter(emitter -> {
            Waiter waiter = new Waiter(positions, emitter);
            waiters.add(waiter);
            emitter.onTermination(() -> waiters.remove(waiter));
            try (IndexSnapshot now = snapshot().orElse(null)) {
                if (now != null) {
                    wake(now.positions());
                }
            }
        });
    }

    /** What a listener does wrong must not stop the view. */
    private void tell(Consumer<Listener> news) {
        for (Listener listener : listeners) {
            try {
                news.accept(listener);
            } catch (RuntimeException e) {
                LOG.error("A listener failed", e);
            }
        }
    }

    private void wake(ViewPositions reached) {
        for (Waiter waiter : List.copyOf(waiters)) {
            if (waiter.positions().stream().allMatch(reached::reached) && waiters.remove(waiter)) {
                waiter.emitter().complete(true);
            }
        }
    }

    private final class Feed extends TopicView<VectorIndex> {

        private final EmbeddingCodec codec = new EmbeddingCodec(namespace, space);
        private final SourceEnds sourceEnds = new SourceEnds(clients, namespace, topics.partitions());

        Feed() {
            super(
                    clients,
                    namespace.embeddings(space),
                    topics.partitions(),
                    new ViewDirectory<>(
                            config.directory().resolve(namespace.name()).resolve(space.toString()),
                            origin(namespace.embeddings(space)),
                            topicsConfig.deleteRetention().dividedBy(2),
                            folder -> engine().open(folder, space, origin(namespace.embeddings(space)))),
                    config.commitInterval());
        }

        @Override
        ViewPositions apply(
                VectorIndex index,
                List<ConsumerRecord<byte[], byte[]>> records,
                ViewPositions before,
                Map<Integer, Long> next) {
            List<Arrival> arrivals = new ArrayList<>(records.size());
            List<SourceStamp> stamps = new ArrayList<>(records.size());
            for (ConsumerRecord<byte[], byte[]> record : records) {
                read(record).ifPresent(read -> {
                    if (read instanceof EmbeddingRecord.Progress) {
                        // These alone say how far the encoders are: a tombstone of theirs may be ahead of it.
                        stamps.add(read.source());
                    }
                    arrival(record, read).ifPresent(arrivals::add);
                });
            }
            ViewPositions after = before.advanced(next, stamps);
            index.apply(arrivals.stream().map(Arrival::change).toList(), after);
            if (index.equals(served())) {
                tell(listener -> listener.changed(arrivals, after.next()));
            }
            applied.increment(records.size());
            return after;
        }

        private Optional<EmbeddingRecord> read(ConsumerRecord<byte[], byte[]> record) {
            try {
                return Optional.of(codec.read(record));
            } catch (IllegalArgumentException e) {
                // Encoders alone write here; what anybody else writes must not stop the view.
                LOG.warnf(
                        "The record at offset %d of %s-%d is ignored: %s",
                        record.offset(), record.topic(), record.partition(), e.getMessage());
                return Optional.empty();
            }
        }

        private static Optional<Arrival> arrival(ConsumerRecord<byte[], byte[]> record, EmbeddingRecord read) {
            return change(read).map(change -> new Arrival(change, record.partition(), record.offset()));
        }

        List<Arrival> arrivals(List<ConsumerRecord<byte[], byte[]>> records) {
            return records.stream()
                    .flatMap(record -> read(record).flatMap(read -> arrival(record, read)).stream())
                    .toList();
        }

        private static Optional<IndexChange> change(EmbeddingRecord record) {
            return switch (record) {
                case EmbeddingRecord.Embedded(
                        var item,
                        var embedding,
                        var digest,
                        var text,
                        var metadata,
                        var features,
                        var source) ->
                    Optional.of(new IndexChange.Put(item, embedding, digest, text, metadata, features, source));
                case EmbeddingRecord.Rejected(var item, var reason, var message, var source) ->
                    Optional.of(new IndexChange.Reject(item, reason, message, source));
                case EmbeddingRecord.Deleted(var item, var source) -> Optional.of(new IndexChange.Delete(item, source));
                case EmbeddingRecord.Progress _ -> Optional.empty();
            };
        }

        /** Offsets of a source topic that was made anew begin again: what the old one's said counts no more. */
        @Override
        ViewPositions trusted(ViewPositions positions) {
            Map<ViewPositions.SourcePartition, ViewPositions.Reached> sources = new HashMap<>(positions.sources());
            sources.entrySet()
                    .removeIf(source -> !topics.topicId(
                                    namespace.source(source.getKey().kind()))
                            .equals(source.getValue().topicId()));
            return new ViewPositions(
                    positions.origin(), positions.next(), sources, positions.caughtUp(), positions.time());
        }

        @Override
        boolean isCaughtUp(ViewPositions positions) {
            return sourceEnds.reachedBy(positions);
        }

        @Override
        void replaced(ViewPositions positions) {
            tell(listener -> listener.replaced(positions.next()));
        }

        @Override
        void applied(ViewPositions positions) {
            wake(positions);
        }
    }

    private VectorIndexFactory engine() {
        Instance<VectorIndexFactory> engine = factories.select(Identifier.Literal.of(config.engine()));
        if (!engine.isResolvable()) {
            throw new IllegalStateException(
                    "glimpse.index.engine is '%s'; known are lucene and exact".formatted(config.engine()));
        }
        return engine.get();
    }

    private ViewPositions.Origin origin(String topic) {
        return new ViewPositions.Origin(topics.cluster(), topic, topics.topicId(topic));
    }
}
