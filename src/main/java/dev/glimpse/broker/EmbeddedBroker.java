package dev.glimpse.broker;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfig;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Apache Kafka's KRaft server, broker and controller in one, in this process. It starts before, and stops after,
 * everything that uses it. Its directory survives restarts and kills; a second process on the same directory is refused
 * by Kafka's own lock.
 */
@ApplicationScoped
public class EmbeddedBroker {

    private static final Logger LOG = Logger.getLogger(EmbeddedBroker.class);
    private static final int START_PRIORITY = 10;
    /** After the messaging connector's own end (priority 50), so that no client waits for a broker that is gone. */
    private static final int STOP_PRIORITY = 5000;

    private static final String BOOTSTRAP_SERVERS = "kafka.bootstrap.servers";
    /** As application.properties has it: where it still reads so, nobody named a Kafka. */
    private static final String OUR_OWN = "${glimpse.broker.host:127.0.0.1}:${glimpse.broker.port:9092}";

    private final BrokerConfig config;
    private final SmallRyeConfig everything;
    private @Nullable KafkaRaftServer server;

    EmbeddedBroker(BrokerConfig config, SmallRyeConfig everything) {
        this.config = config;
        this.everything = everything;
    }

    /** Whether nothing says which Kafka to use, so that it is the one in this process. */
    public boolean isWanted() {
        return OUR_OWN.equals(everything.getConfigValue(BOOTSTRAP_SERVERS).getRawValue());
    }

    void start(@Observes @Priority(START_PRIORITY) StartupEvent event) {
        if (!isWanted()) {
            return;
        }
        long began = System.nanoTime();
        Path directory = config.directory().toAbsolutePath();
        requireFreePort();
        try {
            Files.createDirectories(directory);
            format(directory);
            KafkaRaftServer starting = new KafkaRaftServer(new KafkaConfig(settings(directory)), Time.SYSTEM);
            server = starting;
            starting.startup();
            awaitReady();
        } catch (Exception e) {
            throw new IllegalStateException(
                    "the embedded broker can't start in %s: %s".formatted(directory, e.getMessage()), e);
        }
        LOG.infof(
                "Embedded Kafka listens on %s:%d, keeps its log in %s, started in %d ms",
                config.host(), config.port(), directory, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    void stop(
            @Observes(notifyObserver = Reception.IF_EXISTS)
                    @Priority(STOP_PRIORITY)
                    @BeforeDestroyed(ApplicationScoped.class)
                    Object event) {
        KafkaRaftServer running = server;
        if (running != null) {
            running.shutdown();
            running.awaitShutdown();
            server = null;
        }
    }

    private void requireFreePort() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new java.net.InetSocketAddress(InetAddress.getByName(config.host()), config.port()));
        } catch (IOException e) {
            throw new IllegalStateException(
                    ("the embedded broker can't listen on %s:%d (%s): free the port, choose another with "
                                    + "glimpse.broker.port, or name an outside Kafka with KAFKA_BOOTSTRAP_SERVERS")
                            .formatted(config.host(), config.port(), e.getMessage()),
                    e);
        }
    }

    private static void format(Path directory) throws Exception {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        new Formatter()
                .setPrintStream(
                        new PrintStream(OutputStream.nullOutputStream(), true, java.nio.charset.StandardCharsets.UTF_8))
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setDirectories(java.util.List.of(directory.toString()))
                .setMetadataLogDirectory(directory.toString())
                .run();
    }

    private Map<String, String> settings(Path directory) throws IOException {
        int controllerPort = freePort();
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("log.dirs", directory.toString());
        settings.put(
                "listeners",
                "CLIENT://%s:%d,CONTROLLER://127.0.0.1:%d".formatted(config.host(), config.port(), controllerPort));
        settings.put("advertised.listeners", "CLIENT://%s:%d".formatted(config.host(), config.port()));
        settings.put("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "CLIENT");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("auto.create.topics.enable", "false");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("offsets.retention.minutes", Integer.toString(config.offsetsRetentionMinutes()));
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        // A matcher begins its next transaction while the markers of the last are still written: by default it would
        // wait for 20 ms.
        settings.put("add.partitions.to.txn.retry.backoff.ms", "2");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "1000");
        settings.put("broker.session.timeout.ms", "6000");
        settings.put("broker.heartbeat.interval.ms", "1000");
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("num.recovery.threads.per.data.dir", "2");
        settings.put("background.threads", "2");
        // The default, 128 MiB of heap held for ever, serves some five million keys; this one 78,000 a pass.
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 * 1024 * 1024));
        settings.put("log.cleaner.threads", "1");
        settings.put("log.cleaner.io.buffer.size", Integer.toString(64 * 1024));
        return settings;
    }

    private void awaitReady() throws Exception {
        Map<String, Object> connection =
                Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, config.host() + ":" + config.port());
        try (Admin admin = Admin.create(connection)) {
            admin.describeCluster().nodes().get(config.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
