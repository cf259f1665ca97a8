package dev.glimpse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The wire, line by line, of every event there is: what clients that nobody can change rely on. A change of these files is a
 * change of the contract. {@code -Dglimpse.transcripts=write} writes them.
 */
@QuarkusTest
@WithTestResource(FreshData.class)
class TranscriptIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final AtomicLong TIME = new AtomicLong(5_000_000);
    private static final Path FOLDER = Path.of("src/test/resources/transcripts");

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

    private Embedding first;
    private Embedding query;

    @BeforeEach
    void putOne() throws Exception {
        first = direction(1, 0);
        query = direction(0.75f, 0.5f).roundedToAddressForm();
        put("golden-1", first);
        awaitItems(1);
    }

    @AfterEach
    void deleteAll() throws Exception {
        delete("golden-1");
        delete("golden-2");
        awaitItems(0);
    }

    @Test
    void anAnswer() throws Exception {
        check("answer", record("", "final"));
    }

    @Test
    void anAnswerThatStaysTrue() throws Exception {
        try (LiveReader reader = new LiveReader(root, address("&live=true"))) {
            await().atMost(SOON).until(() -> reader.has("final"));
            delete("golden-1");
            await().atMost(SOON).until(() -> reader.has("drop"));
            put("golden-1", first);
            await().atMost(SOON).until(() -> reader.count("hit") == 2 && endsWithAnEvent(reader));
            check("live", reader);
        }
    }

    @Test
    void everyMatchFromNowOn() throws Exception {
        try (LiveReader reader = new LiveReader(root, address("&live=matches&min_similarity=0.5"))) {
            await().atMost(SOON).until(() -> reader.has("final"));
            put("golden-2", query);
            await().atMost(SOON).until(() -> reader.has("match") && endsWithAnEvent(reader));
            check("matches", reader);
        }
    }

    @Test
    void anAnswerThatWasCutOff() throws Exception {
        check("reset", record("", "final", "Last-Event-ID: 0.1"));
    }

    @Test
    void aProblemAfterItBegan() throws Exception {
        String fresh = OutsideProducer.sendOne("glimpse.texts", "golden-3", null);
        LiveReader reader = new LiveReader(root, "/search?like=image/golden-not-there&fresh=" + fresh);
        await().atMost(SOON).until(() -> reader.has("problem") && !reader.isOpen());
        reader.close();
        check("problem", reader);
    }

    /** Whether the last line is the empty one behind an event. */
    private static boolean endsWithAnEvent(LiveReader reader) {
        return reader.lines().getLast().isEmpty();
    }

    private LiveReader record(String more, String last, String... headers) throws Exception {
        LiveReader reader = new LiveReader(root, address(more), headers);
        await().atMost(SOON).until(() -> reader.has(last) && !reader.isOpen());
        reader.close();
        return reader;
    }

    /** Compares with the file, but for times, places in topics and what the model's name and vectors are. */
    private void check(String name, LiveReader reader) throws IOException {
        StringBuilder wire = new StringBuilder();
        for (String line : reader.lines()) {
            wire.append(line.replace(query.toAddressForm(), "VECTOR")
                            .replace(URLEncoder.encode(query.toAddressForm(), StandardCharsets.UTF_8), "VECTOR")
                            .replace(space.toString(), "SPACE")
                            .replaceFirst("^id:[0-9a-z-]+\\.", "id:POSITIONS.")
                            .replaceAll("\"ms\":[0-9.E-]+", "\"ms\":MS")
                            .replaceAll("\"position\":\"texts-0-[0-9]+\"", "\"position\":\"texts-0-OFFSET\"")
                            .replaceAll("\"positions\":\\{[^}]*}", "\"positions\":POSITIONS"))
                    .append('\n');
        }
        // What comes before it is HTTP's.
        String body = wire.substring(wire.indexOf("\n\n") + 2);
        Path golden = FOLDER.resolve(name + ".txt");
        if ("write".equals(System.getProperty("glimpse.transcripts"))) {
            Files.createDirectories(FOLDER);
            Files.writeString(golden, body);
        }
        assertThat(body).isEqualTo(Files.readString(golden));
    }

    private String address(String more) {
        return "/search?target=text&k=3&filter=suite%3Agolden&space=" + space + "&vector=" + query.toAddressForm()
                + more;
    }

    private Embedding direction(float x, float y) {
        float[] components = new float[space.dimension()];
        components[0] = x;
        components[1] = y;
        return Embedding.normalised(space, components);
    }

    private void put(String id, Embedding embedding) throws Exception {
        send(new EmbeddingRecord.Embedded(
                new ItemId(Kind.TEXT, id),
                embedding,
                ContentDigest.of(new byte[] {1}),
                "gold, \"quoted\"\nand naïve",
                Metadata.parse("{\"suite\":\"golden\",\"price\":9.5,\"tags\":[\"a\",\"b\"],\"sold\":false}"),
                null,
                stamp()));
    }

    private void delete(String id) throws Exception {
        send(new EmbeddingRecord.Deleted(new ItemId(Kind.TEXT, id), stamp()));
    }

    private void send(EmbeddingRecord record) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = clients.writer("golden")) {
            producer.send(new EmbeddingCodec(namespace, space).write(record)).get();
        }
    }

    private SourceStamp stamp() {
        return new SourceStamp(
                namespace.source(Kind.TEXT),
                topics.topicId(namespace.source(Kind.TEXT)),
                new Position(Kind.TEXT, 0, TIME.incrementAndGet()));
    }

    private void awaitItems(int count) {
        await().atMost(SOON)
                .until(() -> EventStream.list(EventStream.read(root.resolve(address(""))))
                                .size()
                        == count);
    }
}
