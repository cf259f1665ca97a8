package dev.glimpse.topic;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes Kafka clients with the settings that the contract relies on, written out even where they equal the default.
 * Connection and security come from the {@code kafka.*} configuration.
 */
@ApplicationScoped
public class KafkaClients {

    private final Map<String, Object> connection;

    KafkaClients(@Identifier("default-kafka-broker") Map<String, Object> connection) {
        this.connection = new HashMap<>(connection);
        this.connection.remove(ConsumerConfig.GROUP_ID_CONFIG);
    }

    /** A client that asks about, and changes, topics and groups. */
    public Admin admin() {
        return Admin.create(new HashMap<>(connection));
    }

    /** A consumer without a group: it assigns and seeks itself, and reads what is committed. */
    public KafkaConsumer<byte[], byte[]> reader(String clientId) {
        return new KafkaConsumer<>(reading(clientId), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * A consumer of a group, that seeks itself where the group has no offset. At a rebalance it gives all partitions back, and
     * reads those that it gets from what is committed.
     */
    public KafkaConsumer<byte[], byte[]> member(String clientId, String group) {
        Map<String, Object> settings = reading(clientId);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, RangeAssignor.class.getName());
        // A process that was killed holds its partitions no longer than this.
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6000);
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1500);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Map<String, Object> reading(String clientId) {
        Map<String, Object> settings = new HashMap<>(connection);
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, RecordSize.DEAD_LETTER);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 2 * RecordSize.DEAD_LETTER);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1000);
        return settings;
    }

    /** A producer whose records are acknowledged by every copy in sync, and are written once and in order. */
    public KafkaProducer<byte[], byte[]> writer(String clientId) {
        return new KafkaProducer<>(writing(clientId), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A producer that writes in transactions; {@code initTransactions} is still to be called. */
    public KafkaProducer<byte[], byte[]> transactionalWriter(String transactionalId) {
        Map<String, Object> settings = writing(transactionalId);
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        // An open transaction holds back every reader of its partitions: one that its writer left is ended soon.
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
        // The next transaction is refused for the milliseconds in which the broker marks the end of the last.
        settings.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 5);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private Map<String, Object> writing(String clientId) {
        Map<String, Object> settings = new HashMap<>(connection);
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, RecordSize.REQUEST);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 3L * RecordSize.REQUEST);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        return settings;
    }
}
