package dev.glimpse.demo;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.TopicLog;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import dev.glimpse.item.Kind;
import dev.glimpse.query.QueryConfig;
import dev.glimpse.scene.PlacedFigure;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.Size;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Labels for the sample corpus, with its pictures' names as the vocabulary. */
@QuarkusTest
@WithTestResource(FreshData.class)
@TestProfile(DemoRecallIT.WithDemo.class)
class DemoAnnotationsIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SCENES = 300;

    @Inject
    IndexView view;

    @Inject
    QueryConfig config;

    private final List<EmojiCorpus.Emoji> corpus = EmojiCorpus.read();

    @BeforeEach
    void publishVocabulary() throws Exception {
        await().atMost(Duration.ofMinutes(3))
                .until(() -> size(Kind.IMAGE) >= corpus.size() + SCENES && size(Kind.TEXT) >= corpus.size() + SCENES);
        List<ProducerRecord<byte[], byte[]>> labels = new ArrayList<>();
        for (EmojiCorpus.Emoji emoji : corpus) {
            labels.add(OutsideProducer.record(
                    "glimpse.labels",
                    emoji.id().getBytes(StandardCharsets.UTF_8),
                    JSON.createObjectNode()
                            .put("text", emoji.name())
                            .put("vocabulary", "cldr")
                            .toString()
                            .getBytes(StandardCharsets.UTF_8),
                    "content-type",
                    "application/json"));
        }
        try (OutsideProducer producer = new OutsideProducer()) {
            producer.sendAll("glimpse.labels", labels);
        }
        await().atMost(SOON).until(() -> size(Kind.LABEL) == corpus.size());
    }

    @Test
    void namesPicturesAsOftenAsTheModelCanAndScenesTruly() throws Exception {
        int named = 0;
        int found = 0;
        int said = 0;
        int right = 0;
        for (EmojiCorpus.Emoji emoji : corpus) {
            List<String> ids = new ArrayList<>();
            for (JsonNode label : labels(emoji.id(), "?min_score=0&filter=vocabulary:cldr")) {
                ids.add(label.get("id").textValue());
                boolean told = label.get("score").floatValue() >= config.labelScore();
                said += told ? 1 : 0;
                right += told && ids.getLast().equals(emoji.id()) ? 1 : 0;
            }
            assertThat(ids).hasSize(5);
            named += ids.contains(emoji.id()) ? 1 : 0;
            found += texts(emoji.id()).limit(5).anyMatch(emoji.id()::equals) ? 1 : 0;
        }
        int untrue = 0;
        int silent = 0;
        List<Scene> scenes = new SceneGenerator(1).first(SCENES);
        for (int n = 0; n < SCENES; n++) {
            Scene scene = scenes.get(n);
            List<JsonNode> labels = labels("scene-" + n, "");
            silent += labels.isEmpty() ? 1 : 0;
            untrue += labels.stream().allMatch(label -> isTrue(label.get("text").textValue(), scene)) ? 0 : 1;
        }
        System.out.printf(
                "annotations: right name among the first five %.4f, by search for texts %.4f; labels above the threshold %d, %.3f of them right; scenes with an untrue label %.3f, without any %.3f%n",
                (double) named / corpus.size(),
                (double) found / corpus.size(),
                said,
                (double) right / said,
                (double) untrue / SCENES,
                (double) silent / SCENES);

        assertThat((double) named / corpus.size()).isGreaterThanOrEqualTo((double) found / corpus.size() - 0.01);
        assertThat((double) untrue / SCENES).isLessThanOrEqualTo(0.05);
        // As probable as they are said to be, or more, and many enough to be of use.
        assertThat((double) right / said).isGreaterThanOrEqualTo(config.labelScore());
        assertThat(said).isGreaterThan(corpus.size() / 5);
    }

    @Test
    void tellsTheLabelsOfWhatArrivesAndThatItIsGone() throws Exception {
        EmojiCorpus.Emoji emoji = corpus.stream()
                .filter(one -> one.name().equals("blue heart"))
                .findFirst()
                .orElseThrow();
        byte[] drawing = emoji.svg().getBytes(StandardCharsets.UTF_8);
        try (TopicLog log = new TopicLog("glimpse.annotations")) {
            String position = OutsideProducer.sendOne("glimpse.images", "annotated", drawing);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(of(log, "image/annotated")).hasSize(1));
            OutsideProducer.sendOne("glimpse.images", "annotated", "no picture".getBytes(StandardCharsets.UTF_8));
            OutsideProducer.sendOne("glimpse.images", "annotated", drawing);
            OutsideProducer.sendOne("glimpse.images", "annotated", null);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(of(log, "image/annotated")).hasSize(4));

            List<TopicLog.Entry> told = of(log, "image/annotated");
            JsonNode first = told.getFirst().value();
            assertThat(first.path("position").asText()).isEqualTo(position);
            assertThat(first.path("labels")).isNotEmpty().containsExactlyElementsOf(labels(emoji.id(), ""));
            assertThat(first.path("labels").findValuesAsText("text")).contains("blue heart");
            assertThat(told.get(2).value().path("labels")).isEqualTo(first.path("labels"));
            assertThat(told.get(1).record().value()).isNull();
            assertThat(told.get(3).record().value()).isNull();
        }
    }

    @Test
    void refusesWhatItDoesNotTake() {
        String id = corpus.getFirst().id();
        problem(id, "?min_score=2", "invalid-parameter")
                .body("detail", startsWith("the parameter 'min_score': it is 2.0"));
        problem(id, "?min_score=x", "invalid-parameter").body("detail", startsWith("the parameter 'min_score': 'x'"));
        problem(id, "?min_score=1&min_score=0", "invalid-parameter");
        problem(id, "?k=0", "invalid-parameter");
        problem(id, "?target=image", "unknown-parameter");
        given().get("/images/unknown/annotations").then().statusCode(404);
        given().get("/texts/" + id + "/annotations").then().statusCode(404);
        given().get("/images/" + id + "/annotations?min_score=1")
                .then()
                .statusCode(200)
                .body("labels", hasSize(0), "min_score", equalTo(1f), "kind", equalTo("image"));
    }

    private static io.restassured.response.ValidatableResponse problem(String id, String query, String kind) {
        RequestSpecification request = given();
        return request.get("/images/" + id + "/annotations" + query)
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:glimpse:problem:" + kind));
    }

    private static List<TopicLog.Entry> of(TopicLog log, String key) {
        return log.matching(entry -> entry.key().equals(key)).toList();
    }

    private static List<JsonNode> labels(String image, String query) throws Exception {
        String body = given().get("/images/" + image + "/annotations" + query)
                .then()
                .statusCode(200)
                .extract()
                .asString();
        return StreamSupport.stream(JSON.readTree(body).get("labels").spliterator(), false)
                .toList();
    }

    private static Stream<String> texts(String image) throws Exception {
        String body = given().accept("application/json")
                .get("/search?target=text&k=60&like=image/" + image)
                .then()
                .statusCode(200)
                .extract()
                .asString();
        return StreamSupport.stream(JSON.readTree(body).get("hits").spliterator(), false)
                .map(hit -> hit.get("id").textValue())
                .filter(id -> id.startsWith("emoji-"));
    }

    /** Whether every word of a label is true of one figure. */
    private static boolean isTrue(String label, Scene scene) {
        Set<String> words =
                Arrays.stream(label.toLowerCase(Locale.ROOT).split("\\W+")).collect(Collectors.toSet());
        return scene.figures().stream().anyMatch(placed -> words(placed).containsAll(words));
    }

    /** Of a figure, as captions and CLDR's names say it: a cross is a plus, a ring a hollow circle. */
    private static Set<String> words(PlacedFigure placed) {
        Set<String> words = new HashSet<>(List.of(placed.figure().colour().word()));
        words.addAll(
                switch (placed.figure().shape()) {
                    case CROSS -> List.of("cross", "plus");
                    case RING -> List.of("ring", "hollow", "circle");
                    case TRIANGLE -> List.of("triangle", "pointed", "up");
                    default -> List.of(placed.figure().shape().name().toLowerCase(Locale.ROOT));
                });
        for (Size size : Size.values()) {
            if (size.isOf(placed.radius())) {
                words.add(size.word());
            }
        }
        return words;
    }

    private int size(Kind kind) {
        try (IndexSnapshot snapshot = view.snapshot().orElse(null)) {
            return snapshot == null ? 0 : snapshot.size(kind);
        }
    }
}
