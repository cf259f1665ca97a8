package dev.glimpse.performance;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.FreshData;
import dev.glimpse.PackagedService;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.RandomEmbeddings;
import dev.glimpse.embedding.SimilarityJoin;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.Position;
import dev.glimpse.topic.EmbeddingCodec;
import dev.glimpse.topic.EmbeddingRecord;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.SourceStamp;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Standing queries by topic and open streams of matches, under a steady load of embeddings that are written straight to their
 * topic: whether each match that brute force finds is delivered, and once, and how long that takes. Arguments:
 * {@code queries=10000 streams=1000 rate=200 warm=90 seconds=300}.
 */
public final class MatchLoad {

    /** Of random unit vectors in 192 dimensions one in about a thousand pairs is so similar. */
    private static final float ONE_IN_A_THOUSAND = 3.09f;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final int queries;
    private final int streams;
    private final int rate;
    private final int items;

    /** From this item on times count: before that, the service compiles what it does. */
    private final int first;

    private final SplittableRandom random = new SplittableRandom(5);

    /** By item, when its record was handed to the producer. */
    private final long[] sent;

    private final Deliveries byTopic;
    private final Deliveries byStream;

    /** From when a matcher hands a match to its producer, to the nearest millisecond: what the transaction and the reader take. */
    private final Latencies sinceMatched = new Latencies();

    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger standing = new AtomicInteger();
    private volatile boolean ending;

    private MatchLoad(Map<String, Integer> options) {
        queries = options.getOrDefault("queries", 10_000);
        streams = options.getOrDefault("streams", 1000);
        rate = options.getOrDefault("rate", 200);
        first = rate * options.getOrDefault("warm", 90);
        items = first + rate * options.getOrDefault("seconds", 300);
        sent = new long[items];
        byTopic = new Deliveries(queries, items, first);
        byStream = new Deliveries(streams, items, first);
    }

    /** Who was told what, and when. */
    private static final class Deliveries {
        private final BitSet seen = new BitSet();
        private final Latencies latencies = new Latencies();
        private final int items;
        private final int first;
        private int told;
        private int twice;

        Deliveries(int subscribers, int items, int first) {
            this.items = items;
            this.first = first;
            if ((long) subscribers * items > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("too many subscribers for so many items");
            }
        }

        synchronized void told(int subscriber, int item, long nanos) {
            int place = subscriber * items + item;
            twice += seen.get(place) ? 1 : 0;
            seen.set(place);
            told++;
            if (item >= first) {
                latencies.add(nanos);
            }
        }

        synchronized int count() {
            return told;
        }
    }

    /** Runs all of it. */
    public static void main(String[] args) throws Exception {
        Map<String, Integer> options = new java.util.HashMap<>();
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            options.put(pair[0], Integer.parseInt(pair[1]));
        }
        Path folder = Files.createTempDirectory("glimpse-match-");
        try {
            new MatchLoad(options).run(folder);
        } finally {
            FreshData.delete(folder);
        }
    }

    private void run(Path folder) throws Exception {
        try (PackagedService service = new PackagedService(folder)) {
            service.awaitReady(PATIENCE);
            EmbeddingSpace space = EmbeddingSpace.parse(new ObjectMapper()
                    .readTree(service.send(HttpRequest.newBuilder(service.at("/search?text=a&k=1"))
                                    .header("Accept", "application/json"))
                            .body())
                    .at("/query/space")
                    .textValue());
            float least = (float) (ONE_IN_A_THOUSAND / Math.sqrt(space.dimension()));
            List<Embedding> asked = embeddings(space, queries);
            List<Embedding> listened = embeddings(space, streams);
            List<Embedding> arriving = embeddings(space, items);
            Thread reader = Thread.ofPlatform().name("matches").start(() -> readMatches(service));
            try (EventSockets sockets = new EventSockets(service.at(""), this::streamed);
                    KafkaProducer<byte[], byte[]> producer = producer(service)) {
                long began = System.nanoTime();
                for (int i = 0; i < queries; i++) {
                    String json = "{\"vector\":\"%s\",\"space\":\"%s\",\"min_similarity\":%s}"
                            .formatted(asked.get(i).toAddressForm(), space, least);
                    var _ = producer.send(new ProducerRecord<>("glimpse.queries", bytes("q" + i), bytes(json)));
                }
                await().atMost(PATIENCE).until(() -> active.get() == queries);
                System.out.printf("%d queries count after %.1f s%n", queries, secondsSince(began));
                long before = resident(service);
                for (int i = 0; i < streams; i++) {
                    sockets.open(
                            i,
                            "/search?target=image&k=1&live=matches&min_similarity=%s&space=%s&vector=%s"
                                    .formatted(least, space, listened.get(i).toAddressForm()));
                    if (i % 50 == 49) {
                        int wanted = i + 1;
                        await().atMost(PATIENCE).until(() -> standing.get() == wanted);
                    }
                }
                await().atMost(PATIENCE).until(() -> standing.get() == streams);
                long after = resident(service);
                System.out.printf(
                        "resident %d MiB, with %d idle streams %d MiB: %.1f KiB each%n",
                        before >> 20, streams, after >> 20, (after - before) / 1024.0 / streams);
                load(service, space, producer, arriving);
            }
            System.out.printf("resident at the end %d MiB%n", resident(service) >> 20);
            ending = true;
            reader.join();
            compare("standing queries, by topic", byTopic, rounded(asked), arriving, least, space);
            System.out.printf("of that from the matcher on: %s%n", sinceMatched);
            compare("live=matches, by stream", byStream, rounded(listened), arriving, least, space);
        }
    }

    private void load(
            PackagedService service,
            EmbeddingSpace space,
            KafkaProducer<byte[], byte[]> producer,
            List<Embedding> arriving)
            throws InterruptedException {
        EmbeddingCodec codec = new EmbeddingCodec(new Namespace("glimpse"), space);
        ProcessHandle there = ProcessHandle.of(service.pid()).orElseThrow();
        ProcessHandle here = ProcessHandle.current();
        Duration thereBefore = there.info().totalCpuDuration().orElseThrow();
        Duration hereBefore = here.info().totalCpuDuration().orElseThrow();
        long began = System.nanoTime();
        long late = 0;
        double seconds = 0;
        for (int i = 0; i < items; i++) {
            if (i == first) {
                thereBefore = there.info().totalCpuDuration().orElseThrow();
                hereBefore = here.info().totalCpuDuration().orElseThrow();
                late = 0;
                seconds = -secondsSince(began);
            }
            long due = began + i * TimeUnit.SECONDS.toNanos(1) / rate;
            for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
                LockSupport.parkNanos(due - now);
            }
            sent[i] = System.nanoTime();
            late = Math.max(late, sent[i] - due);
            var _ = producer.send(codec.write(new EmbeddingRecord.Embedded(
                    new ItemId(Kind.IMAGE, "i" + i),
                    arriving.get(i),
                    ContentDigest.of(new byte[] {1}),
                    null,
                    Metadata.NONE,
                    null,
                    new SourceStamp("glimpse.images", "load", new Position(Kind.IMAGE, 0, i)))));
        }
        producer.flush();
        seconds += secondsSince(began);
        Duration thereAfter = there.info().totalCpuDuration().orElseThrow();
        Duration hereAfter = here.info().totalCpuDuration().orElseThrow();
        System.out.printf(
                "%d items in %.0f s; sent at most %.1f ms late; processors: the service %.2f, this load %.2f%n",
                items - first,
                seconds,
                late / 1e6,
                thereAfter.minus(thereBefore).toMillis() / 1000.0 / seconds,
                hereAfter.minus(hereBefore).toMillis() / 1000.0 / seconds);
        // All has been told when nothing more comes.
        AtomicInteger before = new AtomicInteger(-1);
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofSeconds(3))
                .atMost(PATIENCE)
                .until(() -> {
                    int now = byTopic.count() + byStream.count();
                    return before.getAndSet(now) == now;
                });
    }

    private static void compare(
            String name,
            Deliveries told,
            List<Embedding> asked,
            List<Embedding> arriving,
            float least,
            EmbeddingSpace space) {
        SimilarityJoin<Integer> join = new SimilarityJoin<>(space);
        for (int i = 0; i < asked.size(); i++) {
            join.put(i, asked.get(i), least);
        }
        BitSet expected = new BitSet();
        join.join(arriving, (asker, item, similarity) -> expected.set(asker * told.items + item));
        BitSet missed = (BitSet) expected.clone();
        missed.andNot(told.seen);
        BitSet wrong = (BitSet) told.seen.clone();
        wrong.andNot(expected);
        System.out.printf(
                "%s: %d matches by brute force; missed %d, told twice %d, wrong %d; %s%n",
                name, expected.cardinality(), missed.cardinality(), told.twice, wrong.cardinality(), told.latencies);
    }

    /** As the service knows them: an address carries float16. */
    private static List<Embedding> rounded(List<Embedding> embeddings) {
        return embeddings.stream()
                .map(embedding -> Embedding.parse(embedding.space(), embedding.toAddressForm()))
                .toList();
    }

    private void readMatches(PackagedService service) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        service.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition matches = new TopicPartition("glimpse.matches", 0);
            consumer.assign(List.of(matches));
            consumer.seekToBeginning(List.of(matches));
            while (!ending) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    long now = System.nanoTime();
                    long sinceWritten = System.currentTimeMillis() - record.timestamp();
                    if (new String(record.headers().lastHeader("glimpse-event").value(), StandardCharsets.UTF_8)
                            .equals("active")) {
                        active.incrementAndGet();
                    } else {
                        int item = item(new String(record.value(), StandardCharsets.UTF_8));
                        int query = Integer.parseInt(new String(record.key(), StandardCharsets.UTF_8).substring(1));
                        byTopic.told(query, item, now - sent[item]);
                        if (item >= first) {
                            sinceMatched.add(TimeUnit.MILLISECONDS.toNanos(sinceWritten));
                        }
                    }
                }
            }
        }
    }

    private void streamed(int stream, String line) {
        if (line.startsWith("event:final")) {
            standing.incrementAndGet();
        } else if (line.startsWith("data:") && line.contains("\"position\":\"images-")) {
            int item = item(line);
            byStream.told(stream, item, System.nanoTime() - sent[item]);
        }
    }

    private static int item(String json) {
        int at = json.indexOf("\"id\":\"i") + 7;
        return Integer.parseInt(json.substring(at, json.indexOf('"', at)));
    }

    private List<Embedding> embeddings(EmbeddingSpace space, int count) {
        List<Embedding> embeddings = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            embeddings.add(RandomEmbeddings.in(space, random));
        }
        return embeddings;
    }

    private static KafkaProducer<byte[], byte[]> producer(PackagedService service) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        service.bootstrapServers(),
                        ProducerConfig.LINGER_MS_CONFIG,
                        0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** In bytes, after a collection. */
    private static long resident(PackagedService service) throws IOException, InterruptedException {
        new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(service.pid()),
                        "GC.run")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        return service.residentBytes();
    }

    private static double secondsSince(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
