package dev.glimpse.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.TopicLog;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.RandomEmbeddings;
import dev.glimpse.item.Content;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.Position;
import dev.glimpse.query.Searcher;
import dev.glimpse.topic.EmbeddingCodec;
import dev.glimpse.topic.EmbeddingRecord;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.SourceStamp;
import dev.glimpse.topic.TopicContract;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;

/** Matchers that fail, stop and take over from each other, while items and queries arrive: each match is told once. */
@QuarkusTest
@TestProfile(MatcherTakeoverIT.WithoutMatcher.class)
@WithTestResource(FreshData.class)
class MatcherTakeoverIT {

    private static final int PARTITIONS = 3;
    private static final int ITEMS = 4000;
    private static final int QUERIES = 60;
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Matchers are the test's own. */
    public static class WithoutMatcher implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("glimpse.match.enabled", "false", "glimpse.topics.partitions", Integer.toString(PARTITIONS));
        }
    }

    @Inject
    KafkaClients clients;

    @Inject
    Namespace namespace;

    @Inject
    TopicContract topics;

    @Inject
    EmbeddingSpace space;

    @Inject
    Searcher searcher;

    private final SplittableRandom random = new SplittableRandom(11);
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicInteger sessions = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();

    /** A version of a query, by where it stands. */
    private record Version(String id, Embedding embedding, float least) {}

    private record Item(Embedding embedding, String position, int partition, long offset) {}

    @Test
    void tellsEachMatchOnceWhoeverTellsIt() throws Exception {
        Map<String, Version> versions = new HashMap<>();
        List<Item> items = new ArrayList<>();
        try (ExecutorService matchers = Executors.newFixedThreadPool(2);
                TopicLog log = new TopicLog(namespace.matches())) {
            List<Future<?>> running =
                    List.of(matchers.submit(() -> matcher("one")), matchers.submit(() -> matcher("two")));
            try (KafkaProducer<byte[], byte[]> producer = clients.writer("items");
                    OutsideProducer outside = new OutsideProducer()) {
                EmbeddingCodec codec = new EmbeddingCodec(namespace, space);
                for (int i = 0; i < ITEMS; i++) {
                    if (i % (ITEMS / QUERIES) == 0) {
                        putQuery(outside, versions);
                    }
                    items.add(putItem(producer, codec, i));
                    if (i % 100 == 0) {
                        Thread.sleep(100);
                    }
                }
            }
            Set<String> expected = new HashSet<>();
            await().atMost(SOON).untilAsserted(() -> {
                expected.clear();
                expected.addAll(expected(log, versions, items));
                assertThat(matchIds(log)).containsAll(expected);
            });
            stopping.set(true);
            for (Future<?> matcher : running) {
                matcher.get();
            }

            assertThat(matchIds(log))
                    .hasSizeGreaterThan(ITEMS / 10)
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(expected);
            // One for each version and partition: none was told twice that it counts, and none never.
            List<String> active = log.matching(entry -> entry.is("active"))
                    .map(entry -> entry.text("version") + " in " + partition(entry))
                    .toList();
            assertThat(active).doesNotHaveDuplicates();
            Set<String> newest = newest(versions);
            assertThat(active.stream().filter(of -> newest.contains(of.split(" ")[0])))
                    .hasSize(newest.size() * PARTITIONS);
            assertThat(sessions.get()).isGreaterThan(10);
            assertThat(failures.get()).isGreaterThan(5);
        }
    }

    /** A matcher that fails again and again, mostly after some work; and now and then it is another process, which knows nothing. */
    private void matcher(String instance) {
        while (!stopping.get()) {
            try (QueryFeed feed = new QueryFeed(
                    clients,
                    namespace.queries(),
                    PARTITIONS,
                    new QueryReader(searcher, PARTITIONS),
                    new MatchHealth())) {
                feed.start();
                StandingQueries queries = new StandingQueries(space);
                for (int i = 0; i < 3 && !stopping.get(); i++) {
                    session(instance, feed, queries);
                }
            }
        }
    }

    private void session(String instance, QueryFeed feed, StandingQueries queries) {
        sessions.incrementAndGet();
        int rounds = ThreadLocalRandom.current().nextInt(1, 40);
        AtomicInteger round = new AtomicInteger();
        try (MatchSession session = new MatchSession(
                clients,
                namespace,
                topics,
                space,
                namespace.transactionalId(space, "matches", instance),
                feed,
                queries,
                null,
                count -> {
                    if (round.get() > rounds) {
                        // Amid a poll: what is not written yet is lost with it.
                        throw new IllegalStateException("a fault of the test's");
                    }
                })) {
            session.run(() -> !stopping.get() && round.incrementAndGet() < rounds + 30, () -> {});
        } catch (IllegalStateException e) {
            failures.incrementAndGet();
        }
    }

    private void putQuery(OutsideProducer producer, Map<String, Version> versions) throws Exception {
        String id = "query " + random.nextInt(QUERIES / 2);
        Embedding embedding = RandomEmbeddings.in(space, random).roundedToAddressForm();
        float least = (float) (0.05 + 0.1 * random.nextDouble());
        String json = "{\"vector\": \"%s\", \"space\": \"%s\", \"min_similarity\": %s}"
                .formatted(embedding.toAddressForm(), space, least);
        String token = producer.send(namespace.queries(), id, json.getBytes(StandardCharsets.UTF_8));
        versions.put(
                token.substring("queries-".length()),
                new Version(id, Embedding.parse(space, embedding.toAddressForm()), least));
    }

    private Item putItem(KafkaProducer<byte[], byte[]> producer, EmbeddingCodec codec, int i) throws Exception {
        Embedding embedding = RandomEmbeddings.in(space, random);
        SourceStamp stamp = new SourceStamp(
                namespace.source(Kind.IMAGE),
                topics.topicId(namespace.source(Kind.IMAGE)),
                new Position(Kind.IMAGE, i % PARTITIONS, i));
        long offset = producer.send(codec.write(new EmbeddingRecord.Embedded(
                        new ItemId(Kind.IMAGE, "item-" + i),
                        embedding,
                        ContentDigest.of(new Content.Words("item " + i)),
                        null,
                        Metadata.NONE,
                        null,
                        stamp)))
                .get()
                .offset();
        return new Item(embedding, "image/item-" + i + " " + stamp.position(), i % PARTITIONS, offset);
    }

    /** By brute force: of each item, with the version of each query that counted there. */
    private static Set<String> expected(TopicLog log, Map<String, Version> versions, List<Item> items) {
        Set<String> expected = new HashSet<>();
        List<TopicLog.Entry> active = log.matching(entry -> entry.is("active")).toList();
        for (Item item : items) {
            Map<String, TopicLog.Entry> counting = new HashMap<>();
            for (TopicLog.Entry entry : active) {
                if (partition(entry) == item.partition() && from(entry) <= item.offset()) {
                    TopicLog.Entry before = counting.get(entry.key());
                    if (before == null || isLater(entry, before)) {
                        counting.put(entry.key(), entry);
                    }
                }
            }
            for (TopicLog.Entry entry : counting.values()) {
                Version version = Objects.requireNonNull(versions.get(entry.text("version")));
                if (version.embedding().dot(item.embedding()) >= version.least()) {
                    expected.add(version.id().replace(" ", "%20") + " " + item.position());
                }
            }
        }
        return expected;
    }

    private static boolean isLater(TopicLog.Entry entry, TopicLog.Entry before) {
        return versionOffset(entry) > versionOffset(before);
    }

    private static long versionOffset(TopicLog.Entry entry) {
        return Long.parseLong(entry.text("version").split("-")[1]);
    }

    private static int partition(TopicLog.Entry entry) {
        return Integer.parseInt(entry.text("from").split("-")[0]);
    }

    private static long from(TopicLog.Entry entry) {
        return Long.parseLong(entry.text("from").split("-")[1]);
    }

    private static List<String> matchIds(TopicLog log) {
        return log.matching(entry -> entry.is("match"))
                .map(entry -> entry.header("match-id"))
                .toList();
    }

    /** Of each query the newest version, which nothing took the place of. */
    private static Set<String> newest(Map<String, Version> versions) {
        Map<String, String> newest = new HashMap<>();
        versions.forEach((place, version) -> newest.merge(
                version.id(),
                place,
                (one, other) -> Long.parseLong(one.split("-")[1]) > Long.parseLong(other.split("-")[1]) ? one : other));
        return newest.values().stream().collect(Collectors.toSet());
    }
}
