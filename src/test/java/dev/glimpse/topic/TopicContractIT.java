package dev.glimpse.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glimpse.FreshData;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.Kind;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(FreshData.class)
class TopicContractIT {

    private static final EmbeddingSpace SPACE = new EmbeddingSpace("test", "0123456789ab", 2);

    @Inject
    KafkaClients clients;

    @Test
    void createsWhatIsMissingWithThePartitionsOfTheSourcesThatExist() throws Exception {
        create("three", Kind.TEXT, 3, Map.of("cleanup.policy", "compact", "max.message.bytes", "30000000"));

        TopicContract contract = establish("three");

        assertThat(contract.partitions()).isEqualTo(3);
        try (Admin admin = clients.admin()) {
            ConfigResource images = new ConfigResource(ConfigResource.Type.TOPIC, "three.images");
            ConfigEntry copies = Objects.requireNonNull(admin.describeConfigs(List.of(images))
                            .all()
                            .get(10, TimeUnit.SECONDS)
                            .get(images))
                    .get("min.insync.replicas");
            assertThat(copies.value()).isEqualTo("1");
            // Said for the topic, not left to whatever the broker's default is.
            assertThat(copies.source()).isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
            assertThat(admin.describeTopics(List.of("three.embeddings." + SPACE, "three.images", "three.previews"))
                            .allTopicNames()
                            .get(10, TimeUnit.SECONDS)
                            .values())
                    .allMatch(topic -> topic.partitions().size() == 3);
        }
    }

    @Test
    void saysWhatIsAndWhatMustBe() throws Exception {
        create("wrong", Kind.IMAGE, 1, Map.of("cleanup.policy", "delete"));

        assertThatThrownBy(() -> establish("wrong"))
                .hasMessageContaining("wrong.images has cleanup.policy=delete and must have compact")
                .hasMessageContaining("wrong.images has max.message.bytes=1048588 and must have 22020096 or more");
    }

    @Test
    void refusesSourcesOfUnequalPartitions() throws Exception {
        create("uneven", Kind.IMAGE, 1, Map.of("cleanup.policy", "compact"));
        create("uneven", Kind.TEXT, 2, Map.of("cleanup.policy", "compact"));

        assertThatThrownBy(() -> establish("uneven")).hasMessageContaining("one number of partitions");
    }

    @Test
    void refusesEmbeddingsOfAnotherNumberOfPartitions() throws Exception {
        create(
                "odd",
                "odd.embeddings." + SPACE,
                2,
                Map.of("cleanup.policy", "compact", "max.message.bytes", "30000000"));

        assertThatThrownBy(() -> establish("odd"))
                .hasMessageContaining("odd.embeddings.%s has 2 partitions and must have 1".formatted(SPACE));
    }

    private TopicContract establish(String namespace) {
        TopicContract contract = new TopicContract(config(namespace), new Namespace(namespace), SPACE, clients);
        contract.start(new StartupEvent());
        return contract;
    }

    private void create(String namespace, Kind kind, int partitions, Map<String, String> settings) throws Exception {
        create(namespace, namespace + "." + kind.plural(), partitions, settings);
    }

    private void create(String namespace, String topic, int partitions, Map<String, String> settings) throws Exception {
        assertThat(topic).startsWith(namespace);
        try (Admin admin = clients.admin()) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(settings)))
                    .all()
                    .get(10, TimeUnit.SECONDS);
        }
    }

    private static TopicsConfig config(String namespace) {
        return new TopicsConfig() {
            @Override
            public String namespace() {
                return namespace;
            }

            @Override
            public int partitions() {
                return 1;
            }

            @Override
            public OptionalInt minInsyncReplicas() {
                return OptionalInt.empty();
            }

            @Override
            public short replication() {
                return 1;
            }

            @Override
            public Duration deleteRetention() {
                return Duration.ofDays(7);
            }

            @Override
            public Duration deadLetterRetention() {
                return Duration.ofDays(90);
            }

            @Override
            public Duration matchRetention() {
                return Duration.ofDays(7);
            }

            @Override
            public Duration startTimeout() {
                return Duration.ofSeconds(10);
            }

            @Override
            public Optional<Path> fileRoot() {
                return Optional.empty();
            }
        };
    }
}
