package dev.glimpse.ingest;

import dev.glimpse.item.Content;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Position;
import dev.glimpse.topic.FileReferences;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.RejectedRecordException;
import dev.glimpse.topic.SourceCodec;
import dev.glimpse.topic.SourceRecord;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** Reads records of the source topics back by their positions, so that no second store of originals is needed. Thread-safe. */
@ApplicationScoped
public class SourceReader {

    private static final int READERS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Namespace namespace;
    private final FileReferences references;
    private final BlockingQueue<KafkaConsumer<byte[], byte[]>> idle = new LinkedBlockingQueue<>();

    SourceReader(Namespace namespace, FileReferences references, KafkaClients clients) {
        this.namespace = namespace;
        this.references = references;
        for (int i = 0; i < READERS; i++) {
            idle.add(clients.reader("originals-" + i));
        }
    }

    /**
     * Reads a picture back, as it was sent. Blocks for some milliseconds.
     *
     * @return empty where the record is gone (a later version took its place, and the log was compacted), or holds no
     *     picture
     * @throws BrokerUnavailableException if the broker does not answer in time
     * @throws InvalidRecordException if what it refers to can't be read any more
     */
    public Optional<Content.Picture> picture(ItemId item, Position position)
            throws InvalidRecordException, InterruptedException {
        Optional<ConsumerRecord<byte[], byte[]>> found =
                read(position).filter(record -> Arrays.equals(record.key(), item.key()));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try {
            ConsumerRecord<byte[], byte[]> record = found.get();
            return switch (SourceCodec.read(item, record.value(), record.headers())) {
                case SourceRecord.Delete _ -> Optional.empty();
                case SourceRecord.Upsert(var _, Content.Picture picture, var _, var _) -> Optional.of(picture);
                case SourceRecord.Upsert(var _, Content.Reference(var uri), var _, var _) ->
                    Optional.of(references.read(item, uri));
                case SourceRecord.Upsert(var _, Content.Words _, var _, var _) -> Optional.empty();
            };
        } catch (RejectedRecordException e) {
            throw new InvalidRecordException(e.reason().code(), e.sentence(), e);
        }
    }

    private Optional<ConsumerRecord<byte[], byte[]>> read(Position position) throws InterruptedException {
        KafkaConsumer<byte[], byte[]> reader = idle.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (reader == null) {
            throw new BrokerUnavailableException("too many originals are read at once");
        }
        try {
            TopicPartition partition = new TopicPartition(namespace.source(position.kind()), position.partition());
            reader.assign(List.of(partition));
            reader.seek(partition, position.offset());
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (System.nanoTime() - deadline < 0) {
                for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL).records(partition)) {
                    return record.offset() == position.offset() ? Optional.of(record) : Optional.empty();
                }
                if (reader.position(partition) > position.offset()) {
                    return Optional.empty();
                }
            }
            throw new BrokerUnavailableException(
                    "the broker did not give the record at %s in time".formatted(position));
        } catch (OffsetOutOfRangeException e) {
            return Optional.empty();
        } finally {
            reader.unsubscribe();
            idle.add(reader);
        }
    }

    @PreDestroy
    void close() {
        for (KafkaConsumer<byte[], byte[]> reader : idle) {
            reader.close();
        }
    }
}
