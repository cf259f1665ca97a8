package dev.glimpse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** A plain Kafka producer, as anybody outside has one: it knows the topics' names and nothing of our code. */
public final class OutsideProducer implements AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;

    /** A producer to the broker of the running service. */
    public OutsideProducer() {
        this(ConfigProvider.getConfig().getValue("kafka.bootstrap.servers", String.class));
    }

    /** A producer to any broker. */
    public OutsideProducer(String bootstrapServers) {
        producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.LINGER_MS_CONFIG,
                        0,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        24 * 1024 * 1024),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Sends a record and waits for its acknowledgement; says its freshness token. */
    public String send(String topic, @Nullable String key, byte @Nullable [] value, String... headers)
            throws Exception {
        RecordMetadata written = producer.send(
                        record(topic, key == null ? null : key.getBytes(StandardCharsets.UTF_8), value, headers))
                .get(30, TimeUnit.SECONDS);
        return token(topic, written);
    }

    /** Sends one record by a producer of its own, which is what a test with few records wants. */
    public static String sendOne(String topic, String key, byte @Nullable [] value, String... headers)
            throws Exception {
        try (OutsideProducer producer = new OutsideProducer()) {
            return producer.send(topic, key, value, headers);
        }
    }

    /** Sends records without waiting for each; says the freshness token of the last, once all are acknowledged. */
    public String sendAll(String topic, List<ProducerRecord<byte[], byte[]>> records) throws Exception {
        List<Future<RecordMetadata>> acknowledgements = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> record : records) {
            acknowledgements.add(producer.send(record));
        }
        String last = "";
        for (Future<RecordMetadata> acknowledgement : acknowledgements) {
            RecordMetadata written = acknowledgement.get(60, TimeUnit.SECONDS);
            last = token(topic, written);
        }
        return last;
    }

    private static String token(String topic, RecordMetadata written) {
        return topic.substring(topic.lastIndexOf('.') + 1) + "-" + written.partition() + "-" + written.offset();
    }

    /** A record with headers, given as name, value, name, value. */
    public static ProducerRecord<byte[], byte[]> record(
            String topic, byte @Nullable [] key, byte @Nullable [] value, String... headers) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, key, value);
        for (int i = 0; i < headers.length; i += 2) {
            record.headers().add(headers[i], headers[i + 1].getBytes(StandardCharsets.UTF_8));
        }
        return record;
    }

    @Override
    public void close() {
        producer.close();
    }
}
