package dev.glimpse.match;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.TopicLog;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.query.SearchQuery;
import dev.glimpse.query.Searcher;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Queries put on a topic, and what matches them on another. */
@QuarkusTest
@WithTestResource(FreshData.class)
class StandingQueriesIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @Inject
    Searcher searcher;

    @Inject
    EmbeddingSpace space;

    @Test
    void tellsEachArrivingMatchOnceUntilTheQueryEnds() throws Exception {
        try (TopicLog log = new TopicLog("glimpse.matches");
                OutsideProducer producer = new OutsideProducer()) {
            text(producer, "lamp-0", "a green lamp on a table", "lamp");
            await().atMost(SOON)
                    .untilAsserted(() ->
                            given().get("/texts/lamp-0").then().statusCode(200).body("state", equalTo("visible")));
            float near = similarity("a green lamp", "a green lamp on a desk");
            query(producer, "green lamps", """
                    {"text": "a green lamp", "target": "text", "min_similarity": %s, "filter": {"suite": "lamp"}}
                    """.formatted(near - 0.01f));
            awaitActive(log, "green lamps", 1);

            String position = text(producer, "lamp-1", "a green lamp on a desk", "lamp");
            text(producer, "lamp-2", "a green lamp on a desk", "other");
            text(producer, "lamp-3", "twelve thousand bicycles in the rain", "lamp");
            text(producer, "lamp-1", "a green lamp on a desk", "lamp");
            text(producer, "lamp-4", "a green lamp on a desk", "lamp");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(ids(log, "green lamps")).contains("lamp-4"));
            // Put again, it counts anew; ended, it counts no longer.
            query(producer, "green lamps", """
                    {"vector": "%s", "space": "%s", "target": "any", "min_similarity": %s, "filter": "suite:lamp"}
                    """.formatted(
                            searcher.embedding(new SearchQuery.Subject.Text("a green lamp"), SOON)
                                    .toAddressForm(),
                            space,
                            near - 0.01f));
            awaitActive(log, "green lamps", 2);
            text(producer, "lamp-5", "a green lamp on a desk", "lamp");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(ids(log, "green lamps")).contains("lamp-5"));
            producer.send("glimpse.queries", "green lamps", null);
            query(producer, "after it", """
                    {"text": "a green lamp", "target": "text", "min_similarity": -1, "filter": "suite:lamp"}
                    """);
            awaitActive(log, "after it", 1);
            text(producer, "lamp-6", "a green lamp on a desk", "lamp");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(ids(log, "after it")).contains("lamp-6"));

            assertThat(ids(log, "green lamps")).containsExactly("lamp-1", "lamp-1", "lamp-4", "lamp-5");
            TopicLog.Entry first = log.matching(
                            entry -> entry.is("match") && entry.key().equals("green lamps"))
                    .findFirst()
                    .orElseThrow();
            assertThat(first.header("match-id")).isEqualTo("green%20lamps text/lamp-1 " + position);
            assertThat(first.header("content-type")).isEqualTo("application/json");
            assertThat(first.text("position")).isEqualTo(position);
            assertThat(first.text("space")).isEqualTo(space.toString());
            assertThat(first.text("text")).isEqualTo("a green lamp on a desk");
            assertThat(first.value().path("metadata").path("suite").asText()).isEqualTo("lamp");
            assertThat(first.value().path("similarity").floatValue()).isEqualTo(near);
            producer.send("glimpse.queries", "after it", null);
        }
    }

    @Test
    void refusesWhatIsNoStandingQueryAndItsNeighboursPass() throws Exception {
        String vector =
                searcher.embedding(new SearchQuery.Subject.Text("a"), SOON).toAddressForm();
        Map<String, String> wrong = Map.ofEntries(
                Map.entry("bad-empty", ""),
                Map.entry("bad-json", "{"),
                Map.entry("bad-array", "[]"),
                Map.entry("bad-nothing", "{\"min_similarity\": 0.5}"),
                Map.entry("bad-threshold", "{\"text\": \"x\"}"),
                Map.entry("bad-high", "{\"text\": \"x\", \"min_similarity\": 2}"),
                Map.entry("bad-k", "{\"text\": \"x\", \"min_similarity\": 0.5, \"k\": 3}"),
                Map.entry("bad-live", "{\"text\": \"x\", \"min_similarity\": 0.5, \"live\": true}"),
                Map.entry("bad-like", "{\"like\": \"image/1\", \"min_similarity\": 0.5}"),
                Map.entry("bad-part", "{\"parts\": [{\"like\": \"image/1\"}], \"min_similarity\": 0.5}"),
                Map.entry("bad-filter", "{\"text\": \"x\", \"min_similarity\": 0.5, \"filter\": \"a:\"}"),
                Map.entry("bad-image", "{\"image\": \"aGVsbG8=\", \"min_similarity\": 0.5}"),
                Map.entry(
                        "bad-sum",
                        "{\"parts\": [{\"text\": \"x\"}, {\"text\": \"x\", \"weight\": -1}], \"min_similarity\": 0}"),
                Map.entry(
                        "bad-space",
                        "{\"vector\": \"%s\", \"space\": \"other.0123456789ab.%d\", \"min_similarity\": 0}"
                                .formatted(vector, space.dimension())));
        try (TopicLog log = new TopicLog("glimpse.matches");
                TopicLog dead = new TopicLog("glimpse.dead-letters");
                OutsideProducer producer = new OutsideProducer()) {
            query(producer, "bad-high", "{\"text\": \"it was good before\", \"min_similarity\": 0.5}");
            awaitActive(log, "bad-high", 1);
            for (Map.Entry<String, String> one : wrong.entrySet()) {
                query(producer, one.getKey(), one.getValue());
            }
            producer.send("glimpse.queries", "", "{}".getBytes(StandardCharsets.UTF_8));
            query(producer, "neighbour", "{\"text\": \"x\", \"min_similarity\": 1}");
            awaitActive(log, "neighbour", 1);

            await().atMost(SOON).untilAsserted(() -> assertThat(refused(dead)).hasSize(wrong.size() + 1));
            for (TopicLog.Entry letter : refused(dead)) {
                String reason = letter.key().isEmpty()
                        ? "invalid-id"
                        : letter.key().equals("bad-space") ? "foreign-space" : "malformed-query";
                assertThat(letter.header("glimpse-reason")).as(letter.key()).isEqualTo(reason);
                assertThat(letter.header("glimpse-message")).as(letter.key()).contains(letter.key());
                assertThat(letter.header("glimpse-source-partition")).isEqualTo("0");
                assertThat(new String(letter.record().value(), StandardCharsets.UTF_8))
                        .isEqualTo(wrong.getOrDefault(letter.key(), "{}"));
            }
            assertThat(log.matching(entry -> entry.is("active") && wrong.containsKey(entry.key())))
                    .hasSize(1);
            producer.send("glimpse.queries", "neighbour", null);
        }
    }

    private static List<TopicLog.Entry> refused(TopicLog dead) {
        return dead.matching(entry -> entry.header("glimpse-source-topic").equals("glimpse.queries"))
                .toList();
    }

    private float similarity(String one, String other) {
        return searcher.embedding(new SearchQuery.Subject.Text(one), SOON)
                .dot(searcher.embedding(new SearchQuery.Subject.Text(other), SOON));
    }

    private static List<String> ids(TopicLog log, String query) {
        return log.matching(entry -> entry.is("match") && entry.key().equals(query))
                .map(entry -> entry.text("id"))
                .toList();
    }

    private static void awaitActive(TopicLog log, String query, int times) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(log.matching(
                                entry -> entry.is("active") && entry.key().equals(query)))
                        .hasSize(times));
    }

    private static void query(OutsideProducer producer, String id, String json) throws Exception {
        producer.send("glimpse.queries", id, json.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(OutsideProducer producer, String id, String text, String suite) throws Exception {
        return producer.send(
                "glimpse.texts",
                id,
                text.getBytes(StandardCharsets.UTF_8),
                "glimpse-metadata",
                "{\"suite\": \"%s\"}".formatted(suite));
    }
}
