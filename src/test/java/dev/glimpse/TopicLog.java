package dev.glimpse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** What an outside reader of a topic has seen, which reads what is committed. */
public final class TopicLog implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<Entry> entries = new ArrayList<>();

    /** A record. */
    public record Entry(ConsumerRecord<byte[], byte[]> record, JsonNode value) {
        public String key() {
            return new String(record.key(), StandardCharsets.UTF_8);
        }

        public String header(String name) {
            Header header = record.headers().lastHeader(name);
            return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
        }

        public boolean is(String event) {
            return header("glimpse-event").equals(event);
        }

        public String text(String field) {
            return value.path(field).asText();
        }
    }

    public TopicLog(String topic) {
        consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        ConfigProvider.getConfig().getValue("kafka.bootstrap.servers", String.class),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(of -> new TopicPartition(topic, of.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** All that was seen, with what has come. */
    public List<Entry> all() {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
            entries.add(new Entry(record, json(record.value())));
        }
        return entries;
    }

    /** What is no JSON is none. */
    private static JsonNode json(byte @Nullable [] value) {
        try {
            return value == null ? JSON.nullNode() : JSON.readTree(value);
        } catch (IOException e) {
            return JSON.nullNode();
        }
    }

    public Stream<Entry> matching(Predicate<Entry> which) {
        return List.copyOf(all()).stream().filter(which);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
