package dev.glimpse.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.glimpse.FreshData;
import dev.glimpse.encode.onnx.RerankedModel;
import dev.glimpse.http.EventStream;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.draw.SceneRenderer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The stage that puts the first images in order anew, with a model whose reranker prefers what the embedding's first
 * component is small of: an order that has nothing to do with the query.
 */
@QuarkusTest
@TestProfile(RerankIT.WithReranker.class)
@WithTestResource(FreshData.class)
class RerankIT {

    private static final int IMAGES = 8;

    @TestHTTPResource("/")
    URI root;

    /** The bundled model, which also gives its embedding as features, and a reranker beside it. */
    public static class WithReranker implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                Path model = RerankedModel.write(Path.of("target", "rerank-it", "glimpse-reranked"), -1);
                return Map.of("glimpse.encode.model", model.toAbsolutePath().toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeEach
    void putImages() {
        String last = "";
        for (int i = 0; i < IMAGES; i++) {
            last = given().contentType("image/png")
                    .body(new SceneRenderer().png(new SceneGenerator(5).scene(i)))
                    .put("/images/rerank-" + i)
                    .then()
                    .statusCode(202)
                    .extract()
                    .header("Glimpse-Position");
        }
        given().accept(ContentType.JSON)
                .get("/search?text=a&timeout=30s&fresh=" + last)
                .then()
                .statusCode(200)
                .body("final.exact", equalTo(true));
    }

    @Test
    void putsTheFirstInOrderAnewAndLeavesTheRest() throws Exception {
        List<String> before = ids("/search?text=a+red+circle&k=8");
        List<EventStream.Event> events = EventStream.read(root.resolve("/search?text=a+red+circle&k=8&rerank=5"));
        List<String> after = EventStream.list(events).stream()
                .map(item -> item.substring("image/".length()))
                .toList();

        JsonNode stage = events.stream()
                .filter(event -> event.name().equals("stage"))
                .map(EventStream.Event::data)
                .filter(data -> data.get("name").asText().equals("rerank"))
                .findFirst()
                .orElseThrow();
        assertThat(stage.get("scanned").asInt()).isEqualTo(5);
        assertThat(stage.get("of").asInt()).isEqualTo(5);
        assertThat(before).hasSize(IMAGES);
        assertThat(after).containsExactlyInAnyOrderElementsOf(before);
        assertThat(after.subList(0, 5)).containsExactlyInAnyOrderElementsOf(before.subList(0, 5));
        assertThat(after.subList(5, 8)).isEqualTo(before.subList(5, 8));
        List<Double> scores = scores("/search?text=a+red+circle&k=8&rerank=5");
        assertThat(scores.subList(0, 5)).isSortedAccordingTo(Comparator.reverseOrder());
        // The order does not depend on what is asked for: so it is the reranker's.
        List<String> others = ids("/search?text=a+blue+star&k=8&rerank=8");
        List<String> all = ids("/search?text=a+red+circle&k=8&rerank=8");
        assertThat(all).isEqualTo(others).isNotEqualTo(before);
        List<String> expected = new ArrayList<>(all);
        expected.retainAll(before.subList(0, 5));
        assertThat(after.subList(0, 5)).isEqualTo(expected);
    }

    @Test
    void readsMoreThanItShows() {
        assertThat(ids("/search?text=a+red+circle&k=2&rerank=8"))
                .isEqualTo(ids("/search?text=a+red+circle&k=8&rerank=8").subList(0, 2));
    }

    @Test
    void saysInItsOwnAddressThatItReranks() throws Exception {
        List<EventStream.Event> events = EventStream.read(root.resolve("/search?text=a&k=3&rerank=4"));

        assertThat(events.getFirst().data().get("self").asText()).isEqualTo("/search?text=a&target=image&k=3&rerank=4");
    }

    private static List<String> ids(String address) {
        return answer(address, "hits.id");
    }

    private static List<Double> scores(String address) {
        return RerankIT.<Number>answer(address, "hits.score").stream()
                .map(Number::doubleValue)
                .toList();
    }

    private static <T> List<T> answer(String address, String path) {
        return given().accept(ContentType.JSON)
                .urlEncodingEnabled(false)
                .get(address)
                .then()
                .statusCode(200)
                .body("final.exact", equalTo(true))
                .extract()
                .path(path);
    }
}
