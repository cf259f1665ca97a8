package dev.glimpse.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.SourceHeaders;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Writes the labels of a file to their topic: those that are new or different, so that a restart encodes none again. */
@ApplicationScoped
class LabelFile {

    /** After the topics are there. */
    static final int START_PRIORITY = 60;

    private static final Logger LOG = Logger.getLogger(LabelFile.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final String JSON_TYPE = "application/json";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final LabelConfig config;
    private final SourceWriter writer;
    private final KafkaClients clients;
    private final Namespace namespace;

    LabelFile(LabelConfig config, SourceWriter writer, KafkaClients clients, Namespace namespace) {
        this.config = config;
        this.writer = writer;
        this.clients = clients;
        this.namespace = namespace;
    }

    /** A label as it is written. */
    private record Label(ItemId item, byte[] value, boolean json) {

        boolean isLike(@Nullable Known known) {
            return known != null && Arrays.equals(known.value(), value) && known.json() == json;
        }
    }

    /** A label as the topic has it. */
    private record Known(byte @Nullable [] value, boolean json) {}

    void start(@Observes @Priority(START_PRIORITY) StartupEvent event) {
        config.file()
                .ifPresent(file -> Thread.ofPlatform().name("labels").daemon().start(() -> publish(file)));
    }

    private void publish(Path file) {
        try {
            List<Label> labels = read(file);
            Map<String, Known> known = known();
            // Of two lines of one id the last counts.
            Map<ItemId, Label> last = new HashMap<>();
            labels.forEach(label -> last.put(label.item(), label));
            int written = 0;
            for (Label label : labels) {
                if (last.get(label.item()) == label
                        && !label.isLike(known.get(label.item().id()))) {
                    write(file, label);
                    known.put(label.item().id(), new Known(label.value(), label.json()));
                    written++;
                }
            }
            LOG.infof("The file %s has %d labels; %d of them were new or different", file, labels.size(), written);
        } catch (IOException e) {
            LOG.errorf("The labels of %s can't be read: %s", file, e);
        } catch (CompletionException | BrokerUnavailableException | KafkaException e) {
            LOG.errorf("The labels of %s can't be written; the next start tries again: %s", file, e.getMessage());
        }
    }

    private void write(Path file, Label label) {
        try {
            writer.write(
                            label.item(),
                            label.value(),
                            label.json() ? Map.of(SourceHeaders.CONTENT_TYPE, JSON_TYPE) : Map.of())
                    .await()
                    .indefinitely();
        } catch (InvalidRecordException e) {
            LOG.errorf("A label of %s is left out: %s", file, e.getMessage());
        }
    }

    private static List<Label> read(Path file) throws IOException {
        List<Label> labels = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1).strip();
            if (line.isEmpty()) {
                continue;
            }
            try {
                labels.add(line.startsWith("{") ? json(line) : plain(line));
            } catch (IllegalArgumentException e) {
                LOG.errorf("Line %d of %s is left out: %s", number, file, e.getMessage());
            }
        }
        return labels;
    }

    private static Label plain(String line) {
        return new Label(new ItemId(Kind.LABEL, line), line.getBytes(StandardCharsets.UTF_8), false);
    }

    private static Label json(String line) {
        try {
            if (!(JSON.readTree(line) instanceof ObjectNode label)) {
                throw new IllegalArgumentException("it is no JSON object");
            }
            JsonNode id = label.has("id") ? label.remove("id") : label.path("text");
            if (!id.isTextual()) {
                throw new IllegalArgumentException("it must have a text, and its id must be a string");
            }
            return new Label(
                    new ItemId(Kind.LABEL, id.textValue()), label.toString().getBytes(StandardCharsets.UTF_8), true);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** What the topic has, by id. */
    private Map<String, Known> known() {
        Map<String, Known> known = new HashMap<>();
        String topic = namespace.source(Kind.LABEL);
        try (KafkaConsumer<byte[], byte[]> reader = clients.reader("labels")) {
            List<TopicPartition> partitions = reader.partitionsFor(topic).stream()
                    .map(of -> new TopicPartition(topic, of.partition()))
                    .toList();
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> reader.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
                    if (record.key() != null) {
                        known.put(
                                new String(record.key(), StandardCharsets.UTF_8),
                                new Known(record.value(), isJson(record)));
                    }
                }
            }
        }
        return known;
    }

    private static boolean isJson(ConsumerRecord<byte[], byte[]> record) {
        var type = record.headers().lastHeader(SourceHeaders.CONTENT_TYPE);
        return type != null
                && type.value() != null
                && new String(type.value(), StandardCharsets.UTF_8).equals(JSON_TYPE);
    }
}
