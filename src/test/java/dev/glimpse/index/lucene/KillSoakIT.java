package dev.glimpse.index.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.awaitility.Awaitility.await;

import dev.glimpse.PackagedService;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.ViewPositions;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.topic.EmbeddingCodec;
import dev.glimpse.topic.EmbeddingRecord;
import dev.glimpse.topic.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service is killed at random moments while items arrive, are written again and deleted. What it had made durable is, each
 * time, what the embeddings topic held up to the positions in the same commit, vector by vector; and in the end, all of it.
 */
@Tag("soak")
class KillSoakIT {

    private static final int KILLS = Integer.getInteger("glimpse.soak.kills", 20);
    private static final int ITEMS = 2000;
    private static final int WRITES_A_SECOND = 400;
    private static final String NAMESPACE = "soak";
    private static final Duration START = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private static final long SEED = Long.getLong("glimpse.soak.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final AtomicBoolean stopping = new AtomicBoolean();

    @Test
    void whatWasCommittedIsWhatTheTopicHeld() throws Exception {
        System.out.println("-Dglimpse.soak.seed=" + SEED);
        Path other = Files.createDirectories(folder.resolve("service"));
        try (PackagedService kafka = new PackagedService(Files.createDirectories(folder.resolve("kafka")));
                ExecutorService pool = Executors.newSingleThreadExecutor()) {
            kafka.awaitReady(START);
            String[] properties = {
                "kafka.bootstrap.servers=" + kafka.bootstrapServers(),
                "glimpse.namespace=" + NAMESPACE,
                "glimpse.index.commit-interval=1s"
            };
            try (PackagedService service = new PackagedService(other, properties)) {
                service.awaitReady(START);
                Future<?> writing = pool.submit(() -> write(kafka.bootstrapServers()));
                try {
                    for (int kill = 1; kill <= KILLS; kill++) {
                        TimeUnit.MILLISECONDS.sleep(random.nextInt(200, 6000));
                        service.kill();
                        int items = check(other, kafka.bootstrapServers(), false);
                        System.out.printf("kill %d of %d: %d items, as the topic had them%n", kill, KILLS, items);
                        service.restart(properties);
                        service.awaitReady(START);
                    }
                } finally {
                    stopping.set(true);
                }
                writing.get(30, TimeUnit.SECONDS);
                awaitQuiet(service);
                service.stop();
                int items = check(other, kafka.bootstrapServers(), true);
                System.out.printf("at the end: %d items, as the topic has them%n", items);
                assertThat(items).isGreaterThan(ITEMS / 4);
            }
        }
    }

    private void write(String bootstrapServers) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 5);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            SplittableRandom choices = new SplittableRandom(1);
            for (int i = 0; !stopping.get(); i++) {
                String key = "item-" + choices.nextInt(ITEMS);
                String value = choices.nextInt(10) == 0 ? null : "version %d of %s".formatted(i, key);
                var _ = producer.send(new ProducerRecord<>(NAMESPACE + ".texts", key, value));
                if (i % 20 == 19) {
                    TimeUnit.MILLISECONDS.sleep(20_000 / WRITES_A_SECOND);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until no record has reached the view for eight seconds. */
    private static void awaitQuiet(PackagedService service) {
        double[] last = {-1};
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofSeconds(2))
                .until(() -> {
                    double now = service.metric("glimpse_view_records_total");
                    boolean quiet = now == last[0];
                    last[0] = now;
                    return quiet;
                });
    }

    /** Compares the durable index with the topic; says how many items both have. */
    private static int check(Path folder, String bootstrapServers, boolean toTheEnd) throws IOException {
        Path spaces = folder.resolve("data/index").resolve(NAMESPACE);
        EmbeddingSpace space =
                EmbeddingSpace.parse(only(spaces, "glimpse-").getFileName().toString());
        Path view = only(spaces.resolve(space.toString()), "view-");
        try (LuceneIndex index = new LuceneIndex(
                view, space, new ViewPositions.Origin("none", "none", "none"), LuceneSettings.DEFAULT)) {
            ViewPositions positions = index.positions();
            Map<ItemId, Embedding> expected =
                    read(bootstrapServers, space, toTheEnd ? Map.of() : positions.next(), toTheEnd);
            try (IndexSnapshot snapshot = index.snapshot()) {
                assertThat(snapshot.size(Kind.TEXT)).isEqualTo(expected.size());
                expected.forEach((item, embedding) -> assertThat(snapshot.embedding(item))
                        .as(item.toString())
                        .hasValueSatisfying(found ->
                                assertThat(found.components()).containsExactly(embedding.components(), offset(1e-6f))));
            }
            return expected.size();
        }
    }

    private static Path only(Path directory, String prefix) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            List<Path> folders = all.filter(
                            path -> path.getFileName().toString().startsWith(prefix))
                    .toList();
            assertThat(folders).hasSize(1);
            return folders.getFirst();
        }
    }

    /** What the topic's records up to those offsets, or all of them, leave. */
    private static Map<ItemId, Embedding> read(
            String bootstrapServers, EmbeddingSpace space, Map<Integer, Long> until, boolean toTheEnd) {
        Namespace namespace = new Namespace(NAMESPACE);
        EmbeddingCodec codec = new EmbeddingCodec(namespace, space);
        Map<ItemId, Embedding> items = new HashMap<>();
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(namespace.embeddings(space)).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
            if (!toTheEnd) {
                ends.replaceAll((partition, end) -> until.getOrDefault(partition.partition(), 0L));
            }
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (record.offset()
                            < ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
                        switch (codec.read(record)) {
                            case EmbeddingRecord.Embedded embedded -> items.put(embedded.item(), embedded.embedding());
                            case EmbeddingRecord.Rejected rejected -> items.remove(rejected.item());
                            case EmbeddingRecord.Deleted deleted -> items.remove(deleted.item());
                            case EmbeddingRecord.Progress _ -> {}
                        }
                    }
                });
            }
        }
        return items;
    }
}
