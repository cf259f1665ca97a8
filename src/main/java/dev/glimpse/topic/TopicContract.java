package dev.glimpse.topic;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.Kind;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jboss.logging.Logger;

/**
 * Creates the topics that are missing when the service starts, and checks those that are present. Sources, embeddings,
 * previews, annotations and queries share one number of partitions: that of the sources where one exists, else the configured one.
 */
@ApplicationScoped
public class TopicContract {

    /** After the embedded broker, before everything that reads or writes. */
    public static final int START_PRIORITY = 20;

    private static final Logger LOG = Logger.getLogger(TopicContract.class);
    private static final int MAX_PARTITIONS = 32;

    private final TopicsConfig config;
    private final Namespace namespace;
    private final EmbeddingSpace space;
    private final KafkaClients clients;
    private volatile Map<String, TopicDescription> topics = Map.of();
    private volatile String cluster = "";

    TopicContract(TopicsConfig config, Namespace namespace, EmbeddingSpace space, KafkaClients clients) {
        this.config = config;
        this.namespace = namespace;
        this.space = space;
        this.clients = clients;
    }

    @Produces
    @Singleton
    static Namespace namespace(TopicsConfig config) {
        return new Namespace(config.namespace());
    }

    void start(@Observes @Priority(START_PRIORITY) StartupEvent event) {
        long deadline = System.nanoTime() + config.startTimeout().toNanos();
        while (true) {
            try (Admin admin = clients.admin()) {
                establish(admin);
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof RetriableException) || System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("the topics can't be created or checked: " + e.getMessage(), e);
                }
                LOG.warnf("The broker does not answer yet (%s); trying again", e.getMessage());
            } catch (TimeoutException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("the broker did not answer in time", e);
                }
                LOG.warn("The broker does not answer yet; trying again");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the topics were checked", e);
            }
        }
    }

    /** The number of partitions that sources, embeddings and previews share. */
    public int partitions() {
        return description(namespace.source(Kind.IMAGE)).partitions().size();
    }

    /** The id that the broker gave a topic of the contract when it was created. */
    public String topicId(String topic) {
        return description(topic).topicId().toString();
    }

    /** The id of the cluster. */
    public String cluster() {
        return cluster;
    }

    /** Creates a compacted topic of one partition, where it is missing, for a use outside the contract. */
    public void create(String topic) {
        try (Admin admin = clients.admin()) {
            create(
                    admin,
                    TopicSpec.compacted(
                            topic,
                            1,
                            RecordSize.DERIVED,
                            config.deleteRetention().toMillis()));
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the topic %s can't be created: %s".formatted(topic, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a topic was created", e);
        }
    }

    private TopicDescription description(String topic) {
        TopicDescription description = topics.get(topic);
        if (description == null) {
            throw new IllegalStateException("the topic %s has not been checked yet".formatted(topic));
        }
        return description;
    }

    private void establish(Admin admin) throws ExecutionException, InterruptedException, TimeoutException {
        Map<String, TopicDescription> present = describe(admin);
        int partitions = partitions(present);
        List<TopicSpec> specs = specs(partitions);
        List<String> violations = new ArrayList<>();
        Map<ConfigResource, Config> settings = settings(admin, specs, present);
        for (TopicSpec spec : specs) {
            TopicDescription description = present.get(spec.name());
            Config found = settings.get(new ConfigResource(ConfigResource.Type.TOPIC, spec.name()));
            if (description == null || found == null) {
                create(admin, spec);
            } else {
                violations.addAll(violations(spec, description, found));
            }
        }
        if (!violations.isEmpty()) {
            throw new IllegalStateException("topics differ from the contract: " + String.join("; ", violations));
        }
        topics = awaitAll(admin, specs);
        cluster = admin.describeCluster().clusterId().get(30, TimeUnit.SECONDS);
    }

    /** On a cluster, what was just created is not known to every broker at once. */
    private Map<String, TopicDescription> awaitAll(Admin admin, List<TopicSpec> specs)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<String> names = specs.stream().map(TopicSpec::name).toList();
        Map<String, TopicDescription> known = describe(admin);
        for (int i = 0; !known.keySet().containsAll(names); i++) {
            if (i > 100) {
                throw new TimeoutException("topics that were created do not appear: " + names);
            }
            Thread.sleep(100);
            known = describe(admin);
        }
        return known;
    }

    private List<TopicSpec> specs(int partitions) {
        long deleteRetention = config.deleteRetention().toMillis();
        List<TopicSpec> specs = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            specs.add(TopicSpec.compacted(namespace.source(kind), partitions, RecordSize.SOURCE, deleteRetention));
        }
        specs.add(TopicSpec.compacted(namespace.embeddings(space), partitions, RecordSize.DERIVED, deleteRetention));
        specs.add(TopicSpec.compacted(namespace.previews(), partitions, RecordSize.DERIVED, deleteRetention));
        specs.add(TopicSpec.compacted(namespace.queries(), partitions, RecordSize.SOURCE, deleteRetention));
        specs.add(TopicSpec.compacted(namespace.annotations(), partitions, RecordSize.DERIVED, deleteRetention));
        specs.add(TopicSpec.timed(
                namespace.matches(),
                partitions,
                RecordSize.DERIVED,
                config.matchRetention().toMillis()));
        specs.add(TopicSpec.timed(
                namespace.deadLetters(),
                partitions,
                RecordSize.DEAD_LETTER,
                config.deadLetterRetention().toMillis()));
        return specs;
    }

    private int partitions(Map<String, TopicDescription> present) {
        Map<String, Integer> counts = new HashMap<>();
        for (Kind kind : Kind.values()) {
            Optional.ofNullable(present.get(namespace.source(kind)))
                    .ifPresent(
                            topic -> counts.put(topic.name(), topic.partitions().size()));
        }
        int partitions = counts.isEmpty()
                ? config.partitions()
                : counts.values().iterator().next();
        if (counts.values().stream().distinct().count() > 1) {
            throw new IllegalStateException("the source topics must have one number of partitions, and have " + counts);
        }
        if (partitions < 1 || partitions > MAX_PARTITIONS) {
            throw new IllegalStateException(
                    "the source topics must have 1 to %d partitions, not %d".formatted(MAX_PARTITIONS, partitions));
        }
        return partitions;
    }

    private static List<String> violations(TopicSpec spec, TopicDescription topic, Config found) {
        List<String> violations = new ArrayList<>();
        int partitions = topic.partitions().size();
        // Order by key and "same partition number" hang on the count; the dead letters promise neither.
        if (partitions != spec.partitions() && spec.cleanupPolicy().equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            violations.add(
                    "%s has %d partitions and must have %d".formatted(spec.name(), partitions, spec.partitions()));
        }
        String policy = value(found, TopicConfig.CLEANUP_POLICY_CONFIG);
        if (!policy.equals(spec.cleanupPolicy())) {
            violations.add("%s has %s=%s and must have %s"
                    .formatted(spec.name(), TopicConfig.CLEANUP_POLICY_CONFIG, policy, spec.cleanupPolicy()));
        }
        int bytes = Integer.parseInt(value(found, TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
        if (bytes < spec.maxMessageBytes()) {
            violations.add("%s has %s=%d and must have %d or more"
                    .formatted(spec.name(), TopicConfig.MAX_MESSAGE_BYTES_CONFIG, bytes, spec.maxMessageBytes()));
        }
        return violations;
    }

    private static String value(Config config, String name) {
        ConfigEntry entry = config.get(name);
        return entry == null || entry.value() == null ? "" : entry.value();
    }

    private Map<String, TopicDescription> describe(Admin admin)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<String> ours = admin.listTopics().names().get(30, TimeUnit.SECONDS).stream()
                .filter(name -> name.startsWith(namespace.name() + "."))
                .toList();
        return admin.describeTopics(ours).allTopicNames().get(30, TimeUnit.SECONDS);
    }

    private static Map<ConfigResource, Config> settings(
            Admin admin, List<TopicSpec> specs, Map<String, TopicDescription> present)
            throws ExecutionException, InterruptedException, TimeoutException {
        return admin.describeConfigs(specs.stream()
                        .map(TopicSpec::name)
                        .filter(present::containsKey)
                        .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                        .collect(Collectors.toSet()))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    private int minInsyncReplicas() {
        int copies = config.minInsyncReplicas().orElse(Math.max(1, config.replication() - 1));
        if (copies < 1 || copies > config.replication()) {
            throw new IllegalStateException(
                    "glimpse.topics.min-insync-replicas is %d; it must be 1 to %d, the replication"
                            .formatted(copies, config.replication()));
        }
        return copies;
    }

    private void create(Admin admin, TopicSpec spec) throws ExecutionException, InterruptedException, TimeoutException {
        Map<String, String> settings = new HashMap<>(spec.settings());
        settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(minInsyncReplicas()));
        NewTopic topic = new NewTopic(spec.name(), spec.partitions(), config.replication()).configs(settings);
        try {
            admin.createTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
            LOG.infof("Created the topic %s with %d partitions, %s", spec.name(), spec.partitions(), settings);
        } catch (ExecutionException e) {
            // Another instance started at the same moment.
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }
}
