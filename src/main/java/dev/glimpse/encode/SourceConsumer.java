package dev.glimpse.encode;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.Kind;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.RecordSize;
import dev.glimpse.topic.TransactionPublisher;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.health.api.HealthGroup;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.KafkaRecordBatch;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordBatchMetadata;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes batches from the source topics' channels and sees each through: encoded, published, or tried again for as long as
 * it takes. While a batch is published the next is encoded; they are published in order. A batch is given up only when its partitions were assigned anew; they are then read from the last
 * published offset by whoever has them.
 */
@ApplicationScoped
public class SourceConsumer {

    private static final Logger LOG = Logger.getLogger(SourceConsumer.class);
    private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(10);

    /** After so many tries of a batch each of its records is encoded alone, so that one that always fails holds up no others. */
    private static final int TOGETHER = 5;

    private final BatchEncoder encoder;
    private final EncoderHealth health;
    private final KafkaClientService connectors;
    private final EncodeConfig config;
    private final Map<Kind, Lane> lanes = new EnumMap<>(Kind.class);
    private final CountDownLatch stopping = new CountDownLatch(1);

    SourceConsumer(
            BatchEncoder encoder,
            @HealthGroup("encoder") EncoderHealth health,
            KafkaClientService connectors,
            EncodeConfig config,
            KafkaClients clients,
            Namespace namespace,
            EmbeddingSpace space) {
        this.encoder = encoder;
        this.health = health;
        this.connectors = connectors;
        this.config = config;
        for (Kind kind : Kind.values()) {
            String transactionalId = namespace.transactionalId(space, kind.plural(), config.instance());
            lanes.put(kind, new Lane(kind, new TransactionPublisher(clients, transactionalId)));
        }
    }

    /** The consumers' settings that depend on the space, merged into those of the channels. */
    @Produces
    @Singleton
    @Identifier("glimpse-encoder")
    static Map<String, Object> consumerSettings(Namespace namespace, EmbeddingSpace space) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, namespace.encoderGroup(space));
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        // Eager: at a rebalance every partition is given back and read again from what is committed, so that a batch
        // of an older generation can be dropped without losing it.
        settings.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, RangeAssignor.class.getName());
        // A process that was killed holds its partitions no longer than this; encoding does not hold up heartbeats.
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "6000");
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, "1500");
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Integer.toString(RecordSize.DEAD_LETTER));
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Integer.toString(2 * RecordSize.DEAD_LETTER));
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        return settings;
    }

    @Incoming("images")
    @Blocking
    CompletionStage<Void> images(KafkaRecordBatch<byte[], byte[]> batch) {
        return consume(Kind.IMAGE, batch);
    }

    @Incoming("texts")
    @Blocking
    CompletionStage<Void> texts(KafkaRecordBatch<byte[], byte[]> batch) {
        return consume(Kind.TEXT, batch);
    }

    @Incoming("labels")
    @Blocking
    CompletionStage<Void> labels(KafkaRecordBatch<byte[], byte[]> batch) {
        return consume(Kind.LABEL, batch);
    }

    void stop(@Observes ShutdownEvent event) {
        stopping.countDown();
    }

    @SuppressWarnings("unchecked")
    private CompletionStage<Void> consume(Kind kind, KafkaRecordBatch<byte[], byte[]> batch) {
        IncomingKafkaRecordBatchMetadata<byte[], byte[]> metadata =
                batch.getMetadata(IncomingKafkaRecordBatchMetadata.class).orElseThrow();
        try {
            lane(kind).take(metadata);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return CompletableFuture.completedFuture(null);
    }

    /**
     * What one kind's batches go through, in order. Two are under way at once: while the older is awaited and published,
     * the pool goes on with the younger, so that it never waits.
     */
    private final class Lane {
        private final Kind kind;
        private final TransactionPublisher publisher;
        private final ExecutorService publishing;
        private Future<?> previous = CompletableFuture.completedFuture(null);
        private @Nullable ConsumerGroupMetadata group;

        Lane(Kind kind, TransactionPublisher publisher) {
            this.kind = kind;
            this.publisher = publisher;
            this.publishing = Executors.newSingleThreadExecutor(Thread.ofPlatform()
                    .name("publish-" + kind.plural())
                    .daemon()
                    .factory());
        }

        void take(IncomingKafkaRecordBatchMetadata<byte[], byte[]> batch) throws InterruptedException {
            if (stopping.getCount() == 0) {
                return;
            }
            BatchEncoder.Pending begun = begun(batch);
            Future<?> older = previous;
            previous = publishing.submit(() -> finish(batch, begun));
            try {
                older.get();
            } catch (ExecutionException e) {
                LOG.errorf(e, "Publishing %s ended", kind.plural());
            }
        }

        /** Null where it can't be begun now: so it is when its turn comes. */
        private BatchEncoder.@Nullable Pending begun(IncomingKafkaRecordBatchMetadata<byte[], byte[]> batch) {
            try {
                return encoder.begin(kind, batch.getRecords(), false);
            } catch (RuntimeException | OutOfMemoryError e) {
                LOG.warnf(e, "A batch of %d %s is begun later", batch.count(), kind.plural());
                return null;
            }
        }

        private void finish(
                IncomingKafkaRecordBatchMetadata<byte[], byte[]> batch, BatchEncoder.@Nullable Pending begun) {
            AtomicReference<BatchEncoder.@Nullable Pending> pending = new AtomicReference<>(begun);
            AtomicReference<@Nullable EncodedBatch> encoded = new AtomicReference<>();
            AtomicBoolean again = new AtomicBoolean();
            AtomicInteger tries = new AtomicInteger();
            try {
                seeThrough(batch, () -> {
                    BatchEncoder.Pending first = pending.getAndSet(null);
                    boolean alone = tries.incrementAndGet() > TOGETHER;
                    BatchEncoder.Pending now = first != null ? first : encoder.begin(kind, batch.getRecords(), alone);
                    encoded.set(now.await());
                    return true;
                });
                EncodedBatch ready = encoded.get();
                if (ready != null) {
                    seeThrough(batch, () -> publish(batch, ready, again.compareAndSet(false, true)));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private boolean publish(
                IncomingKafkaRecordBatchMetadata<byte[], byte[]> batch, EncodedBatch encoded, boolean first) {
            ConsumerGroupMetadata member = membership(batch.getConsumerGroupGenerationId(), first);
            if (member == null) {
                LOG.infof("A batch of %d %s is left to the partitions' new assignment", batch.count(), kind.plural());
            } else if (first || !isCommitted(kind, encoded)) {
                // Otherwise the last try's commit went through, though its answer did not.
                publisher.publish(encoded.records(), encoded.offsets(), member);
            }
            return true;
        }

        /**
         * The membership with which a batch of a generation is published, or null where that generation has passed. Asking
         * the consumer waits for its poll to end: so it is asked once for each generation, and after a failure; a stale
         * answer is refused by the broker.
         */
        private @Nullable ConsumerGroupMetadata membership(int generation, boolean first) {
            ConsumerGroupMetadata known = group;
            if (known == null || known.generationId() != generation || !first) {
                known = consumer(kind).consumerGroupMetadata().await().atMost(CLIENT_TIMEOUT);
                group = known;
            }
            return known.generationId() == generation ? known : null;
        }

        /** Tries for as long as it takes, or until the service stops. */
        private void seeThrough(IncomingKafkaRecordBatchMetadata<byte[], byte[]> batch, Callable<Boolean> step)
                throws InterruptedException {
            Duration wait = config.backOff();
            while (stopping.getCount() > 0) {
                try {
                    step.call();
                    health.passing(kind);
                    return;
                } catch (InterruptedException e) {
                    throw e;
                } catch (Exception | Error e) {
                    health.failing(kind, e);
                    LOG.warnf(
                            "A batch of %d %s is tried again in %s: %s",
                            batch.count(), kind.plural(), wait, e.getMessage());
                    LOG.debug("The cause", e);
                    if (stopping.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                        return;
                    }
                    Duration doubled = wait.multipliedBy(2);
                    wait = doubled.compareTo(config.maxBackOff()) > 0 ? config.maxBackOff() : doubled;
                }
            }
        }

        void close() {
            publishing.shutdownNow();
            publisher.close();
        }
    }

    private boolean isCommitted(Kind kind, EncodedBatch encoded) {
        Map<TopicPartition, OffsetAndMetadata> committed = consumer(kind)
                .committed(encoded.offsets().keySet().toArray(TopicPartition[]::new))
                .await()
                .atMost(CLIENT_TIMEOUT);
        return encoded.offsets().entrySet().stream().allMatch(entry -> {
            OffsetAndMetadata found = committed.get(entry.getKey());
            return found != null && found.offset() >= entry.getValue().offset();
        });
    }

    private KafkaConsumer<byte[], byte[]> consumer(Kind kind) {
        return connectors.getConsumer(kind.plural());
    }

    private Lane lane(Kind kind) {
        return Objects.requireNonNull(lanes.get(kind));
    }

    @PreDestroy
    void close() {
        lanes.values().forEach(Lane::close);
    }
}
