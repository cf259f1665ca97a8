package dev.glimpse.demo;

import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.caption.PlainWording;
import dev.glimpse.scene.draw.SceneRenderer;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.SourceHeaders;
import dev.glimpse.topic.TopicContract;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jboss.logging.Logger;

/**
 * Publishes the sample corpus once for each namespace: all of it in one transaction, together with the record that
 * remembers it, so that a restart brings no deleted picture back and a crash leaves no half of it.
 */
@ApplicationScoped
public class DemoPublisher {

    /** After the encoders' channels are open. */
    private static final int START_PRIORITY = 5000;

    private static final Logger LOG = Logger.getLogger(DemoPublisher.class);
    private static final byte[] MARK = "corpus".getBytes(StandardCharsets.UTF_8);

    private final DemoConfig config;
    private final Namespace namespace;
    private final TopicContract topics;
    private final KafkaClients clients;

    DemoPublisher(DemoConfig config, Namespace namespace, TopicContract topics, KafkaClients clients) {
        this.config = config;
        this.namespace = namespace;
        this.topics = topics;
        this.clients = clients;
    }

    void start(@Observes @Priority(START_PRIORITY) StartupEvent event) {
        if (config.enabled()) {
            Thread.ofPlatform().name("demo").daemon().start(this::publishOnce);
        }
    }

    private void publishOnce() {
        try {
            topics.create(namespace.demo());
            if (isPublished()) {
                LOG.info("The sample corpus was published before");
                return;
            }
            List<ProducerRecord<byte[], byte[]>> records = records();
            publish(records);
            LOG.infof("Published the sample corpus: %d pictures and texts", records.size());
        } catch (RuntimeException e) {
            LOG.error("The sample corpus could not be published", e);
        }
    }

    private boolean isPublished() {
        TopicPartition partition = new TopicPartition(namespace.demo(), 0);
        try (KafkaConsumer<byte[], byte[]> reader = clients.reader("demo")) {
            reader.assign(List.of(partition));
            reader.seekToBeginning(List.of(partition));
            long end = reader.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (reader.position(partition) < end) {
                if (!reader.poll(Duration.ofMillis(200)).isEmpty()) {
                    return true;
                }
            }
            return false;
        }
    }

    private List<ProducerRecord<byte[], byte[]>> records() {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (EmojiCorpus.Emoji emoji : EmojiCorpus.read()) {
            List<Header> metadata = List.of(header(SourceHeaders.METADATA, emoji.metadata()));
            records.add(record(Kind.IMAGE, emoji.id(), bytes(emoji.svg()), metadata));
            records.add(record(Kind.TEXT, emoji.id(), bytes(emoji.name()), metadata));
        }
        SceneRenderer renderer = new SceneRenderer();
        PlainWording wording = new PlainWording();
        SceneGenerator generator = new SceneGenerator(config.seed());
        for (int n = 0; n < config.scenes(); n++) {
            Scene scene = generator.scene(n);
            records.add(record(Kind.IMAGE, "scene-" + n, renderer.png(scene), List.of()));
            records.add(record(Kind.TEXT, "scene-" + n, bytes(wording.caption(scene.statement())), List.of()));
        }
        return records;
    }

    private void publish(List<ProducerRecord<byte[], byte[]>> records) {
        try (KafkaProducer<byte[], byte[]> producer = clients.transactionalWriter(namespace.demo())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (ProducerRecord<byte[], byte[]> record : records) {
                var _ = producer.send(record);
            }
            String said = "{\"items\":%d}".formatted(records.size());
            var _ = producer.send(new ProducerRecord<>(namespace.demo(), 0, MARK, bytes(said)));
            // Fails if any of the records above was not taken.
            producer.commitTransaction();
        }
    }

    private ProducerRecord<byte[], byte[]> record(Kind kind, String id, byte[] value, List<Header> headers) {
        byte[] key = new ItemId(kind, id).key();
        int partition = BuiltInPartitioner.partitionForKey(key, topics.partitions());
        return new ProducerRecord<>(namespace.source(kind), partition, key, value, headers);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, bytes(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
