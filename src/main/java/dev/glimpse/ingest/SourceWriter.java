package dev.glimpse.ingest;

import dev.glimpse.item.ItemId;
import dev.glimpse.item.MetadataPatch;
import dev.glimpse.item.Position;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.RecordSize;
import dev.glimpse.topic.RejectedRecordException;
import dev.glimpse.topic.SourceCodec;
import dev.glimpse.topic.SourceValue;
import dev.glimpse.topic.TopicContract;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Writes to the source topics. Thread-safe. */
@ApplicationScoped
public class SourceWriter {

    /** The largest value, in bytes. */
    public static final int MAX_VALUE = RecordSize.MAX_VALUE;

    private final Namespace namespace;
    private final TopicContract topics;
    private final KafkaProducer<byte[], byte[]> producer;
    private final OwnWrites writes = new OwnWrites();

    SourceWriter(Namespace namespace, TopicContract topics, KafkaClients clients) {
        this.namespace = namespace;
        this.topics = topics;
        this.producer = clients.writer("ingest");
    }

    /**
     * Writes a version of an item.
     *
     * @param value   what the source topic takes, at most {@link #MAX_VALUE} bytes
     * @param headers the record's headers, for example {@code content-type}
     * @return its position, once every copy in sync has it
     * @throws InvalidRecordException if it is not of the topic's contract
     */
    public Uni<Position> write(ItemId item, byte[] value, Map<String, String> headers) throws InvalidRecordException {
        requireSize(item, value);
        List<Header> recordHeaders = headers.entrySet().stream()
                .<Header>map(header ->
                        new RecordHeader(header.getKey(), header.getValue().getBytes(StandardCharsets.UTF_8)))
                .toList();
        try {
            SourceCodec.read(item, value, new RecordHeaders(recordHeaders));
        } catch (RejectedRecordException e) {
            throw new InvalidRecordException(e.reason().code(), e.sentence(), e);
        }
        return written(item, value, recordHeaders);
    }

    /** Where this process' writes of the item stand. */
    OwnWrites.Mark mark(ItemId item) {
        return writes.mark(item);
    }

    /**
     * Writes an item again, with other metadata. Blocks until every copy in sync has it.
     *
     * @param now   what was last written of it
     * @param since when that was known
     * @return its new position; empty where this process wrote of it since
     * @throws InvalidRecordException if the metadata can't be so, or the record becomes too large
     */
    Optional<Position> patch(ItemId item, SourceValue now, MetadataPatch patch, OwnWrites.Mark since)
            throws InvalidRecordException {
        try {
            SourceValue changed = now.patched(item, patch);
            requireSize(item, changed.value());
            List<Header> headers = List.of(changed.headers().toArray());
            return writes.send(item, since, () -> send(item, changed.value(), headers))
                    .map(sent -> Uni.createFrom().completionStage(sent).await().indefinitely());
        } catch (RejectedRecordException e) {
            throw new InvalidRecordException(e.reason().code(), e.sentence(), e);
        } catch (IllegalArgumentException e) {
            throw new InvalidRecordException("invalid-metadata", String.valueOf(e.getMessage()), e);
        }
    }

    /** Deletes an item, known or not: writes its tombstone. */
    public Uni<Position> delete(ItemId item) {
        return written(item, null, List.of());
    }

    private Uni<Position> written(ItemId item, byte @Nullable [] value, List<Header> headers) {
        return Uni.createFrom()
                .completionStage(() -> writes.send(item, null, () -> send(item, value, headers))
                        .orElseThrow());
    }

    private static void requireSize(ItemId item, byte[] value) throws InvalidRecordException {
        if (value.length > MAX_VALUE) {
            throw new InvalidRecordException(
                    "too-large",
                    "the value of %s has %d bytes; at most %d are taken".formatted(item, value.length, MAX_VALUE));
        }
    }

    private CompletableFuture<Position> send(ItemId item, byte @Nullable [] value, List<Header> headers) {
        byte[] key = item.key();
        int partition = BuiltInPartitioner.partitionForKey(key, topics.partitions());
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(namespace.source(item.kind()), partition, key, value, headers);
        CompletableFuture<Position> sent = new CompletableFuture<>();
        var _ = producer.send(record, (written, e) -> {
            if (e == null) {
                sent.complete(new Position(item.kind(), written.partition(), written.offset()));
            } else {
                sent.completeExceptionally(new BrokerUnavailableException(
                        "the broker did not take the record of %s: %s".formatted(item, e.getMessage()), e));
            }
        });
        return sent;
    }

    @PreDestroy
    void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
