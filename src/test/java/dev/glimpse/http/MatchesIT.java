package dev.glimpse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.RandomEmbeddings;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.Position;
import dev.glimpse.topic.EmbeddingCodec;
import dev.glimpse.topic.EmbeddingRecord;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.SourceStamp;
import dev.glimpse.topic.TopicContract;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each arriving item that is similar enough: {@code live=matches}. */
@QuarkusTest
@WithTestResource(FreshData.class)
class MatchesIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TestHTTPResource("/")
    URI root;

    @Inject
    KafkaClients clients;

    @Inject
    Namespace namespace;

    @Inject
    TopicContract topics;

    @Inject
    EmbeddingSpace space;

    @Test
    void tellsEachArrivingMatchOnceAndNothingElse() throws Exception {
        publish("plum", 0, 3, "a plum on plate number %d");
        awaitItems("plum", 3);
        float like = similarity("plum", "a plum on a plate", "plum-1");
        try (LiveReader reader = open("plum", "a plum on a plate", like - 0.3f)) {
            assertThat(reader.list()).hasSize(3);
            String token = publish("plum", 3, 12, "a plum on plate number %d");
            publish("plum", 20, 25, "twelve thousand green bicycles in the rain %d");
            publish("other", 30, 33, "a plum on plate number %d");
            OutsideProducer.sendOne("glimpse.texts", "plum-1", null);
            publish("plum", 40, 41, "a plum on plate number %d");

            await().atMost(SOON).until(() -> told(reader).contains("plum-40"));

            assertThat(told(reader)).containsExactly(ids("plum", 3, 12, "plum-40"));
            EventStream.Event last = matches(reader).get(8);
            assertThat(last.data().get("position").textValue()).isEqualTo(token);
            assertThat(last.data().get("similarity").floatValue()).isGreaterThan(like - 0.3f);
            assertThat(last.data().get("text").textValue()).isEqualTo("a plum on plate number 11");
            assertThat(last.data().get("metadata").get("suite").textValue()).isEqualTo("plum");
            assertThat(last.id()).endsWith(".m");
            // The list of the answer stays what it was.
            assertThat(reader.list()).hasSize(3);
        }
    }

    @Test
    void goesOnWhereItWasCutOff() throws Exception {
        SplittableRandom random = new SplittableRandom(8);
        List<String> told = new ArrayList<>();
        String id = null;
        int published = 0;
        LiveReader reader = open("pear", "a pear", -1);
        for (int round = 0; round < 15; round++) {
            publish("pear", published, published + 20, "a pear, the number is %d");
            published += 20;
            Thread.sleep(random.nextInt(120));
            reader.close();
            List<EventStream.Event> events = matches(reader);
            events.forEach(event -> told.add(event.data().get("id").textValue()));
            id = reader.events().isEmpty() ? id : reader.events().getLast().id();
            reader = new LiveReader(root, query("pear", "a pear", -1), "Last-Event-ID: " + id);
        }
        publish("pear", published, published + 1, "a pear, the number is %d");
        String last = "pear-" + published;
        LiveReader open = reader;
        await().atMost(SOON).until(() -> told(open).contains(last));
        told.addAll(told(reader));
        assertThat(reader.lines()).doesNotContain("event:reset", "event:final", "event:hit");
        reader.close();

        assertThat(told).containsExactly(ids("pear", 0, published, last));
    }

    @Test
    void missesNothingAmongTenThousandHoweverOftenItComesAgain() throws Exception {
        Map<String, Set<String>> positions = new ConcurrentHashMap<>();
        Thread writer = Thread.ofPlatform().unstarted(() -> writeEmbeddings("lime", 10_000, positions));
        try {
            comeAgainWhile(writer, positions);
        } finally {
            writer.join();
            // Other tests of this service expect a view that is small enough to be searched exactly.
            deleteEmbeddings("lime", positions.keySet());
        }
    }

    private void comeAgainWhile(Thread writer, Map<String, Set<String>> positions) throws Exception {
        LiveReader reader = open("lime", "a lime", -1);
        writer.start();
        SplittableRandom random = new SplittableRandom(10);
        List<EventStream.Event> told = new ArrayList<>();
        String id = null;
        int rounds = 0;
        for (; writer.isAlive() || rounds < 30; rounds++) {
            Thread.sleep(random.nextInt(150));
            reader.close();
            told.addAll(matches(reader));
            id = reader.events().isEmpty() ? id : reader.events().getLast().id();
            reader = new LiveReader(root, query("lime", "a lime", -1), "Last-Event-ID: " + id);
        }
        LiveReader open = reader;
        // Where the writer ended before the rounds did, a connection before the last was told it.
        Set<String> before =
                told.stream().map(event -> event.data().get("id").textValue()).collect(Collectors.toSet());
        await().atMost(SOON)
                .until(() -> before.contains("lime-last") || told(open).contains("lime-last"));
        told.addAll(matches(reader));
        reader.close();

        assertThat(told.stream()
                        .map(event ->
                                event.data().get("id") + " " + event.data().get("position")))
                .doesNotHaveDuplicates();
        Map<String, String> newest = new HashMap<>();
        told.forEach(event -> {
            String item = event.data().get("id").textValue();
            String position = event.data().get("position").textValue();
            assertThat(positions.get(item)).contains(position);
            newest.put(item, position);
        });
        assertThat(newest.keySet()).isEqualTo(positions.keySet());
        positions.forEach(
                (item, all) -> assertThat(newest.get(item)).as(item).isEqualTo(new ArrayList<>(all).getLast()));
        System.out.printf("%d matches over %d connections%n", told.size(), rounds + 1);
    }

    private void deleteEmbeddings(String suite, Set<String> items) throws Exception {
        EmbeddingCodec codec = new EmbeddingCodec(namespace, space);
        try (KafkaProducer<byte[], byte[]> producer = clients.writer(suite)) {
            for (String item : items) {
                var _ = producer.send(
                        codec.write(new EmbeddingRecord.Deleted(new ItemId(Kind.TEXT, item), stamp(2_000_000))));
            }
        }
        awaitItems(suite, 0);
    }

    private SourceStamp stamp(long offset) {
        return new SourceStamp(
                namespace.source(Kind.TEXT),
                topics.topicId(namespace.source(Kind.TEXT)),
                new Position(Kind.TEXT, 0, offset));
    }

    /** Straight to their topic, as encoders write them; one in ten of an item that was there before. */
    private void writeEmbeddings(String suite, int count, Map<String, Set<String>> positions) {
        SplittableRandom random = new SplittableRandom(12);
        EmbeddingCodec codec = new EmbeddingCodec(namespace, space);
        try (KafkaProducer<byte[], byte[]> producer = clients.writer(suite)) {
            for (int i = 0; i <= count; i++) {
                int which = i > 0 && random.nextInt(10) == 0 ? random.nextInt(i) : i;
                String item = suite + "-" + (i == count ? "last" : which);
                Position position = new Position(Kind.TEXT, 0, 1_000_000 + i);
                positions
                        .computeIfAbsent(item, key -> Collections.synchronizedSet(new LinkedHashSet<>()))
                        .add(position.toString());
                var _ = producer.send(codec.write(new EmbeddingRecord.Embedded(
                        new ItemId(Kind.TEXT, item),
                        RandomEmbeddings.in(space, random),
                        ContentDigest.of(new byte[] {1}),
                        "a lime",
                        Metadata.parse("{\"suite\":\"%s\"}".formatted(suite)),
                        null,
                        stamp(1_000_000 + i))));
                if (i % 20 == 0) {
                    LockSupport.parkNanos(5_000_000);
                }
            }
        }
    }

    @Test
    void losesNothingForAReaderThatStandsStill() throws Exception {
        double before = LiveReader.metric("glimpse_live_replays_total");
        try (LiveReader reader = open("slug", "a slug", -1);
                LiveReader quick = open("slug", "a slug", -1)) {
            reader.pause();
            int count = 6000;
            publish("slug", 0, count, "a slug, the number is %d" + " and more".repeat(300));
            await().atMost(SOON).until(() -> quick.count("match") == count);
            assertThat(told(quick)).containsExactly(ids("slug", 0, count));
            assertThat(reader.count("match")).isLessThan(count);

            reader.goOn();

            await().atMost(SOON).until(() -> reader.count("match") >= count);
            assertThat(told(reader)).containsExactly(ids("slug", 0, count));
            assertThat(LiveReader.metric("glimpse_live_replays_total")).isGreaterThan(before);
        }
    }

    @Test
    void beginsAgainWhereItIsToldOfOtherPartitions() throws Exception {
        try (LiveReader reader = new LiveReader(root, query("fig", "a fig", -1), "Last-Event-ID: 1-2-3-4-5-6-7.9.m")) {
            await().atMost(SOON).until(() -> reader.has("final"));
            assertThat(reader.lines()).contains("event:reset");
        }
    }

    /** As after another model was deployed, or the broker lost its data. */
    @Test
    void beginsAgainWhereTheTopicIsNotSoLong() throws Exception {
        String id;
        try (LiveReader reader = open("kiwi", "a kiwi", -1)) {
            id = String.valueOf(reader.events().getLast().id());
        }
        int dot = id.indexOf('.');
        String beyond = id.substring(0, dot).replaceAll("[0-9a-z]+", "zzzzzz") + id.substring(dot);
        assertThat(beyond).endsWith("m");
        try (LiveReader reader = new LiveReader(root, query("kiwi", "a kiwi", -1), "Last-Event-ID: " + beyond)) {
            await().atMost(SOON).until(() -> reader.has("final"));
            assertThat(reader.lines()).contains("event:reset");
            publish("kiwi", 0, 1, "a kiwi, the number is %d");
            await().atMost(SOON).until(() -> reader.count("match") >= 1);
        }
    }

    private LiveReader open(String suite, String text, float least) throws Exception {
        LiveReader reader = new LiveReader(root, query(suite, text, least));
        await().atMost(SOON).until(() -> reader.has("final"));
        return reader;
    }

    private static String query(String suite, String text, float least) {
        return "/search?target=text&live=matches&min_similarity=" + least + "&filter=" + encoded("suite:" + suite)
                + "&text=" + encoded(text);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** @return the position of the last */
    private static String publish(String suite, int from, int to, String text) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = from; i < to; i++) {
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                    "glimpse.texts",
                    (suite + "-" + i).getBytes(StandardCharsets.UTF_8),
                    text.formatted(i).getBytes(StandardCharsets.UTF_8));
            record.headers()
                    .add(
                            "glimpse-metadata",
                            "{\"suite\":\"%s\"}".formatted(suite).getBytes(StandardCharsets.UTF_8));
            records.add(record);
        }
        try (OutsideProducer producer = new OutsideProducer()) {
            return producer.sendAll("glimpse.texts", records);
        }
    }

    private void awaitItems(String suite, int count) {
        await().atMost(SOON).until(() -> answer(suite).size() == count);
    }

    private List<EventStream.Event> answer(String suite) throws Exception {
        return hits(EventStream.read(root.resolve(
                "/search?target=text&k=9&text=anything&filter=" + encoded("suite:" + suite) + "&order=strict")));
    }

    private static List<EventStream.Event> hits(List<EventStream.Event> events) {
        return events.stream().filter(event -> event.name().equals("hit")).toList();
    }

    private float similarity(String suite, String text, String id) throws Exception {
        return hits(EventStream.read(root.resolve("/search?target=text&order=strict&k=9&text=" + encoded(text)
                        + "&filter=" + encoded("suite:" + suite))))
                .stream()
                .filter(event -> event.data().get("id").textValue().equals(id))
                .findFirst()
                .orElseThrow()
                .data()
                .get("similarity")
                .floatValue();
    }

    private static List<EventStream.Event> matches(LiveReader reader) throws IOException {
        return reader.events().stream()
                .filter(event -> event.name().equals("match"))
                .toList();
    }

    private static List<String> told(LiveReader reader) throws IOException {
        return matches(reader).stream()
                .map(event -> event.data().get("id").textValue())
                .toList();
    }

    private static String[] ids(String suite, int from, int to, @Nullable String... more) {
        List<String> ids = new ArrayList<>(
                IntStream.range(from, to).mapToObj(i -> suite + "-" + i).toList());
        for (String one : more) {
            ids.add(String.valueOf(one));
        }
        return ids.toArray(String[]::new);
    }
}
