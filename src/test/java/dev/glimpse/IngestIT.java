package dev.glimpse;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import dev.glimpse.http.EventStream;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.draw.SceneRenderer;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From an outside producer's record to a hit in a stream. */
@QuarkusTest
@WithTestResource(FreshData.class)
class IngestIT {

    private static final Path IMAGES = Path.of("src/test/resources/images");
    private static final Duration SOON = Duration.ofSeconds(20);

    @TestHTTPResource
    URI root;

    @Inject
    MeterRegistry metrics;

    /** Quarkus makes more instances of this class than it tests with. */
    private @Nullable OutsideProducer connected;

    @AfterEach
    void disconnect() {
        if (connected != null) {
            connected.close();
        }
    }

    private OutsideProducer producer() {
        if (connected == null) {
            connected = new OutsideProducer();
        }
        return connected;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "baseline.jpg",
                "rgba.png",
                "lossy.webp",
                "plain.svg",
                "animated.gif",
                "rgb24.bmp",
                "orientation-6.jpg"
            })
    void findsAPictureOfEveryFormatAndGivesItBack(String file) throws Exception {
        byte[] picture = Files.readAllBytes(IMAGES.resolve(file));
        String position = producer().send("glimpse.images", "of " + file, picture, "glimpse-caption", "drawn by us");

        List<EventStream.Event> events =
                EventStream.read(at("/search?text=shapes&k=1000&timeout=30s&fresh=" + position));

        assertThat(EventStream.list(events)).contains("image/of " + file);
        String address = "/images/of%20" + file;
        given().urlEncodingEnabled(false)
                .get(address)
                .then()
                .body("state", equalTo("visible"), "text", equalTo("drawn by us"), "position", equalTo(position));
        byte[] original = given().urlEncodingEnabled(false)
                .get(address + "/original")
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
        assertThat(original).isEqualTo(picture);
        byte[] preview = given().urlEncodingEnabled(false)
                .get(address + "/preview")
                .then()
                .statusCode(200)
                .contentType("image/jpeg")
                .extract()
                .asByteArray();
        assertThat(preview).hasSizeLessThanOrEqualTo(8 * 1024);
    }

    @Test
    void takesAFileByReferenceAndGivesItBack() throws Exception {
        Path folder = Path.of(ConfigProvider.getConfig().getValue("glimpse.topics.file-root", String.class));
        Path file = Files.copy(IMAGES.resolve("rgb.png"), folder.resolve("referenced.png"));
        String position = producer()
                .send(
                        "glimpse.images",
                        "referenced",
                        bytes("{\"uri\":\"%s\",\"metadata\":{\"shelf\":3}}".formatted(file.toUri())));

        awaitState("images", "referenced", position, "visible");

        given().get("/images/referenced").then().body("metadata.shelf", equalTo(3));
        assertThat(given().get("/images/referenced/original").asByteArray()).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void keepsAnImageAndATextOfOneIdApart() throws Exception {
        byte[] picture = Files.readAllBytes(IMAGES.resolve("rgb.png"));
        awaitState("images", "7", producer().send("glimpse.images", "7", picture), "visible");
        awaitState("texts", "7", producer().send("glimpse.texts", "7", bytes("seven")), "visible");

        String tombstone = producer().send("glimpse.images", "7", null);

        given().get("/images/7?position=" + tombstone);
        await().atMost(SOON).untilAsserted(() -> given().get("/images/7").then().statusCode(404));
        given().get("/texts/7").then().body("state", equalTo("visible"), "text", equalTo("seven"));
        assertThat(EventStream.list(EventStream.read(at("/search?text=seven&k=1000"))))
                .doesNotContain("image/7");
        given().get("/images/7/preview").then().statusCode(404);
    }

    @Test
    void replacesAnItemByItsNewVersion() throws Exception {
        awaitState("texts", "replaced", producer().send("glimpse.texts", "replaced", bytes("one")), "visible");
        awaitState("texts", "replaced", producer().send("glimpse.texts", "replaced", bytes("two")), "visible");

        given().get("/texts/replaced").then().body("text", equalTo("two"));
        assertThat(EventStream.list(EventStream.read(at("/search?text=two&target=text&k=1000"))))
                .containsOnlyOnce("text/replaced");
    }

    @Test
    void runsNoInferenceWhereMetadataAloneChanges() throws Exception {
        byte[] picture = new SceneRenderer().png(new SceneGenerator(4711).scene(1));
        awaitState("images", "priced", producer().send("glimpse.images", "priced", picture), "visible");
        double before = metrics.get("glimpse.encode.inferences")
                .tag("modality", "image")
                .counter()
                .count();

        String position = producer().send("glimpse.images", "priced", picture, "glimpse-metadata", "{\"price\":12}");
        awaitState("images", "priced", position, "visible");

        given().get("/images/priced").then().body("metadata.price", equalTo(12));
        assertThat(metrics.get("glimpse.encode.inferences")
                        .tag("modality", "image")
                        .counter()
                        .count())
                .isEqualTo(before);
    }

    @Test
    void takesCloudEventsOverHttpToo() throws Exception {
        String position = given().header("ce-specversion", "1.0")
                .header("ce-id", "9")
                .header("ce-type", "shop.item")
                .header("ce-source", "/shop")
                .contentType("text/plain")
                .body("an event")
                .put("/texts/event")
                .then()
                .statusCode(202)
                .extract()
                .header("Glimpse-Position");

        awaitState("texts", "event", position, "visible");

        given().get("/texts/event")
                .then()
                .body("metadata.'ce.type'", equalTo("shop.item"), "text", equalTo("an event"));
    }

    @Test
    void decodesACaptionThatHttpHasPercentEncoded() throws Exception {
        String position = given().header("glimpse-caption", "caf%C3%A9%20+%20tea")
                .contentType(ContentType.BINARY)
                .body(Files.readAllBytes(IMAGES.resolve("rgb.png")))
                .put("/images/captioned")
                .then()
                .statusCode(202)
                .extract()
                .header("Glimpse-Position");

        awaitState("images", "captioned", position, "visible");

        given().get("/images/captioned").then().body("text", equalTo("café + tea"));
    }

    @Test
    void deletesOverHttp() throws Exception {
        awaitState("texts", "gone", producer().send("glimpse.texts", "gone", bytes("gone")), "visible");

        given().delete("/texts/gone").then().statusCode(202).body("position", not(equalTo("")));

        await().atMost(SOON)
                .untilAsserted(() -> given().get("/texts/gone").then().statusCode(404));
    }

    @Test
    void refusesOverHttpWhatTheTopicRefuses() {
        problem(
                given().contentType("application/json").body("{\"data\":").put("/images/bad"),
                400,
                "malformed-envelope");
        problem(given().contentType("text/html").body("<p>").put("/texts/bad"), 415, "unsupported-type");
        problem(given().put("/texts/bad"), 400, "empty");
        problem(
                given().header("glimpse-metadata", "[]")
                        .contentType("text/plain")
                        .body("x")
                        .put("/texts/bad"),
                400,
                "malformed-header");
        problem(given().contentType("text/plain").body("x").put("/texts/" + "x".repeat(513)), 400, "invalid-id");
        problem(given().contentType("text/plain").body("x").put("/videos/bad"), 404, "not-found");
        problem(given().contentType("text/plain").body("x").put("/texts/bad?sync=true"), 400, "unknown-parameter");
        problem(given().get("/texts/never-there"), 404, "unknown-item");
        problem(given().get("/texts/x?position=images-0-1"), 400, "invalid-parameter");
        problem(
                given().contentType(ContentType.BINARY)
                        .body(new byte[20 * 1024 * 1024 + 1])
                        .put("/images/bad"),
                413,
                "too-large");
    }

    @Test
    void takesAPictureOf20MiB() throws Exception {
        byte[] picture = java.util.Arrays.copyOf(Files.readAllBytes(IMAGES.resolve("baseline.jpg")), 20 * 1024 * 1024);

        String position = given().contentType(ContentType.BINARY)
                .body(picture)
                .put("/images/large")
                .then()
                .statusCode(202)
                .extract()
                .header("Glimpse-Position");

        awaitState("images", "large", position, "visible");
    }

    /** 1,000 records, each twentieth of them poison of another kind. */
    @Test
    void poisonGoesToTheDeadLettersWithItsReasonAndCostsItsNeighboursNothing() throws Exception {
        byte[] outside = bytes("{\"uri\":\"file:///etc/hostname\"}");
        String deep = "<svg xmlns='http://www.w3.org/2000/svg'>" + "<g>".repeat(100_000) + "</svg>";
        SceneRenderer renderer = new SceneRenderer();
        SceneGenerator scenes = new SceneGenerator(31337);
        Map<String, String> reasons = new HashMap<>();
        Map<String, String> tokens = new HashMap<>();
        List<String> good = new ArrayList<>();
        String lastImage = "";
        String lastText = "";
        for (int i = 0; i < 1000; i++) {
            if (i % 20 != 19) {
                String id = "neighbour-" + i;
                if (i % 4 == 0) {
                    lastImage = producer().send("glimpse.images", id, renderer.png(scenes.scene(i)));
                    good.add("images/" + id);
                } else {
                    lastText = producer().send("glimpse.texts", id, bytes("neighbour number " + i));
                    good.add("texts/" + id);
                }
                continue;
            }
            String id = "poison-" + i;
            String token = switch (i / 20 % 10) {
                case 0 ->
                    poison(reasons, id, "damaged-image", bad("truncated-baseline.jpg"), "content-type", "image/jpeg");
                case 1 ->
                    poison(reasons, id, "unsupported-image", bytes("this is no picture"), "content-type", "image/png");
                case 2 -> poison(reasons, id, "empty", new byte[0]);
                case 3 -> poison(reasons, id, "image-too-large", bad("huge.png"));
                case 4 -> poison(reasons, id, "unsafe-drawing", bad("external-https.svg"));
                case 5 -> poison(reasons, id, "unsafe-drawing", bytes(deep));
                case 6 -> {
                    reasons.put(id, "invalid-text");
                    yield producer().send("glimpse.texts", id, new byte[] {'a', (byte) 0xc3});
                }
                case 7 ->
                    poison(reasons, id, "malformed-envelope", bytes("{\"data\": "), "content-type", "application/json");
                case 8 -> poison(reasons, id, "reference-refused", outside);
                default -> {
                    String longId = id + "x".repeat(600 - id.length());
                    poison(reasons, longId, "invalid-id", bad("../rgb.png"));
                    yield "";
                }
            };
            if (!token.isEmpty()) {
                tokens.put(id, token);
            }
        }
        awaitState("images", "neighbour-996", lastImage, "visible");
        EventStream.read(at("/search?text=x&k=1&timeout=60s&fresh=%s&fresh=%s".formatted(lastImage, lastText)));

        for (String item : good) {
            given().get("/" + item).then().statusCode(200).body("state", equalTo("visible"));
        }
        Map<String, ConsumerRecord<byte[], byte[]>> dead = deadLetters();
        assertThat(dead.keySet()).containsAll(reasons.keySet());
        reasons.forEach((id, reason) -> {
            ConsumerRecord<byte[], byte[]> letter = java.util.Objects.requireNonNull(dead.get(id));
            assertThat(header(letter, "glimpse-reason")).as(id).isEqualTo(reason);
            assertThat(header(letter, "glimpse-message")).isNotBlank();
            assertThat(header(letter, "glimpse-source-offset")).matches("\\d+");
            assertThat(letter.headers()).noneMatch(header -> header.key().startsWith("__"));
        });
        tokens.forEach((id, token) -> given().get(
                        "/%s/%s?position=%s".formatted(token.substring(0, token.indexOf('-')), id, token))
                .then()
                .statusCode(200)
                .body("state", equalTo("rejected"), "reason", equalTo(reasons.get(id)), "position", equalTo(token)));
        given().get("/q/health/group/encoder").then().statusCode(200);
    }

    /** As curl sends it. */
    @Test
    void takesMetadataOfAnHttpHeaderInUtf8() throws Exception {
        String request = """
                PUT /texts/umlaut HTTP/1.1\r
                Host: localhost\r
                Connection: close\r
                Content-Type: text/plain\r
                glimpse-metadata: {"maker":"Müller"}\r
                Content-Length: 4\r
                \r
                text""";
        try (Socket socket = new Socket(root.getHost(), root.getPort())) {
            socket.getOutputStream().write(bytes(request));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 202 ");
        }
        await().atMost(SOON)
                .untilAsserted(() -> given().get("/texts/umlaut").then().body("metadata.maker", equalTo("Müller")));
    }

    @Test
    void aRejectedVersionTakesItsPredecessorsPlace() throws Exception {
        byte[] picture = Files.readAllBytes(IMAGES.resolve("rgb.png"));
        awaitState("images", "spoiled", producer().send("glimpse.images", "spoiled", picture), "visible");

        String position = producer().send("glimpse.images", "spoiled", bad("corrupt.png"));

        awaitState("images", "spoiled", position, "rejected");
        assertThat(EventStream.list(EventStream.read(at("/search?text=x&k=1000"))))
                .doesNotContain("image/spoiled");
    }

    private String poison(Map<String, String> reasons, String id, String reason, byte[] value, String... headers)
            throws Exception {
        reasons.put(id, reason);
        return producer().send("glimpse.images", id, value, headers);
    }

    private void awaitState(String kind, String id, String position, String state) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> given().get("/%s/%s?position=%s".formatted(kind, id, position))
                        .then()
                        .statusCode(200)
                        .body("state", equalTo(state)));
    }

    private static Map<String, ConsumerRecord<byte[], byte[]>> deadLetters() {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                ConfigProvider.getConfig().getValue("kafka.bootstrap.servers", String.class),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                64 * 1024 * 1024);
        TopicPartition partition = new TopicPartition("glimpse.dead-letters", 0);
        Map<String, ConsumerRecord<byte[], byte[]>> letters = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> reader =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            reader.assign(List.of(partition));
            reader.seekToBeginning(List.of(partition));
            long end = reader.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (reader.position(partition) < end) {
                reader.poll(Duration.ofMillis(200))
                        .forEach(letter -> letters.put(new String(letter.key(), StandardCharsets.UTF_8), letter));
            }
        }
        return letters;
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        Header header = letter.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static void problem(io.restassured.response.Response response, int status, String kind) {
        response.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:glimpse:problem:" + kind));
    }

    private static byte[] bad(String name) throws Exception {
        return Files.readAllBytes(IMAGES.resolve("bad").resolve(name));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private URI at(String address) {
        return root.resolve(address);
    }
}
