package dev.glimpse.topic;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what a consumer made of its records, each time in one Kafka transaction with the group's offsets: all of it is seen, or none. A
 * transaction that fails is ended before the next begins, by the broker's word where ours does not suffice (a producer
 * of the same transactional id takes its place). Not thread-safe.
 */
public final class TransactionPublisher implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(TransactionPublisher.class);

    private final Supplier<KafkaProducer<byte[], byte[]>> producers;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    /** Of a transactional id, stable across restarts and unlike any other writer's. */
    public TransactionPublisher(KafkaClients clients, String transactionalId) {
        this.producers = () -> {
            KafkaProducer<byte[], byte[]> fresh = clients.transactionalWriter(transactionalId);
            try {
                fresh.initTransactions();
                return fresh;
            } catch (RuntimeException e) {
                fresh.close(java.time.Duration.ZERO);
                throw e;
            }
        };
    }

    /**
     * Publishes records.
     *
     * @param offsets where the group goes on reading
     * @param group the consumer's membership: the broker refuses offsets of one that is no longer a member
     * @throws KafkaException if it is not certain that all of it was published; nothing of it is visible, unless the
     *                        commit itself was cut off
     */
    public void publish(
            List<ProducerRecord<byte[], byte[]>> records,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open == null) {
            open = producers.get();
            producer = open;
        }
        try {
            open.beginTransaction();
            AtomicReference<@Nullable Exception> failed = new AtomicReference<>();
            for (ProducerRecord<byte[], byte[]> record : records) {
                var _ = open.send(record, (sent, e) -> {
                    if (e != null) {
                        failed.compareAndSet(null, e);
                    }
                });
            }
            open.sendOffsetsToTransaction(offsets, group);
            open.flush();
            Exception e = failed.get();
            if (e != null) {
                throw new KafkaException("a record was not taken: " + e.getMessage(), e);
            }
            open.commitTransaction();
        } catch (RuntimeException | Error e) {
            abandon(open);
            throw e;
        }
    }

    /** Ends a failed transaction; where that fails too, the next producer's start makes the broker end it. */
    private void abandon(KafkaProducer<byte[], byte[]> failed) {
        try {
            failed.abortTransaction();
        } catch (RuntimeException e) {
            LOG.debugf(e, "A failed transaction is left to the broker");
            producer = null;
            failed.close(java.time.Duration.ZERO);
        }
    }

    @Override
    public void close() {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open != null) {
            producer = null;
            open.close(java.time.Duration.ofSeconds(2));
        }
    }
}
