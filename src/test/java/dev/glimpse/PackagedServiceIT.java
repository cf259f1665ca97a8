package dev.glimpse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.http.EventStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What survives: restarts, kills, and what lies about of another time. */
class PackagedServiceIT {

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int ITEMS = 2000;

    @TempDir
    Path folder;

    @Test
    void everyAcknowledgedItemIsThereOnceAfterAKill() throws Exception {
        try (PackagedService service = new PackagedService(folder)) {
            service.awaitReady(START);
            Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
            try (KafkaProducer<String, String> producer = producer(service)) {
                for (int i = 0; i < ITEMS; i++) {
                    ProducerRecord<String, String> item = item(i);
                    var _ = producer.send(item, (written, e) -> {
                        if (e == null) {
                            acknowledged.add(item.topic().replace("glimpse.", "/") + "/" + item.key());
                        }
                    });
                    if (i % 50 == 49) {
                        producer.flush();
                    }
                    if (i == ITEMS / 2) {
                        await().atMost(SOON).until(() -> service.metric("glimpse_encode_records_total") > 0);
                        service.kill();
                        break;
                    }
                }
                producer.close(Duration.ZERO);
            }
            assertThat(acknowledged.size()).isGreaterThan(ITEMS / 4);

            service.restart();
            service.awaitReady(START);

            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(missing(service, acknowledged)).isEmpty());
            try (KafkaProducer<String, String> producer = producer(service)) {
                for (int i = 0; i < ITEMS; i++) {
                    var _ = producer.send(item(i));
                }
            }
            await().atMost(SOON).untilAsserted(() -> assertThat(items(service)).isEqualTo(ITEMS));
        }
    }

    /** A text, or a drawing like no other. */
    private static ProducerRecord<String, String> item(int i) {
        if (i % 2 == 0) {
            return new ProducerRecord<>("glimpse.texts", "item-" + i, "item number " + i);
        }
        String drawing = """
                <svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="%d" cy="%d" r="9" fill="#%06x"/></svg>""".formatted(i % 64, i / 64, 8000 * i);
        return new ProducerRecord<>("glimpse.images", "item-" + i, drawing);
    }

    @Test
    void isReadyAfterARestartWithoutEncodingOrReadingAnythingAgain() throws Exception {
        try (PackagedService service = new PackagedService(folder)) {
            service.awaitReady(START);
            putTexts(service, 200);
            service.stop();

            service.restart();
            service.awaitReady(START);

            assertThat(items(service)).isEqualTo(200);
            assertThat(service.metric("glimpse_encode_records_total")).isZero();
            assertThat(service.metric("glimpse_view_records_total")).isZero();
        }
    }

    @Test
    void movesAViewOfAnotherClusterAsideAndBuildsItAnew() throws Exception {
        try (PackagedService service = new PackagedService(folder)) {
            service.awaitReady(START);
            putTexts(service, 20);
            service.stop();
            FreshData.delete(folder.resolve("data/kafka"));

            service.restart();
            service.awaitReady(START);

            assertThat(items(service)).isZero();
            assertThat(service.logged()).contains("it is moved aside to").contains("is of Origin[cluster=");
        }
    }

    @Test
    void servesAViewThatIsTooOldWhileItBuildsANewOne() throws Exception {
        try (PackagedService service = new PackagedService(folder)) {
            service.awaitReady(START);
            putTexts(service, 20);
            service.stop();

            service.restart("glimpse.topics.delete-retention=2s");
            service.awaitReady(START);

            assertThat(items(service)).isEqualTo(20);
            assertThat(service.logged()).contains("It serves while a new one is built beside it");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(service.logged()).contains("takes the place of the old one"));
            assertThat(items(service)).isEqualTo(20);
            // The encoder was away too long as well, by the same measure.
            assertThat(service.logged()).contains("an encoder was last seen at");
        }
    }

    @Test
    void removesWhatASourceThatWasMadeAnewNoLongerHolds() throws Exception {
        try (PackagedService service = new PackagedService(folder)) {
            service.awaitReady(START);
            putTexts(service, 20);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", service.bootstrapServers()))) {
                admin.deleteTopics(List.of("glimpse.texts")).all().get(20, TimeUnit.SECONDS);
            }
            service.stop();

            service.restart();
            service.awaitReady(START);

            await().atMost(SOON).untilAsserted(() -> assertThat(items(service)).isZero());
            assertThat(service.logged()).contains("Removed 20 items that glimpse.texts-0 no longer holds");
            putTexts(service, 3);
            assertThat(items(service)).isEqualTo(3);
        }
    }

    @Test
    void startsNothingOfItsOwnWhereAnotherKafkaIsNamed() throws Exception {
        Path other = java.nio.file.Files.createDirectories(folder.resolve("other"));
        try (PackagedService kafka = new PackagedService(folder)) {
            kafka.awaitReady(START);
            try (PackagedService service = new PackagedService(
                    other, "kafka.bootstrap.servers=" + kafka.bootstrapServers(), "glimpse.namespace=guest")) {
                service.awaitReady(START);
                putTexts(service, 3);

                assertThat(items(service)).isEqualTo(3);
                assertThat(other.resolve("data/kafka")).doesNotExist();
                assertThat(service.logged()).doesNotContain("Embedded Kafka");
                assertThat(items(kafka)).isZero();
            }
        }
    }

    private static void putTexts(PackagedService service, int count) throws Exception {
        String position = "";
        for (int i = 0; i < count; i++) {
            position = service.send(HttpRequest.newBuilder(service.at("/texts/text-" + i))
                            .header("Content-Type", "text/plain")
                            .PUT(HttpRequest.BodyPublishers.ofString("text number " + i)))
                    .headers()
                    .firstValue("Glimpse-Position")
                    .orElseThrow();
        }
        EventStream.read(service.at("/search?text=x&target=text&k=1&timeout=30s&fresh=" + position));
    }

    private static int items(PackagedService service) throws IOException {
        JsonNode document = new ObjectMapper()
                .readTree(service.send(HttpRequest.newBuilder(service.at("/search?text=x&target=any&k=1"))
                                .header("Accept", "application/json"))
                        .body());
        return document.path("final").path("items").asInt(-1);
    }

    private static List<String> missing(PackagedService service, Queue<String> addresses) throws IOException {
        List<String> missing = new ArrayList<>();
        for (String address : addresses) {
            if (service.get(address).statusCode() != 200) {
                missing.add(address);
            }
        }
        return missing;
    }

    private static KafkaProducer<String, String> producer(PackagedService service) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        service.bootstrapServers(),
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.LINGER_MS_CONFIG,
                        0),
                new StringSerializer(),
                new StringSerializer());
    }
}
