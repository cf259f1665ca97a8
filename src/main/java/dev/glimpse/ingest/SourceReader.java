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
import dev.glimpse.topic.SourceValue;
import dev.glimpse.topic.TopicContract;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads records of the source topics back by their positions, so that no second store of originals is needed. Thread-safe. */
@ApplicationScoped
public class SourceReader {

    private static final int READERS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Namespace namespace;
    private final TopicContract topics;
    private final FileReferences references;
    private final BlockingQueue<KafkaConsumer<byte[], byte[]>> idle = new LinkedBlockingQueue<>();

    SourceReader(Namespace namespace, TopicContract topics, FileReferences references, KafkaClients clients) {
        this.namespace = namespace;
        this.topics = topics;
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
        Optional<ConsumerRecord<byte[], byte[]>> found = record(item, position);
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

    /**
     * Reads a record back as it was written. Blocks for some milliseconds.
     *
     * @return empty where it is gone, is not of the item, or deletes it
     * @throws BrokerUnavailableException if the broker does not answer in time
     */
    Optional<SourceValue> value(ItemId item, Position position) throws InterruptedException {
        return record(item, position)
                .filter(record -> record.value() != null)
                .map(record -> new SourceValue(record.value(), record.headers()));
    }

    /**
     * The last record that the item's partition has now, of whatever item; empty where it has none. Blocks for some
     * milliseconds.
     *
     * @throws BrokerUnavailableException if the broker does not answer in time
     */
    public Optional<Position> last(ItemId item) throws InterruptedException {
        int number = partition(item);
        TopicPartition partition = new TopicPartition(namespace.source(item.kind()), number);
        return withReader(reader -> {
            reader.assign(List.of(partition));
            long begin = reader.beginningOffsets(List.of(partition), PATIENCE).getOrDefault(partition, 0L);
            long end = reader.endOffsets(List.of(partition), PATIENCE).getOrDefault(partition, 0L);
            // The last offsets may be markers of transactions, which no reader is given.
            for (long back = 1, from = end; from > begin; back *= 4) {
                from = Math.max(begin, end - back);
                reader.seek(partition, from);
                OptionalLong last = lastBefore(reader, partition, end);
                if (last.isPresent()) {
                    return Optional.of(new Position(item.kind(), number, last.getAsLong()));
                }
            }
            return Optional.empty();
        });
    }

    /** In which partition an item is written. */
    int partition(ItemId item) {
        return BuiltInPartitioner.partitionForKey(item.key(), topics.partitions());
    }

    private static OptionalLong lastBefore(KafkaConsumer<byte[], byte[]> reader, TopicPartition partition, long end) {
        OptionalLong last = OptionalLong.empty();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (reader.position(partition) < end) {
            for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL).records(partition)) {
                last = OptionalLong.of(record.offset());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new BrokerUnavailableException(
                        "the broker did not give the end of %s in time".formatted(partition));
            }
        }
        return last;
    }

    private Optional<ConsumerRecord<byte[], byte[]>> record(ItemId item, Position position)
            throws InterruptedException {
        return read(position).filter(record -> Arrays.equals(record.key(), item.key()));
    }

    private <T> Optional<T> withReader(Function<KafkaConsumer<byte[], byte[]>, Optional<T>> read)
            throws InterruptedException {
        KafkaConsumer<byte[], byte[]> reader = idle.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (reader == null) {
            throw new BrokerUnavailableException("too many records are read back at once");
        }
        try {
            return read.apply(reader);
        } catch (KafkaException e) {
            throw new BrokerUnavailableException("the broker does not answer: " + e.getMessage(), e);
        } finally {
            reader.unsubscribe();
            idle.add(reader);
        }
    }

    private Optional<ConsumerRecord<byte[], byte[]>> read(Position position) throws InterruptedException {
        return withReader(reader -> read(reader, position));
    }

    private Optional<ConsumerRecord<byte[], byte[]>> read(KafkaConsumer<byte[], byte[]> reader, Position position) {
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
        }
    }

    @PreDestroy
    void close() {
        for (KafkaConsumer<byte[], byte[]> reader : idle) {
            reader.close();
        }
    }
}
