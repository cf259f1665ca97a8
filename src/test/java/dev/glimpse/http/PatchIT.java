package dev.glimpse.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** {@code PATCH}, through a real broker. */
@QuarkusTest
@WithTestResource(FreshData.class)
class PatchIT {

    @Test
    void changesTheMetadataOfAnImageAndKeepsThePictureAndItsCaption() throws Exception {
        byte[] picture = Files.readAllBytes(Path.of("src/test/resources/images/rgb.png"));
        OutsideProducer.sendOne(
                "glimpse.images",
                "shoe",
                picture,
                "glimpse-caption",
                "a shoe",
                "glimpse-metadata",
                "{\"patchedPrice\":80,\"shelf\":{\"row\":3,\"side\":\"left\"}}");

        String position = position(patch("/images/shoe", "{\"patchedPrice\":70,\"shelf\":{\"side\":null}}"));

        visible(position);
        given().get("/images/shoe")
                .then()
                .body("position", equalTo(position), "text", equalTo("a shoe"))
                .body("metadata.patchedPrice", equalTo(70))
                .body("metadata.shelf.row", equalTo(3))
                .body("metadata.shelf.side", nullValue());
        assertThat(given().get("/images/shoe/original").asByteArray()).isEqualTo(picture);
        given().accept(ContentType.JSON)
                .get("/search?text=a&filter=patchedPrice<75")
                .then()
                .body("hits.id", equalTo(List.of("shoe")));
    }

    @Test
    void writesOnlyWhereTheItemStandsAsTheClientKnowsIt() throws Exception {
        String first = OutsideProducer.sendOne("glimpse.texts", "matched", bytes("one"));
        String second = position(patch("/texts/matched", "{\"a\":1}", "If-Match", first));

        patch("/texts/matched", "{\"a\":2}", "If-Match", first)
                .statusCode(412)
                .contentType("application/problem+json")
                .body("detail", equalTo("text/matched stands at " + second));
        visible(second);
        String tag = given().get("/texts/matched").header("ETag");
        assertThat(tag).isEqualTo("\"" + second + "\"");
        String third = position(patch("/texts/matched", "{\"a\":3}", "If-Match", "\"other\", " + tag));

        visible(third);
        given().get("/texts/matched").then().body("metadata.a", equalTo(3), "text", equalTo("one"));
    }

    @Test
    void losesNoneOfManyAtOnce() throws Exception {
        OutsideProducer.sendOne("glimpse.texts", "contended", bytes("contended"));
        List<Future<String>> positions = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
            for (int i = 0; i < 6; i++) {
                String change = "{\"f%d\":%d}".formatted(i, i);
                positions.add(pool.submit(() -> position(patch("/texts/contended", change))));
            }
        }
        for (Future<String> position : positions) {
            visible(position.get());
        }

        ValidatableResponse status = given().get("/texts/contended").then();
        for (int i = 0; i < 6; i++) {
            status.body("metadata.f" + i, equalTo(i));
        }
    }

    @Test
    void aWriteThatCameMeanwhileStays() throws Exception {
        String first = OutsideProducer.sendOne("glimpse.texts", "meanwhile", bytes("version 0"));
        visible(first);
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            for (int i = 1; i <= 15; i++) {
                String patched = "{\"patched\":%d}".formatted(i);
                Future<String> patching = pool.submit(() -> position(patch("/texts/meanwhile", patched)));
                String put = given().contentType("application/octet-stream")
                        .body(bytes("version " + i))
                        .put("/texts/meanwhile")
                        .then()
                        .statusCode(202)
                        .extract()
                        .header("Glimpse-Position");
                visible(put + "," + patching.get());

                given().get("/texts/meanwhile").then().body("text", equalTo("version " + i));
            }
        }
    }

    @Test
    void refusesWithAReason() throws Exception {
        String refused = OutsideProducer.sendOne("glimpse.texts", "refused", new byte[] {(byte) 0xff});
        String event = OutsideProducer.sendOne(
                "glimpse.texts",
                "event",
                bytes("x"),
                "ce_specversion",
                "1.0",
                "ce_id",
                "7",
                "ce_type",
                "t",
                "ce_source",
                "/s");
        visible(refused + "," + event);

        patch("/texts/nobody", "{}").statusCode(404).body("type", equalTo("urn:glimpse:problem:unknown-item"));
        patch("/texts/refused", "{}").statusCode(409).body("detail", containsString("write it anew"));
        patch("/texts/event", "[]")
                .statusCode(400)
                .body("detail", equalTo("the patch must be a JSON object, as metadata is"));
        patch("/texts/event", "{\"ce.type\":null}")
                .statusCode(400)
                .body("detail", containsString("'ce.type' of text/event can't be removed"));
        patch("/texts/event", "{\"a\":\"%s\"}".formatted("x".repeat(70_000)))
                .statusCode(400)
                .body("detail", containsString("at most 65536 are kept"));
        patch("/texts/event", "{}", "If-Match", "images-0-1").statusCode(412);
    }

    private static void visible(String positions) {
        given().accept(ContentType.JSON)
                .get("/search?text=a&timeout=30s&fresh=" + positions)
                .then()
                .statusCode(200);
    }

    private static String position(ValidatableResponse response) {
        return response.statusCode(202).extract().header("Glimpse-Position");
    }

    private static ValidatableResponse patch(String address, String body, String... headers) {
        RequestSpecification request =
                given().contentType("application/merge-patch+json").body(body.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.patch(address).then();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
