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
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
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
    void putsPartsTogether() {
        String image = Base64.getEncoder().encodeToString(renderer.png(scenes.scene(3)));
        ValidatableResponse alone = post("{\"parts\": [{\"image\": \"%s\"}], \"k\": 5}".formatted(image));
        assertThat(ids(alone)).startsWith("json-3").isEqualTo(ids(post("{\"like\": \"image/json-3\", \"k\": 5}")));

        ValidatableResponse without = post("""
                {"parts": [{"image": "%s"}, {"like": "image/json-3", "weight": -4}, {"text": "a red circle"}], "k": 12, "filter": "odd:*"}
                """.formatted(image));
        assertThat(ids(without)).hasSize(SCENES).endsWith("json-3");

        String self = without.extract().path("query.self");
        ValidatableResponse got = given().accept(ContentType.JSON)
                .urlEncodingEnabled(false)
                .get(self)
                .then();
        assertThat(ids(got)).isEqualTo(ids(without));
    }

    @Test
    void putsTheFieldsOfAFormTogether() {
        byte[] image = renderer.png(scenes.scene(3));

        ValidatableResponse alone = form().multiPart("image", "a.png", image, "image/png")
                .multiPart("k", "5")
                .post("/search")
                .then();
        ValidatableResponse fields = form().multiPart("image", "a.png", image, "image/png")
                .multiPart("text", "a red circle")
                .multiPart("like", "image/json-4")
                .multiPart("k", "5")
                .multiPart("filter", "n<9")
                .post("/search")
                .then();
        ValidatableResponse json = form().multiPart("photo", "a.png", image, "image/png")
                .multiPart("query", """
                        {"parts": [{"image": "photo"}, {"like": "image/json-4"}, {"text": "a red circle"}], "k": 5, "filter": "n<9"}
                        """)
                .post("/search")
                .then();

        String much = "[%s]"
                .formatted(String.join(",", Collections.nCopies(9, "{\"text\": \"%s\"}".formatted("a ".repeat(2000)))));
        form().multiPart("query", "{\"parts\": %s}".formatted(much))
                .post("/search")
                .then()
                .statusCode(200);
        assertThat(ids(alone)).hasSize(5).startsWith("json-3");
        assertThat(ids(fields)).hasSize(5).contains("json-3", "json-4").isEqualTo(ids(json));
        form().multiPart("text", "a red circle")
                .post("/search")
                .then()
                .statusCode(200)
                .body("query.text", equalTo("a red circle"));
    }

    @Test
    void saysWhatIsWrongWithAForm() {
        refused(form().multiPart("image", "a.png"), "the parameter 'image': it must be a file");
        refused(form().multiPart("text", "a.png", new byte[] {1}, "image/png"), "it must be no file: 'image' is");
        refused(
                form().multiPart("image", "a.png", new byte[0], "image/png"),
                "is no file of the form, or an empty one");
        refused(form().multiPart("query", "{\"image\": \"photo\"}"), "'photo' is no file of the form");
        refused(form().multiPart("query", "{").multiPart("k", "5"), "beside 'query' there may be files");
        refused(form().multiPart("query", "{"), "the query is no JSON object");
        refused(form().multiPart("query", "{}").multiPart("query", "{}"), "it must stand there once");
        refused(form().multiPart("parts", "x").multiPart("text", "a"), "it belongs into the JSON of 'query'");
        refused(form().multiPart("/k", "1").multiPart("/k", "2"), "the parameter '/k' is unknown");
        RequestSpecification many = form();
        for (int i = 0; i < 18; i++) {
            many = many.multiPart("image", "a.png", new byte[] {1}, "image/png");
        }
        refused(many, "there are 18 files; at most 16 parts are taken");
        refused(form().multiPart("colour", "red"), "the parameter 'colour' is unknown");
        form().multiPart("image", "a.png", new byte[] {1, 2, 3}, "image/png")
                .multiPart("text", "a")
                .post("/search")
                .then()
                .statusCode(422)
                .body("type", equalTo("urn:glimpse:problem:unreadable-image"));
        form().multiPart("like", "image/nowhere")
                .multiPart("text", "a")
                .post("/search")
                .then()
                .statusCode(404)
                .body("detail", containsString("image/nowhere"));
    }

    private static RequestSpecification form() {
        return given().accept(ContentType.JSON);
    }

    private static void refused(RequestSpecification form, String detail) {
        form.post("/search")
                .then()
                .statusCode(400)
                .contentType(startsWith("application/problem+json"))
                .body("detail", containsString(detail));
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
            {"parts":{"a":{"text":"x"}}}    | the parameter 'parts': it must be an array
            {"parts":"x"}                   | the parameter 'parts': it must be an array
            {"parts":[]}                    | the parameter 'parts': there are 0; 1 to 16 are taken
            {"parts":[{"text":"a"}],"text":"a"} | the parameter 'text' is unknown
            {"parts":[{"text":"a"}],"image":"AAAA"} | beside 'parts' it belongs into one of them
            {"parts":[{"text":"a"},{}]}     | the parameter 'parts': at /1 there must be one of text, like, image
            {"parts":["a"]}                 | the parameter 'parts': at /0 there must be one of text, like, image
            {"parts":[{"text":"a","like":"image/1"}]} | at /0 there must be one of text, like, image
            {"parts":[{"text":"a","colour":"red"}]} | at /0 there must be one of text, like, image
            {"parts":[{"text":7}]}          | at /0 'text' must be a string
            {"parts":[{"text":" "}]}        | at /0 the text is empty
            {"parts":[{"text":"a","weight":"1"}]} | at /0 'weight' must be a number
            {"parts":[{"text":"a","weight":1e9}]} | at /0 weight is 1.0E9; it must be -100 to 100
            {"parts":[{"like":"42"}]}       | at /0 '42' names no item
            {"parts":[{"image":"?"}]}       | at /0 it is not base64
            {"parts":[{"image":""}]}        | at /0 it must be a picture, base64
            {"parts":[{"vector":"AAAA"}]}   | at /0 'space' must be a string
            {"parts":[{"vector":"AAAA","space":"x"}]} | the parameter 'parts': at /0
            {"parts":[{"text":"a"},{"text":"a","weight":-1}]} | the parts cancel each other out
            {"parts":[{"text":"a"}],"rerank":9} | the parameter 'rerank' is unknown
            {"parts":[{"text":"a"}],"rank":"best"} | known are vector, lexical and hybrid
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
