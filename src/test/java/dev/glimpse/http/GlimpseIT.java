package dev.glimpse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.encode.Encoder;
import dev.glimpse.encode.ImageBatch;
import io.quarkus.arc.ClientProxy;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusMock;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first glimpse: what words find, while the encoder is at work. */
@QuarkusTest
@WithTestResource(FreshData.class)
class GlimpseIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @Inject
    Encoder encoder;

    @TestHTTPResource("/")
    URI root;

    @ParameterizedTest
    @ValueSource(strings = {"vector", "hybrid"})
    void showsWhatWordsFindBeforeTheEncoderReturns(String ranking) throws Exception {
        publish(ranking);
        Held held = new Held(ClientProxy.unwrap(encoder));
        QuarkusMock.installMockForType(held, Encoder.class);
        String text = "glimpsed%20heron%20" + ranking;

        try (BufferedReader lines = open("/search?target=text&k=3&rank=" + ranking + "&text=" + text)) {
            assertThat(until(lines, "event:hit")).doesNotContain("event:hit");
            assertThat(lines.readLine())
                    .contains("\"rank\":1", "heron-" + ranking, "\"stage\":\"lexical\"")
                    .doesNotContain("similarity");
            assertThat(held.begun.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(held.returned.getCount()).isOne();

            held.release.countDown();

            List<String> rest = until(lines, "event:final");
            assertThat(rest).anyMatch(line -> line.contains("\"name\":\"encode\""));
            assertThat(rest).anyMatch(line -> line.contains("heron-" + ranking) && line.contains("similarity"));
            assertThat(lines.readLine()).contains("\"exact\":true");
        } finally {
            held.release.countDown();
        }
    }

    @Test
    void showsNothingOfWhichItIsNotKnownWhetherItIsSimilarEnough() throws Exception {
        publish("threshold");
        Held held = new Held(ClientProxy.unwrap(encoder));
        QuarkusMock.installMockForType(held, Encoder.class);
        Thread.ofVirtual().start(() -> {
            try {
                held.begun.await(10, TimeUnit.SECONDS);
                Thread.sleep(300);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            held.release.countDown();
        });
        String address = "/search?target=text&k=3&min_similarity=0.5&text=glimpsed%20heron%20threshold";

        List<EventStream.Event> events = EventStream.read(root.resolve(address));

        assertThat(events)
                .noneMatch(event -> event.data().path("stage").asText().equals("lexical"));
        assertThat(EventStream.list(events)).startsWith("text/heron-threshold");
    }

    private void publish(String name) throws Exception {
        String id = "heron-" + name;
        OutsideProducer.sendOne("glimpse.texts", id, ("a glimpsed heron " + name).getBytes(StandardCharsets.UTF_8));
        await().atMost(SOON)
                .until(() -> EventStream.list(EventStream.read(
                                root.resolve("/search?target=text&k=1&rank=lexical&text=glimpsed%20heron%20" + name)))
                        .contains("text/" + id));
    }

    private BufferedReader open(String address) throws Exception {
        HttpResponse<InputStream> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(root.resolve(address))
                                .timeout(SOON)
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /** The lines before one. */
    private static List<String> until(BufferedReader lines, String last) throws Exception {
        List<String> before = new ArrayList<>();
        for (String line = lines.readLine(); line != null && !line.equals(last); line = lines.readLine()) {
            before.add(line);
        }
        return before;
    }

    /** The real encoder, which returns when it is let. */
    private static final class Held implements Encoder {
        private final Encoder real;
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch release = new CountDownLatch(1);
        private final CountDownLatch returned = new CountDownLatch(1);

        Held(Encoder real) {
            this.real = real;
        }

        @Override
        public EmbeddingSpace space() {
            return real.space();
        }

        @Override
        public ImageBatch newImageBatch(int capacity) {
            return real.newImageBatch(capacity);
        }

        @Override
        public int drawingSize() {
            return real.drawingSize();
        }

        @Override
        public List<Embedding> encodeTexts(List<String> texts) {
            begun.countDown();
            try {
                release.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            List<Embedding> embeddings = real.encodeTexts(texts);
            returned.countDown();
            return embeddings;
        }
    }
}
