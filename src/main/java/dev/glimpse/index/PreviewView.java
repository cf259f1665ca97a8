package dev.glimpse.index;

import dev.glimpse.item.ItemId;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.TopicContract;
import dev.glimpse.topic.TopicsConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The view of the topic of previews. Thread-safe. */
@ApplicationScoped
public class PreviewView {

    private final IndexConfig config;
    private final TopicsConfig topicsConfig;
    private final TopicContract topics;
    private final Namespace namespace;
    private final KafkaClients clients;
    private final PreviewStore.Factory factory;
    private @Nullable Feed feed;

    PreviewView(
            IndexConfig config,
            TopicsConfig topicsConfig,
            TopicContract topics,
            Namespace namespace,
            KafkaClients clients,
            PreviewStore.Factory factory) {
        this.config = config;
        this.topicsConfig = topicsConfig;
        this.topics = topics;
        this.namespace = namespace;
        this.clients = clients;
        this.factory = factory;
    }

    void start(@Observes @Priority(IndexView.START_PRIORITY) StartupEvent event) {
        if (config.enabled()) {
            feed = new Feed();
            feed.start();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (feed != null) {
            feed.stop();
        }
    }

    /** The preview of an item: a JPEG of at most 8 KB. */
    public Optional<byte[]> find(ItemId item) {
        PreviewStore served = feed == null ? null : feed.served();
        return served == null ? Optional.empty() : served.find(item);
    }

    private final class Feed extends TopicView<PreviewStore> {

        Feed() {
            super(
                    clients,
                    namespace.previews(),
                    topics.partitions(),
                    new ViewDirectory<>(
                            config.directory().resolve(namespace.name()).resolve("previews"),
                            origin(),
                            topicsConfig.deleteRetention().dividedBy(2),
                            folder -> factory.open(folder, origin())),
                    config.commitInterval());
        }

        @Override
        ViewPositions apply(
                PreviewStore store,
                List<ConsumerRecord<byte[], byte[]>> records,
                ViewPositions before,
                Map<Integer, Long> next) {
            ViewPositions after = before.advanced(next, List.of());
            store.apply(
                    records.stream()
                            .map(record -> new PreviewStore.Change(
                                    new String(record.key(), StandardCharsets.UTF_8), record.value()))
                            .toList(),
                    after);
            return after;
        }

        /** A picture more or less does not make an answer wrong. */
        @Override
        boolean isCaughtUp(ViewPositions positions) {
            return true;
        }
    }

    private ViewPositions.Origin origin() {
        String topic = namespace.previews();
        return new ViewPositions.Origin(topics.cluster(), topic, topics.topicId(topic));
    }
}
