package dev.glimpse.encode;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Position;
import dev.glimpse.topic.EmbeddingCodec;
import dev.glimpse.topic.EmbeddingRecord;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.SourceStamp;
import dev.glimpse.topic.TopicContract;
import dev.glimpse.topic.TopicsConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.health.api.HealthGroup;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What an encoder does that was away. A compacted topic forgets a deletion after {@code delete.retention.ms}; an encoder
 * whose offset is gone, or that was away longer than half of that, may have missed some. It then removes from the
 * embeddings what its sources no longer hold, and reads the sources again from their beginning.
 *
 * <p>When an encoder was last seen is noted, every now and then, as the metadata of an offset of a group of its own, so
 * that it takes no topic and no disk.
 */
@ApplicationScoped
class Absence {

    /** After the topics are there, before the encoders' channels open. */
    private static final int START_PRIORITY = 30;

    private static final Logger LOG = Logger.getLogger(Absence.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long TIMEOUT_SECONDS = 30;
    private static final int TOMBSTONES_A_TRANSACTION = 5000;

    private final EncodeConfig config;
    private final TopicsConfig topicsConfig;
    private final TopicContract topics;
    private final Namespace namespace;
    private final EmbeddingSpace space;
    private final KafkaClients clients;
    private final EncoderHealth health;
    private final EmbeddingCodec codec;
    private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("encoder-heartbeat").daemon().factory());

    Absence(
            EncodeConfig config,
            TopicsConfig topicsConfig,
            TopicContract topics,
            Namespace namespace,
            EmbeddingSpace space,
            KafkaClients clients,
            @HealthGroup("encoder") EncoderHealth health) {
        this.config = config;
        this.topicsConfig = topicsConfig;
        this.topics = topics;
        this.namespace = namespace;
        this.space = space;
        this.clients = clients;
        this.health = health;
        this.codec = new EmbeddingCodec(namespace, space);
    }

    void start(@Observes @Priority(START_PRIORITY) StartupEvent event) {
        if (!config.enabled()) {
            return;
        }
        try (Admin admin = clients.admin();
                KafkaConsumer<byte[], byte[]> reader = clients.reader("absence")) {
            Map<TopicPartition, OffsetAndMetadata> read = offsets(admin, namespace.encoderGroup(space));
            Map<TopicPartition, OffsetAndMetadata> alive = offsets(admin, namespace.encoderAliveGroup(space));
            for (Kind kind : Kind.values()) {
                for (int partition = 0; partition < topics.partitions(); partition++) {
                    TopicPartition source = new TopicPartition(namespace.source(kind), partition);
                    Optional<String> why = whyNotTrusted(reader, source, read.get(source), alive.get(source));
                    if (why.isPresent()) {
                        LOG.warnf("Reading %s again from its beginning: %s", source, why.get());
                        removeWhatIsGone(reader, kind, source);
                        rewind(admin, reader, source);
                    }
                }
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the encoder's offsets can't be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the encoder's offsets were read", e);
        }
        long beat = config.heartbeat().toMillis();
        var _ = heart.scheduleWithFixedDelay(this::noteAlive, 0, beat, TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        heart.shutdownNow();
    }

    private Optional<String> whyNotTrusted(
            KafkaConsumer<byte[], byte[]> reader,
            TopicPartition source,
            @Nullable OffsetAndMetadata read,
            @Nullable OffsetAndMetadata alive) {
        TopicPartition embeddings = embeddings(source);
        if (end(reader, embeddings) == begin(reader, embeddings)) {
            return read == null || read.offset() <= begin(reader, source)
                    ? Optional.empty()
                    : Optional.of("the embeddings topic is empty");
        }
        if (read == null) {
            return end(reader, source) == begin(reader, source) && alive != null
                    ? Optional.empty()
                    : Optional.of("the group's offset is gone");
        }
        if (read.offset() < begin(reader, source) || read.offset() > end(reader, source)) {
            return Optional.of("the group's offset %d lies outside the topic".formatted(read.offset()));
        }
        Instant trustedSince =
                Instant.now().minus(topicsConfig.deleteRetention().dividedBy(2));
        Note note = alive == null ? Note.NONE : Note.parse(alive.metadata());
        if (!note.topicId().equals(topics.topicId(source.topic()))) {
            return Optional.of("no encoder was seen on the topic with the id " + topics.topicId(source.topic()));
        }
        return note.seen().isBefore(trustedSince)
                ? Optional.of("an encoder was last seen at %s, more than half of the topics' delete.retention.ms ago"
                        .formatted(note.seen()))
                : Optional.empty();
    }

    /** Tombstones for the items that the embeddings have and the source no longer has. */
    private void removeWhatIsGone(KafkaConsumer<byte[], byte[]> reader, Kind kind, TopicPartition source) {
        Set<String> gone = new HashSet<>();
        String prefix = kind.word() + "/";
        readAll(reader, embeddings(source), (key, there) -> {
            if (key.startsWith(prefix)) {
                update(gone, key, there);
            }
        });
        Set<String> held = new HashSet<>();
        long end = readAll(reader, source, (id, there) -> update(held, prefix + id, there));
        gone.removeAll(held);
        if (gone.isEmpty()) {
            return;
        }
        SourceStamp stamp = new SourceStamp(
                source.topic(),
                topics.topicId(source.topic()),
                new Position(kind, source.partition(), Math.max(0, end - 1)));
        String transaction = namespace.transactionalId(space, "absence", config.instance());
        try (KafkaProducer<byte[], byte[]> producer = clients.transactionalWriter(transaction)) {
            producer.initTransactions();
            producer.beginTransaction();
            int sent = 0;
            for (String key : gone) {
                if (++sent % TOMBSTONES_A_TRANSACTION == 0) {
                    producer.commitTransaction();
                    producer.beginTransaction();
                }
                var _ = producer.send(codec.write(new EmbeddingRecord.Deleted(ItemId.parse(key), stamp)));
                if (kind == Kind.IMAGE && config.previews()) {
                    var _ = producer.send(new ProducerRecord<>(
                            namespace.previews(),
                            source.partition(),
                            key.getBytes(StandardCharsets.UTF_8),
                            null,
                            stamp.headers()));
                }
            }
            producer.commitTransaction();
        }
        LOG.infof("Removed %d items that %s no longer holds", gone.size(), source);
    }

    private static void update(Set<String> keys, String key, boolean there) {
        if (there) {
            keys.add(key);
        } else {
            keys.remove(key);
        }
    }

    private void rewind(Admin admin, KafkaConsumer<byte[], byte[]> reader, TopicPartition source)
            throws InterruptedException, TimeoutException {
        try {
            admin.alterConsumerGroupOffsets(
                            namespace.encoderGroup(space), Map.of(source, new OffsetAndMetadata(begin(reader, source))))
                    .all()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            // Another encoder of the space runs, and has come to its own conclusion.
            LOG.warnf("%s is not read again here: %s", source, e.getMessage());
        }
    }

    private void noteAlive() {
        try (Admin admin = clients.admin()) {
            Map<TopicPartition, OffsetAndMetadata> notes = new HashMap<>();
            for (Kind kind : Kind.values()) {
                if (!health.isFailing(kind)) {
                    String topic = namespace.source(kind);
                    for (int partition = 0; partition < topics.partitions(); partition++) {
                        notes.put(
                                new TopicPartition(topic, partition),
                                new OffsetAndMetadata(0, new Note(Instant.now(), topics.topicId(topic)).written()));
                    }
                }
            }
            admin.alterConsumerGroupOffsets(namespace.encoderAliveGroup(space), notes)
                    .all()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            LOG.warnf("It can't be noted that the encoder is alive: %s", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * When an encoder was last seen on a source topic.
     *
     * @param topicId the id of the topic that it read
     */
    record Note(Instant seen, String topicId) {

        static final Note NONE = new Note(Instant.EPOCH, "");

        static Note parse(String metadata) {
            String[] parts = metadata.split(" ", 2);
            try {
                return parts.length == 2 ? new Note(Instant.parse(parts[0]), parts[1]) : NONE;
            } catch (DateTimeParseException e) {
                return NONE;
            }
        }

        String written() {
            return seen + " " + topicId;
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Admin admin, String group)
            throws ExecutionException, InterruptedException, TimeoutException {
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
            offsets.values().removeIf(java.util.Objects::isNull);
            return offsets;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof org.apache.kafka.common.errors.GroupIdNotFoundException) {
                return Map.of();
            }
            throw e;
        }
    }

    private TopicPartition embeddings(TopicPartition source) {
        return new TopicPartition(namespace.embeddings(space), source.partition());
    }

    /** Reads a partition to where it ends now, and says where that is. */
    private static long readAll(
            KafkaConsumer<byte[], byte[]> reader, TopicPartition partition, BiConsumer<String, Boolean> record) {
        reader.assign(List.of(partition));
        reader.seekToBeginning(List.of(partition));
        long end = end(reader, partition);
        while (reader.position(partition) < end) {
            for (ConsumerRecord<byte[], byte[]> read : reader.poll(POLL).records(partition)) {
                if (read.key() != null) {
                    record.accept(new String(read.key(), StandardCharsets.UTF_8), read.value() != null);
                }
            }
        }
        return end;
    }

    private static long begin(KafkaConsumer<byte[], byte[]> reader, TopicPartition partition) {
        return reader.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    private static long end(KafkaConsumer<byte[], byte[]> reader, TopicPartition partition) {
        return reader.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }
}
