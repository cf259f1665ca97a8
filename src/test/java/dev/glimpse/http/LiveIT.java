package dev.glimpse.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that go on: {@code live=true}. */
@QuarkusTest
@WithTestResource(FreshData.class)
class LiveIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TestHTTPResource("/")
    URI root;

    @Test
    void keepsTheFirstKWhatTheyAre() throws Exception {
        for (int i = 0; i < 6; i++) {
            publish("kiwi", i, "a kiwi on plate number " + i, true);
        }
        awaitItems("kiwi", 6);
        String query = query("kiwi", "a kiwi on a plate") + "&k=3";
        try (LiveReader reader = new LiveReader(root, query + "&live=true")) {
            await().atMost(SOON).until(() -> reader.has("final"));
            assertThat(reader.list()).hasSize(3).isEqualTo(answer(query));
            assertThat(reader.events())
                    .last()
                    .satisfies(event -> assertThat(event.id()).doesNotEndWith(".end"));

            publish("kiwi", 9, "a kiwi on a plate", true);
            await().atMost(SOON).until(() -> reader.list().getFirst().equals("text/kiwi-9"));
            assertThat(reader.list()).hasSize(3).isEqualTo(answer(query));
            assertThat(reader.lines()).anyMatch(line -> line.contains("\"stage\":\"live\""));

            publish("kiwi", 9, null, true);
            await().atMost(SOON).until(() -> !reader.list().contains("text/kiwi-9"));
            await().atMost(SOON).until(() -> reader.list().equals(answer(query)));
            assertThat(reader.list()).hasSize(3);

            String first = reader.list().getFirst();
            int number = Integer.parseInt(first.substring("text/kiwi-".length()));
            publish("kiwi", number, "a kiwi on plate number " + number, false);
            await().atMost(SOON).until(() -> !reader.list().contains(first));
            await().atMost(SOON).until(() -> reader.list().equals(answer(query)));
            // Signs of life, every second in tests.
            await().atMost(SOON).until(() -> reader.lines().stream().anyMatch(line -> line.startsWith(":")));
            assertThat(reader.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "lexical", "hybrid", "any", "collapse"})
    void endsInTheListThatIsSearchedForAnew(String sort) throws Exception {
        String suite = "churn-" + sort;
        String query = query(suite, "a bird in the red tree") + "&k=7"
                + switch (sort) {
                    case "any" -> "&target=any";
                    case "collapse" -> "&collapse=0.97";
                    default -> "&rank=" + sort;
                };
        if (sort.equals("any")) {
            query = query.replace("target=text&", "");
        }
        SplittableRandom random = new SplittableRandom(sort.hashCode());
        String[] nouns = {"bird", "tree", "house", "boat", "fish", "lamp"};
        String[] colours = {"red", "blue", "green", "yellow"};
        try (LiveReader reader = new LiveReader(root, query + "&live=true")) {
            await().atMost(SOON).until(() -> reader.has("final"));
            for (int change = 0; change < 150; change++) {
                String text = random.nextInt(4) == 0
                        ? null
                        : "a %s in the %s %s number %d"
                                .formatted(
                                        nouns[random.nextInt(nouns.length)],
                                        colours[random.nextInt(colours.length)],
                                        nouns[random.nextInt(nouns.length)],
                                        random.nextInt(3));
                publish(suite, random.nextInt(40), text, true);
                if (random.nextInt(10) == 0) {
                    Thread.sleep(30);
                }
            }
            String token = publish(suite, 99, "a bird in a tree", true);
            String settled = query + "&timeout=20s&fresh=" + token;
            List<String> wanted = answer(settled);
            assertThat(wanted).hasSizeGreaterThan(3);

            await().atMost(SOON).untilAsserted(() -> assertThat(reader.list()).isEqualTo(wanted));
        }
    }

    @Test
    void givesASlowReaderTheNewestInOne() throws Exception {
        String query = query("slow", "a snail on a long road") + "&k=100";
        double before = LiveReader.metric("glimpse_live_coalesced_total");
        try (LiveReader reader = new LiveReader(root, query + "&live=true")) {
            await().atMost(SOON).until(() -> reader.has("final"));
            reader.pause();
            String token = "";
            String filler = " and more".repeat(3000);
            for (int round = 0; round < 6; round++) {
                try (OutsideProducer producer = new OutsideProducer()) {
                    for (int i = 0; i < 100; i++) {
                        String text = "a snail on road number %d of round %d%s".formatted(i, round, filler);
                        token = producer.send(
                                "glimpse.texts",
                                "slow-" + i,
                                text.getBytes(StandardCharsets.UTF_8),
                                "glimpse-metadata",
                                "{\"suite\":\"slow\"}");
                    }
                }
            }
            List<String> wanted = answer(query + "&timeout=20s&fresh=" + token);
            assertThat(wanted).hasSize(100);
            await().atMost(SOON).until(() -> LiveReader.metric("glimpse_live_coalesced_total") > before);

            reader.goOn();

            await().atMost(SOON).untilAsserted(() -> assertThat(reader.list()).isEqualTo(wanted));
            await().atMost(SOON)
                    .until(() -> reader.lines().stream()
                            .anyMatch(line -> line.contains("\"slow-7\"") && line.contains("of round 5")));
        }
    }

    @Test
    void leavesNothingBehind() throws Exception {
        await().atMost(SOON).until(() -> LiveReader.metric("glimpse_live_streams") == 0);
        List<LiveReader> readers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            readers.add(new LiveReader(root, query("nothing", "number " + i) + "&live=true"));
        }
        await().atMost(SOON).until(() -> readers.stream().allMatch(reader -> reader.has("final")));
        assertThat(LiveReader.metric("glimpse_live_streams")).isEqualTo(20);

        for (LiveReader reader : readers) {
            reader.close();
        }

        await().atMost(SOON).until(() -> LiveReader.metric("glimpse_live_streams") == 0);
    }

    @Test
    void givesAFullAnswerToWhoComesAgain() throws Exception {
        publish("again", 1, "a boomerang", true);
        awaitItems("again", 1);
        String query = query("again", "a boomerang");
        try (LiveReader reader = new LiveReader(root, query + "&live=true", "Last-Event-ID: 5.3")) {
            await().atMost(SOON).until(() -> reader.has("final"));
            assertThat(reader.lines()).contains("event:reset");
            assertThat(reader.list()).containsExactly("text/again-1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "live=yes | 'yes' is unknown; known are true, matches and false",
                "live=matches&rank=hybrid | live=matches goes with rank=vector",
                "live=matches&order=strict | live does not go with order=strict",
                "live=true&cursor=* | live goes neither with rerank nor with cursor nor with facets",
                "live=true&k=101 | k is 101; with live it must be 1 to 100",
                "live=true&facets=suite | live goes neither with rerank nor with cursor nor with facets"
            })
    void refusesWhatDoesNotGoOn(String refused) {
        String[] parts = refused.split(" \\| ");

        given().get("/search?text=a&" + parts[0]).then().statusCode(400).body("detail", containsString(parts[1]));
    }

    @Test
    void aDocumentHasAnEnd() {
        given().accept(ContentType.JSON)
                .get("/search?text=a&live=true")
                .then()
                .statusCode(400)
                .body("detail", containsString("it goes with text/event-stream"));
        given().accept(ContentType.JSON)
                .contentType(ContentType.JSON)
                .body("{\"text\": \"a\", \"live\": true}")
                .post("/search")
                .then()
                .statusCode(400)
                .body("detail", containsString("it goes with text/event-stream"));
    }

    private static String query(String suite, String text) {
        return "/search?target=text&filter=" + encoded("suite:" + suite) + "&text=" + encoded(text);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** @param passes whether the filter of its suite lets it pass */
    private static String publish(String suite, int number, @Nullable String text, boolean passes) throws Exception {
        byte[] value = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
        return OutsideProducer.sendOne(
                "glimpse.texts",
                suite + "-" + number,
                value,
                "glimpse-metadata",
                "{\"suite\":\"%s\"}".formatted(passes ? suite : "none"));
    }

    private void awaitItems(String suite, int count) {
        await().atMost(SOON).until(() -> answer(query(suite, "anything")).size() == count);
    }

    private List<String> answer(String query) throws Exception {
        return EventStream.list(EventStream.read(root.resolve(query)));
    }
}
