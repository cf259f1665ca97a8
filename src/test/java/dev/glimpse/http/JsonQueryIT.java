package dev.glimpse.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.draw.SceneRenderer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code POST /search} with JSON. */
@QuarkusTest
@WithTestResource(FreshData.class)
class JsonQueryIT {

    private static final int SCENES = 12;

    private final SceneGenerator scenes = new SceneGenerator(7);
    private final SceneRenderer renderer = new SceneRenderer();

    private static boolean filled;

    @BeforeEach
    void fillOnce() throws Exception {
        if (filled) {
            return;
        }
        List<String> fresh = new ArrayList<>();
        try (OutsideProducer producer = new OutsideProducer()) {
            for (int n = 0; n < SCENES; n++) {
                fresh.add(producer.send(
                        "glimpse.images",
                        "json-" + n,
                        renderer.png(scenes.scene(n)),
                        "glimpse-metadata",
                        "{\"n\":%d,\"odd\":%b}".formatted(n, n % 2 == 1)));
            }
        }
        given().accept(ContentType.JSON)
                .get("/search?text=a&timeout=30s&fresh=" + String.join(",", fresh))
                .then()
                .statusCode(200);
        filled = true;
    }

    @Test
    void answersAsTheAddressDoes() {
        ValidatableResponse posted = post("""
                {"text": "a red circle", "k": 5, "filter": {"odd": true, "n": {"$lt": 9}}, "facets": ["n", "odd"]}
                """);
        String self = posted.statusCode(200)
                .body("final.facets.odd[0].value", equalTo(true))
                .extract()
                .path("query.self");

        ValidatableResponse got = given().accept(ContentType.JSON)
                .urlEncodingEnabled(false)
                .get(self)
                .then();
        assertThat(ids(got)).isEqualTo(ids(posted)).hasSize(4);
    }

    @Test
    void findsByAPictureAndAFilter() {
        String image = Base64.getEncoder().encodeToString(renderer.png(scenes.scene(3)));

        post("{\"image\": \"%s\", \"k\": 1}".formatted(image)).body("hits.id", equalTo(List.of("json-3")));
        ValidatableResponse other = post("{\"image\": \"%s\", \"k\": 20, \"filter\": \"odd:false\"}".formatted(image));
        assertThat(ids(other)).hasSize(SCENES / 2).doesNotContain("json-3");
    }

    @Test
    void pagesGoOnInEitherWay() {
        ValidatableResponse first = post("{\"text\": \"a\", \"k\": 6, \"cursor\": \"*\"}");
        String cursor = first.extract().path("final.cursor");

        List<String> second = ids(post("{\"cursor\": \"%s\"}".formatted(cursor)));

        assertThat(second).hasSize(6).doesNotContainAnyElementsOf(ids(first));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {                               | the query is no JSON object:
            []                              | it must be an object
            {"text":"a","text":"b"}         | Duplicate field 'text'
            {"text":["a","b"]}              | the parameter 'text': it must stand there once
            {"text":null}                   | the parameter 'text': it must be a string or a number
            {"text":"a","k":2.5}            | '2.5' is no whole number
            {"text":"a","colour":"red"}     | the parameter 'colour' is unknown
            {"text":"a","colour":[]}        | the parameter 'colour' is unknown
            {"text":"a","filter":{"n":{"$is":1}}} | the parameter 'filter': at '/n/$is' '$is' is unknown
            {"text":"a","filter":"n<"}      | the parameter 'filter': at column 3
            {"image":"?"}                   | the parameter 'image': it is not base64
            {"image":7}                     | the parameter 'image': it must be a picture, base64
            {"image":"AAAA","text":"a"}     | the parameter 'text' is unknown
            """)
    void refusesWithAReason(String body, String detail) {
        post(body)
                .statusCode(400)
                .contentType(startsWith("application/problem+json"))
                .body("detail", containsString(detail));
    }

    @Test
    void takesNoParametersBesideABody() {
        given().contentType(ContentType.JSON)
                .body("{\"text\":\"a\"}".getBytes(StandardCharsets.UTF_8))
                .post("/search?k=3")
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:glimpse:problem:unknown-parameter"));
    }

    private static ValidatableResponse post(String body) {
        return given().accept(ContentType.JSON)
                .contentType(ContentType.JSON)
                .body(body)
                .post("/search")
                .then();
    }

    private static List<String> ids(ValidatableResponse response) {
        return response.extract().jsonPath().getList("hits.id");
    }
}
