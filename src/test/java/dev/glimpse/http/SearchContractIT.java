package dev.glimpse.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import dev.glimpse.FreshData;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.caption.PlainWording;
import dev.glimpse.scene.draw.SceneRenderer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract of {@code /search}, through a real broker, a real model and a real index. */
@QuarkusTest
@WithTestResource(FreshData.class)
class SearchContractIT {

    private static final int SCENES = 40;
    private static final Path IMAGES = Path.of("src/test/resources/images");

    @TestHTTPResource
    URI root;

    private final SceneGenerator scenes = new SceneGenerator(99);
    private final SceneRenderer renderer = new SceneRenderer();
    private final PlainWording wording = new PlainWording();

    private static boolean filled;

    @BeforeEach
    void fillOnce() {
        if (filled) {
            return;
        }
        String image = "";
        String text = "";
        for (int n = 0; n < SCENES; n++) {
            Scene scene = scenes.scene(n);
            image = put("images/contract-" + n, "image/png", renderer.png(scene));
            text = put("texts/contract-" + n, "text/plain", bytes(wording.caption(scene.statement())));
        }
        given().accept(ContentType.JSON)
                .get("/search?text=a&fresh=%s&fresh=%s&timeout=30s".formatted(image, text))
                .then()
                .statusCode(200)
                .body("final.exact", is(true));
        filled = true;
    }

    @Test
    void streamsAnAnswerThatBeginsWithTheQueryAndEndsWithFinal() throws Exception {
        List<EventStream.Event> events = EventStream.read(at("/search?text=a+red+circle&target=image&k=7"));

        assertThat(events.getFirst().name()).isEqualTo("query");
        assertThat(events.getFirst().data().get("text").textValue()).isEqualTo("a red circle");
        assertThat(events.getFirst().data().get("self").textValue())
                .isEqualTo("/search?text=a+red+circle&target=image&k=7");
        assertThat(events)
                .extracting(EventStream.Event::name)
                .contains("hit", "stage")
                .endsWith("final");
        assertThat(events.getLast().data().get("exact").booleanValue()).isTrue();
        assertThat(events.getLast().data().get("items").intValue()).isGreaterThanOrEqualTo(SCENES);
        assertThat(events.getLast().id()).endsWith(".end").hasSizeLessThanOrEqualTo(256);
        EventStream.Event hit = events.stream()
                .filter(event -> event.name().equals("hit"))
                .findFirst()
                .orElseThrow();
        assertThat(hit.data().get("rank").intValue()).isEqualTo(1);
        assertThat(hit.data().get("similarity").floatValue()).isBetween(-1f, 1f);
        assertThat(hit.data().get("preview").textValue()).startsWith("/images/").endsWith("/preview");
    }

    @Test
    void theListAfterFinalIsTheRankingOfTheDocument() throws Exception {
        String query = "/search?text=a+green+star+above+a+black+ring&target=image&k=12";
        List<String> streamed = EventStream.list(EventStream.read(at(query)));

        List<String> ids = given().accept(ContentType.JSON)
                .urlEncodingEnabled(false)
                .get(query)
                .then()
                .statusCode(200)
                .body("query.target", equalTo("image"), "final.exact", is(true))
                .body(
                        "hits.rank",
                        equalTo(java.util.stream.IntStream.rangeClosed(1, 12)
                                .boxed()
                                .toList()))
                .extract()
                .path("hits.id");

        assertThat(streamed)
                .hasSize(12)
                .isEqualTo(ids.stream().map(id -> "image/" + id).toList());
    }

    @Test
    void answersATextWithImagesAndAnImageWithTexts() throws Exception {
        Scene scene = scenes.scene(3);
        List<String> images = EventStream.list(
                EventStream.read(at("/search?k=3&target=image&text=" + encoded(wording.caption(scene.statement())))));
        List<String> texts = EventStream.list(EventStream.read(HttpRequest.newBuilder(at("/search?target=text&k=3"))
                .header("Content-Type", "image/png")
                .POST(HttpRequest.BodyPublishers.ofByteArray(renderer.png(scene)))));

        assertThat(images).contains("image/contract-3");
        assertThat(texts).contains("text/contract-3");
    }

    @Test
    void aPicturesQueryIsReproducedByItsOwnAddress() throws Exception {
        List<EventStream.Event> posted = EventStream.read(HttpRequest.newBuilder(at("/search?k=9"))
                .header("Content-Type", "image/png")
                .POST(HttpRequest.BodyPublishers.ofByteArray(renderer.png(scenes.scene(5)))));
        String self = posted.getFirst().data().get("self").textValue();

        List<EventStream.Event> gotten = EventStream.read(at(self));

        assertThat(self).contains("vector=", "space=");
        assertThat(EventStream.list(gotten)).isEqualTo(EventStream.list(posted)).hasSize(9);
        assertThat(gotten.getFirst().data()).isEqualTo(posted.getFirst().data());
    }

    @Test
    void findsWhatIsLikeAnItem() throws Exception {
        List<String> images = EventStream.list(EventStream.read(at("/search?like=image/contract-3&k=2")));
        List<String> texts = EventStream.list(EventStream.read(at("/search?like=image/contract-3&target=text&k=3")));

        assertThat(images).startsWith("image/contract-3");
        assertThat(texts).contains("text/contract-3");
    }

    @Test
    void findsOnlyWhatTheFilterLetsPass() throws Exception {
        List<String> positions = new ArrayList<>();
        for (int n = 0; n < 6; n++) {
            positions.add(given().header(
                            "glimpse-metadata",
                            "{\"shop\":{\"price\":%d.5},\"made\":\"2026-0%d-01T00:00:00Z\"}".formatted(n, n + 1))
                    .contentType("image/png")
                    .body(renderer.png(scenes.scene(n)))
                    .put("/images/filtered-" + n)
                    .then()
                    .statusCode(202)
                    .extract()
                    .header("Glimpse-Position"));
        }
        given().accept(ContentType.JSON)
                .urlEncodingEnabled(false)
                .get("/search?text=a&k=1&facets=shop.price&facets=made&filter=%s&fresh=%s"
                        .formatted(encoded("shop:*"), String.join(",", positions)))
                .then()
                .statusCode(200)
                .body("final.facets.'shop.price'.value", equalTo(List.of(0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f)))
                .body("final.facets.made[0]", equalTo(Map.of("value", "2026-01-01T00:00:00Z", "count", 1)))
                .body("final.items", is(6));
        String filter = encoded("shop.price:[1 TO 4.5} AND NOT made:2026-03-01T01:00:00+01:00");
        URI asked =
                at("/search?text=a+red+circle&k=9&filter=%s&fresh=%s".formatted(filter, String.join(",", positions)));

        List<EventStream.Event> events = EventStream.read(asked);

        assertThat(EventStream.list(events)).containsExactlyInAnyOrder("image/filtered-1", "image/filtered-3");
        assertThat(events.getFirst().data().get("filter").textValue()).startsWith("shop.price:[1 TO 4.5}");
        assertThat(events.getLast().data().get("exact").booleanValue()).isTrue();
        assertThat(events.getLast().data().get("items").intValue()).isEqualTo(2);
        URI self = at(events.getFirst().data().get("self").textValue());
        assertThat(EventStream.list(EventStream.read(self))).isEqualTo(EventStream.list(events));
        List<EventStream.Event> posted = EventStream.read(
                HttpRequest.newBuilder(at("/search?k=9&filter=" + encoded("made>=2026-06-01T00:00:00Z")))
                        .header("Content-Type", "image/png")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(renderer.png(scenes.scene(0)))));
        assertThat(EventStream.list(posted)).containsExactly("image/filtered-5");
    }

    @Test
    void sendsSettledRanksAloneAndInOrder() throws Exception {
        for (String query : List.of(
                "/search?k=5&text=a%20red%20circle",
                "/search?k=5&target=text&rank=hybrid&text=a%20red%20circle",
                "/search?k=5&target=any&text=a%20red%20circle")) {
            List<EventStream.Event> strict = EventStream.read(at(query + "&order=strict"));

            assertThat(strict.stream()
                            .filter(event -> event.name().equals("hit"))
                            .map(event -> event.data().get("rank").intValue()))
                    .containsExactly(1, 2, 3, 4, 5);
            assertThat(strict).noneMatch(event -> event.name().equals("drop"));
            assertThat(strict.getLast().data().get("exact").booleanValue()).isTrue();
            assertThat(EventStream.list(strict)).isEqualTo(EventStream.list(EventStream.read(at(query))));
            assertThat(strict.getFirst().data().get("self").textValue()).contains("order=strict");
        }
    }

    @Test
    void ranksByWordsAndByBoth() throws Exception {
        Scene scene = scenes.scene(7);
        String caption = encoded(wording.caption(scene.statement()));
        List<EventStream.Event> lexical = EventStream.read(at("/search?target=text&k=5&rank=lexical&text=" + caption));
        assertThat(EventStream.list(lexical)).startsWith("text/contract-7");
        assertThat(lexical).extracting(EventStream.Event::name).endsWith("final");
        assertThat(lexical.stream()
                        .filter(event -> event.name().equals("stage"))
                        .map(event -> event.data().get("name").textValue()))
                .containsExactly("lexical");
        assertThat(lexical.stream().filter(event -> event.name().equals("hit")))
                .allMatch(event -> !event.data().has("similarity"));

        List<EventStream.Event> hybrid = EventStream.read(at("/search?target=text&k=5&rank=hybrid&text=" + caption));
        assertThat(EventStream.list(hybrid)).startsWith("text/contract-7");
        assertThat(hybrid.stream()
                        .filter(event -> event.name().equals("stage"))
                        .map(event -> event.data().get("name").textValue()))
                // Before these "lexical", unless the encoder was done first: GlimpseIT.
                .endsWith("encode", "approximate", "exact");
        assertThat(hybrid.getLast().data().get("exact").booleanValue()).isTrue();
        EventStream.Event last = hybrid.stream()
                .filter(event -> event.name().equals("hit"))
                .reduce((first, second) -> second)
                .orElseThrow();
        assertThat(last.data().get("score").doubleValue()).isLessThanOrEqualTo(2 / 61.0);
        assertThat(EventStream.list(
                        EventStream.read(at(hybrid.getFirst().data().get("self").textValue()))))
                .isEqualTo(EventStream.list(hybrid));

        List<EventStream.Event> picture =
                EventStream.read(HttpRequest.newBuilder(at("/search?target=text&k=5&rank=hybrid&words=" + caption))
                        .header("Content-Type", "image/png")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(renderer.png(scene))));
        assertThat(EventStream.list(picture)).startsWith("text/contract-7");
    }

    @Test
    void endsWhereSimilarityFallsBelowTheLeast() throws Exception {
        List<Float> all = similarities("/search?text=a+red+circle&k=20");
        float least = all.get(6);

        List<Float> some = similarities("/search?text=a+red+circle&k=20&min_similarity=" + least);

        assertThat(some)
                .isEqualTo(
                        all.stream().filter(similarity -> similarity >= least).toList());
        assertThat(some.size()).isBetween(7, 19);
        assertThat(similarities("/search?text=a+red+circle&k=20&min_similarity=1"))
                .isEmpty();
    }

    private static List<Float> similarities(String address) {
        return given().accept(ContentType.JSON)
                .urlEncodingEnabled(false)
                .get(address)
                .then()
                .statusCode(200)
                .body("final.exact", is(true))
                .extract()
                .path("hits.similarity");
    }

    @Test
    void fusesImagesAndTextsByRank() {
        given().accept(ContentType.JSON)
                .get("/search?text=a+red+circle&target=any&k=10")
                .then()
                .statusCode(200)
                .body(
                        "hits.kind",
                        equalTo(List.of(
                                "image", "text", "image", "text", "image", "text", "image", "text", "image", "text")))
                .body("hits[0].score", is(1 / 61f))
                .body("hits[0].similarity", greaterThan(0.1f));
    }

    @Test
    void streamsAlsoWhereNothingIsAccepted() throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(at("/search?text=x&k=1")).build(), HttpResponse.BodyHandlers.ofString());

        assertThat(response.headers().firstValue("content-type").orElseThrow()).startsWith("text/event-stream");
        given().accept("*/*").get("/search?text=x&k=1").then().contentType(containsString("text/event-stream"));
    }

    @Test
    void endsAnEventSourceThatAsksAgainWith204() throws Exception {
        String end = EventStream.read(at("/search?text=x&k=1")).getLast().id();

        given().header("Last-Event-ID", end)
                .accept("text/event-stream")
                .get("/search?text=x&k=1")
                .then()
                .statusCode(204);
    }

    @Test
    void givesAnAnswerThatWasCutOffAnewAfterAReset() throws Exception {
        List<EventStream.Event> first = EventStream.read(at("/search?text=x&k=3"));

        List<EventStream.Event> again = EventStream.read(HttpRequest.newBuilder(at("/search?text=x&k=3"))
                .header("Last-Event-ID", String.valueOf(first.get(1).id())));

        assertThat(again.getFirst().name()).isEqualTo("reset");
        assertThat(EventStream.list(again)).isEqualTo(EventStream.list(first));
    }

    @Test
    void endsWithWhatIsKnownWhenTimeIsUp() throws Exception {
        List<EventStream.Event> events = EventStream.read(at("/search?text=x&timeout=300ms&fresh=images-0-999999999"));

        assertThat(events.getLast().name()).isEqualTo("final");
        assertThat(events.getLast().data().get("exact").booleanValue()).isFalse();
        assertThat(events.getLast().data().get("reason").textValue()).isEqualTo("timeout");
    }

    @Test
    void failsAnUnknownItemThatMightHaveComeWithAProblemEvent() throws Exception {
        String position = put("texts/contract-fresh", "text/plain", bytes("fresh"));

        List<EventStream.Event> events = EventStream.read(at("/search?like=image/not-there&fresh=" + position));

        assertThat(events.getLast().name()).isEqualTo("problem");
        assertThat(events.getLast().data().get("status").intValue()).isEqualTo(404);
        assertThat(events.getLast().id()).endsWith(".end");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /search                            | 400 | missing-parameter    | 'text', 'like' and 'vector'
            /search?text=                      | 400 | invalid-parameter    | the text is empty
            /search?text=a&like=image/1        | 400 | invalid-parameter    | this one has 2
            /search?text=a&text=b              | 400 | invalid-parameter    | stands there 2 times
            /search?text=a&target=video        | 400 | invalid-parameter    | image, text, label and any
            /search?text=a&k=0                 | 400 | invalid-parameter    | k is 0; it must be 1 to 1000
            /search?text=a&k=1001              | 400 | invalid-parameter    | k is 1001
            /search?text=a&k=ten               | 400 | invalid-parameter    | 'ten' is no whole number
            /search?text=a&timeout=0           | 400 | invalid-parameter    | 1ms to 60s
            /search?text=a&timeout=2h          | 400 | invalid-parameter    | no duration
            /search?text=a&timeout=61s         | 400 | invalid-parameter    | 1ms to 60s
            /search?text=a&fresh=yesterday     | 400 | invalid-parameter    | 'yesterday' is no position
            /search?text=a&colour=red          | 400 | unknown-parameter    | 'colour' is unknown
            /search?text=a&filter=price%3Ccheap | 400 | invalid-parameter   | at column 7: 'cheap' must be a number
            /search?text=a&min_similarity=2    | 400 | invalid-parameter    | min_similarity is 2.0; it must be -1 to 1
            /search?text=a&min_similarity=NaN  | 400 | invalid-parameter    | min_similarity is NaN; it must be -1 to 1
            /search?text=a&min_similarity=high | 400 | invalid-parameter    | 'high' is no number
            /search?text=a&facets=             | 400 | invalid-parameter    | one of its values is empty
            /search?text=a&rank=best           | 400 | invalid-parameter    | known are vector, lexical and hybrid
            /search?text=a&words=b             | 400 | invalid-parameter    | it belongs to rank=lexical and rank=hybrid
            /search?like=image/1&rank=lexical  | 400 | missing-parameter    | 'rank=lexical' needs 'words'
            /search?text=a&rank=lexical&min_similarity=0 | 400 | invalid-parameter | does not go with rank=lexical
            /search?text=a&rank=hybrid&rerank=9 | 400 | invalid-parameter   | rerank goes with rank=vector
            /search?text=a&order=best          | 400 | invalid-parameter    | known are relaxed and strict
            /search?text=a&order=strict&live=true | 400 | invalid-parameter | live does not go with order=strict
            /search?text=a&rerank=20           | 400 | no-reranker          | needs a model with a reranker
            /search?text=a&rerank=201          | 400 | invalid-parameter    | rerank is 201; it must be 0 to 200
            /search?text=a&rerank=9&target=any | 400 | invalid-parameter    | a text and finds images
            /search?like=image/1&rerank=9      | 400 | invalid-parameter    | a text and finds images
            /search?text=a&space=x             | 400 | invalid-parameter    | it belongs to 'vector'
            /search?vector=AAAA                | 400 | missing-parameter    | needs 'space'
            /search?vector=AAAA&space=x        | 400 | invalid-parameter    | names no embedding space
            /search?vector=zThmug&space=other.0123456789ab.2 | 409 | foreign-space | other.0123456789ab.2
            /search?like=42                    | 400 | invalid-parameter    | write kind/id
            /search?like=image/not-there       | 404 | unknown-item         | image/not-there
            /search?text=%20%09                | 400 | invalid-parameter    | text
            /search?text=a&k=                  | 400 | invalid-parameter    | k
            /search?text=a&k=-1                | 400 | invalid-parameter    | k is -1
            /search?text=a&k=3.5               | 400 | invalid-parameter    | '3.5' is no whole number
            /search?text=a&k=99999999999999999999 | 400 | invalid-parameter | is no whole number
            /search?text=a&k=1&k=1             | 400 | invalid-parameter    | stands there 2 times
            /search?text=a&k=501&live=true     | 400 | invalid-parameter    | with live it must be 1 to
            /search?text=a&K=3                 | 400 | unknown-parameter    | 'K' is unknown
            /search?text=a&target=             | 400 | invalid-parameter    | image, text, label and any
            /search?text=a&target=image&target=text | 400 | invalid-parameter | stands there 2 times
            /search?text=a&min_similarity=-1.5 | 400 | invalid-parameter    | it must be -1 to 1
            /search?text=a&min_similarity=Infinity | 400 | invalid-parameter | it must be -1 to 1
            /search?text=a&collapse=0.4        | 400 | invalid-parameter    | collapse is 0.4; it must be 0.5 to 1
            /search?text=a&collapse=much       | 400 | invalid-parameter    | 'much' is no number
            /search?text=a&collapse=0.9&k=999  | 400 | invalid-parameter    | with collapse it must be 1 to
            /search?text=a&collapse=0.9&live=matches | 400 | invalid-parameter | not with collapse
            /search?text=a&live=yes            | 400 | invalid-parameter    | known are true, matches and false
            /search?text=a&live=true&facets=a  | 400 | invalid-parameter    | live goes neither with rerank nor with cursor nor with facets
            /search?text=a&live=true&cursor=*  | 400 | invalid-parameter    | live goes neither with rerank nor with cursor nor with facets
            /search?text=a&live=matches&rank=hybrid | 400 | invalid-parameter | live=matches goes with rank=vector
            /search?cursor=nothing             | 410 | expired              | cursor
            /search?cursor=nothing&k=3         | 400 | invalid-parameter    | leave it out beside 'cursor'
            /search?text=a&timeout=-1          | 400 | invalid-parameter    | no duration
            /search?text=a&timeout=PT0S        | 400 | invalid-parameter    | 1ms to 60s
            /search?text=a&timeout=            | 400 | invalid-parameter    | no duration
            /search?text=a&fresh=              | 400 | invalid-parameter    | fresh
            /search?text=a&fresh=images-0      | 400 | invalid-parameter    | 'images-0' is no position
            /search?text=a&fresh=images-0--1   | 400 | invalid-parameter    | is no position
            /search?text=a&filter=             | 400 | invalid-parameter    | filter
            /search?text=a&filter=(a%3A1       | 400 | invalid-parameter    | at column
            /search?text=a&filter=a%3A1%20OR   | 400 | invalid-parameter    | at column
            /search?text=a&filter=a            | 400 | invalid-parameter    | at column
            /search?text=a&filter=price%3E     | 400 | invalid-parameter    | at column
            /search?text=a&filter=NOT          | 400 | invalid-parameter    | at column
            /search?text=a&words=              | 400 | invalid-parameter    | words
            /search?text=a&rank=hybrid&words=  | 400 | invalid-parameter    | words
            /search?vector=%25&space=glimpse.0123456789ab.2 | 400 | invalid-parameter | vector
            /search?vector=AAAAAA&space=glimpse.0123456789ab.2 | 400 | invalid-parameter | vector
            /search?vector=zThmug&space=       | 400 | invalid-parameter    | names no embedding space
            /search?like=                      | 400 | invalid-parameter    | write kind/id
            /search?like=video/1               | 400 | invalid-parameter    | like
            /search?like=image/                | 400 | invalid-parameter    | like
            /nowhere                           | 404 | not-found            | ``
            """)
    void refusesBadInputWithAProblem(String address, int status, String kind, String detail) {
        for (String accept : List.of("text/event-stream", "application/json")) {
            problem(
                            given().accept(accept)
                                    .urlEncodingEnabled(false)
                                    .get(address)
                                    .then(),
                            status,
                            kind)
                    .body("detail", containsString(detail));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /search?text=a%zz          |
            /search?text=a%            |
            /search?%4=a               |
            /search?text=a&k=%-1       |
            /search?text=%ff%fe        | the escapes up to character 19 of the address are not UTF-8
            /search?text=%C3%A4%C3x%A4 | the escapes up to character 22 of the address are not UTF-8
            /images/%e0%80             | the escapes up to character 14 of the address are not UTF-8
            """)
    void refusesEscapesThatAreNone(String address, @Nullable String detail) throws Exception {
        // By a socket: clients send no such address.
        try (LiveReader reader = new LiveReader(root, address)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> !reader.isOpen());
            assertThat(reader.lines().getFirst()).contains(" 400 ");
            if (detail != null) {
                assertThat(reader.lines())
                        .anyMatch(line -> line.equalsIgnoreCase("Content-Type: application/problem+json"));
                assertThat(reader.lines().getLast())
                        .contains("\"type\":\"urn:glimpse:problem:invalid-address\"", detail);
            }
        }
    }

    @Test
    void refusesAPictureThatIsNone() throws Exception {
        problem(post("text/plain", bytes("a cat")), 415, "unsupported-type");
        problem(post("image/png", new byte[0]), 400, "empty-body");
        problem(post("image/png", bytes("a cat")), 422, "unreadable-image")
                .body("detail", containsString("JPEG, PNG, WebP, GIF, BMP or SVG"));
        problem(
                post("image/jpeg", Files.readAllBytes(IMAGES.resolve("bad/truncated-baseline.jpg"))),
                422,
                "unreadable-image");
        problem(post("image/png", Files.readAllBytes(IMAGES.resolve("bad/huge.png"))), 422, "unreadable-image")
                .body("detail", containsString("30000 x 30000"));
        problem(given().body(new byte[0]).post("/search?text=a").then(), 400, "unknown-parameter");
    }

    @Test
    void refusesAMethodThatIsNone() {
        problem(given().delete("/search").then(), 405, "method-not-allowed");
    }

    @Test
    void saysThatItIsReady() {
        given().get("/q/health/ready").then().statusCode(200).body("checks.name", hasItem("view"));
        given().get("/q/health/group/encoder").then().statusCode(200).body("checks.name", equalTo(List.of("encoder")));
    }

    private static ValidatableResponse post(String type, byte[] body) {
        return given().config(io.restassured.RestAssured.config()
                        .encoderConfig(io.restassured.config.EncoderConfig.encoderConfig()
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                                .encodeContentTypeAs("text/plain", ContentType.BINARY)))
                .contentType(type)
                .body(body)
                .post("/search")
                .then();
    }

    private static ValidatableResponse problem(ValidatableResponse response, int status, String kind) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:glimpse:problem:" + kind), "status", equalTo(status));
    }

    private static String put(String address, String type, byte[] body) {
        return given().config(io.restassured.RestAssured.config()
                        .encoderConfig(io.restassured.config.EncoderConfig.encoderConfig()
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                                .encodeContentTypeAs("text/plain", ContentType.BINARY)))
                .contentType(type)
                .body(body)
                .put("/" + address)
                .then()
                .statusCode(202)
                .extract()
                .header("Glimpse-Position");
    }

    private URI at(String address) {
        return root.resolve(address);
    }

    private static String encoded(String text) {
        return java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
