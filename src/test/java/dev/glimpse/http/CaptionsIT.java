package dev.glimpse.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.caption.PlainWording;
import dev.glimpse.scene.draw.SceneRenderer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts for an image. */
@QuarkusTest
@WithTestResource(FreshData.class)
class CaptionsIT {

    private static final String METADATA = "{\"suite\":\"captions\"}";

    private final SceneGenerator scenes = new SceneGenerator(77);

    @Test
    void ranksTextsAndCollapsesWhatSaysTheSame() throws Exception {
        List<String> fresh = new ArrayList<>();
        try (OutsideProducer producer = new OutsideProducer()) {
            for (int n = 0; n < 8; n++) {
                Scene scene = scenes.scene(n);
                String caption = new PlainWording().caption(scene.statement());
                fresh.add(producer.send(
                        "glimpse.images",
                        "captions-" + n,
                        new SceneRenderer().png(scene),
                        "glimpse-metadata",
                        METADATA));
                fresh.add(text(producer, "captions-" + n, caption));
                fresh.add(text(producer, "captions-same-" + n, caption.toUpperCase(java.util.Locale.ROOT)));
            }
        }

        ValidatableResponse captions = given().get(
                        "/images/captions-3/captions?filter=suite:captions&timeout=30s&fresh="
                                + String.join(",", fresh))
                .then()
                .statusCode(200);

        List<String> ids = captions.extract().jsonPath().getList("hits.id");
        assertThat(ids).hasSize(5);
        assertThat(ids.getFirst()).endsWith("-3");
        List<String> same = captions.extract().jsonPath().getList("hits[0].duplicates");
        assertThat(same).hasSize(1).first().asString().endsWith("-3").isNotEqualTo("text/" + ids.getFirst());
        assertThat(given().get("/images/captions-3/captions?filter=suite:captions&k=2&collapse=1")
                        .then()
                        .extract()
                        .jsonPath()
                        .<String>getList("hits.id"))
                .hasSize(2);
    }

    private static String text(OutsideProducer producer, String id, String text) throws Exception {
        return producer.send("glimpse.texts", id, text.getBytes(StandardCharsets.UTF_8), "glimpse-metadata", METADATA);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /texts/1/captions               | 404 | only images have pictures, captions
            /images/nowhere/captions        | 404 | image/nowhere
            /images/1/captions?k=0          | 400 | k is 0
            /images/1/captions?target=image | 400 | the parameter 'target' is unknown
            /images/1/captions?live=true    | 400 | the parameter 'live' is unknown
            /images/1/captions?collapse=0   | 400 | collapse is 0.0; it must be 0.5 to 1
            """)
    void refusesWithAReason(String address, int status, String detail) {
        given().get(address).then().statusCode(status).body("detail", containsString(detail));
    }
}
