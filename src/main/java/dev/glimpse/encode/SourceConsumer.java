package dev.glimpse.encode;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.Kind;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.RecordSize;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.health.api.HealthGroup;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.KafkaRecordBatch;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordBatchMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Takes batches from the source topics' channels and sees each through: encoded, published, or tried again for as long as
 * it takes. A batch is given up only when its partitions were assigned anew; they are then read from the last
 * published offset by whoever has them.
 */
@ApplicationScoped
public class SourceConsumer {

    private static final Logger LOG = Logger.getLogger(SourceConsumer.class);
    private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(10);

    private final BatchEncoder encoder;
    private final EncoderHealth health;
    private final KafkaClientService connectors;
    private final EncodeConfig config;
    private final Map<Kind, BatchPublisher> publishers = new EnumMap<>(Kind.class);
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
            publishers.put(
                    kind,
                    new BatchPublisher(clients, namespace.transactionalId(space, kind.plural(), config.instance())));
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
            seeThrough(kind, metadata);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return CompletableFuture.completedFuture(null);
    }

    private void seeThrough(Kind kind, IncomingKafkaRecordBatchMetadata<byte[], byte[]> metadata)
            throws InterruptedException {
        Iterable<ConsumerRecord<byte[], byte[]>> records = metadata.getRecords();
        EncodedBatch encoded = null;
        Duration wait = config.backOff();
        while (stopping.getCount() > 0) {
            try {
                ConsumerGroupMetadata group = membership(kind);
                if (group.generationId() != metadata.getConsumerGroupGenerationId()) {
                    LOG.infof(
                            "A batch of %d %s is left to the partitions' new assignment",
                            metadata.count(), kind.plural());
                    return;
                }
                if (encoded == null) {
                    encoded = encoder.encode(kind, records);
                } else if (isCommitted(kind, encoded)) {
                    // The last try's commit went through, though its answer did not.
                    health.passing(kind);
                    return;
                }
                if (stopping.getCount() == 0) {
                    // What was interrupted by the stop must not be taken for damaged.
                    return;
                }
                publisher(kind).publish(encoded, group);
                health.passing(kind);
                return;
            } catch (RuntimeException | Error e) {
                health.failing(kind, e);
                LOG.warnf(
                        "A batch of %d %s is tried again in %s: %s",
                        metadata.count(), kind.plural(), wait, e.getMessage());
                LOG.debug("The cause", e);
                if (stopping.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                wait = wait.multipliedBy(2).compareTo(config.maxBackOff()) > 0
                        ? config.maxBackOff()
                        : wait.multipliedBy(2);
            }
        }
    }

    private ConsumerGroupMetadata membership(Kind kind) {
        return consumer(kind).consumerGroupMetadata().await().atMost(CLIENT_TIMEOUT);
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

    private BatchPublisher publisher(Kind kind) {
        return java.util.Objects.requireNonNull(publishers.get(kind));
    }

    @jakarta.annotation.PreDestroy
    void close() {
        publishers.values().forEach(BatchPublisher::close);
    }
}
