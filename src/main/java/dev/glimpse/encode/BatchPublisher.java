package dev.glimpse.encode;

import dev.glimpse.topic.KafkaClients;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes encoded batches, each in one Kafka transaction with the group's offsets: all of it is seen, or none. A
 * transaction that fails is ended before the next begins, by the broker's word where ours does not suffice (a producer
 * of the same transactional id takes its place). Not thread-safe: one for each channel.
 */
final class BatchPublisher implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(BatchPublisher.class);

    private final Supplier<KafkaProducer<byte[], byte[]>> producers;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    BatchPublisher(KafkaClients clients, String transactionalId) {
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
     * Publishes a batch.
     *
     * @param group the consumer's membership: the broker refuses offsets of one that is no longer a member
     * @throws KafkaException if it is not certain that all of it was published; nothing of it is visible, unless the
     *                        commit itself was cut off
     */
    void publish(EncodedBatch batch, ConsumerGroupMetadata group) {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open == null) {
            open = producers.get();
            producer = open;
        }
        try {
            open.beginTransaction();
            AtomicReference<@Nullable Exception> failed = new AtomicReference<>();
            for (ProducerRecord<byte[], byte[]> record : batch.records()) {
                var _ = open.send(record, (sent, e) -> {
                    if (e != null) {
                        failed.compareAndSet(null, e);
                    }
                });
            }
            open.sendOffsetsToTransaction(batch.offsets(), group);
            open.flush();
            Exception e = failed.get();
            if (e != null) {
                throw new KafkaException("a record of the batch was not taken: " + e.getMessage(), e);
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
