package dev.glimpse.encode;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import io.quarkus.arc.ClientProxy;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;

/** What happens when it is our fault: the record waits, and everything else goes on. */
@QuarkusTest
@WithTestResource(FreshData.class)
class EncoderTroubleIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String POISON = "what no network reads";

    @Inject
    Encoder encoder;

    @Inject
    EncodeConfig config;

    @Inject
    KafkaClients clients;

    @Inject
    Namespace namespace;

    @Test
    void triesAgainTurnsItsHealthRedAndDropsNothing() throws Exception {
        Flaky flaky = installFlaky();
        try (OutsideProducer producer = new OutsideProducer()) {
            send(producer, "before", "calm");
            awaitVisible("before");
            flaky.broken = true;
            for (int i = 0; i < 20; i++) {
                send(producer, "trouble-" + i, "trouble number " + i);
            }

            await().atMost(SOON)
                    .untilAsserted(() -> given().get("/q/health/group/encoder")
                            .then()
                            .statusCode(503)
                            .body("checks[0].data.texts", org.hamcrest.Matchers.containsString("out of order")));
            given().get("/q/health/ready").then().statusCode(200);
            given().accept(ContentType.JSON)
                    .get("/search?text=calm&target=text&k=1")
                    .then()
                    .statusCode(200)
                    .body("hits[0].id", equalTo("before"), "final.exact", is(true));
            // By then each was encoded alone, and none could be: so it is not their fault.
            await().atMost(SOON).until(() -> flaky.probes.get() > 1);
            flaky.broken = false;

            for (int i = 0; i < 20; i++) {
                awaitVisible("trouble-" + i);
            }
            given().get("/q/health/group/encoder").then().statusCode(200);
        }
    }

    @Test
    void refusesWhatAloneFailsEachTimeAndGoesOn() throws Exception {
        installFlaky();
        try (OutsideProducer producer = new OutsideProducer()) {
            send(producer, "healthy", "health before");
            send(producer, "poisonous", POISON);
            for (int i = 0; i < 20; i++) {
                send(producer, "neighbour-" + i, "neighbour number " + i);
            }

            for (int i = 0; i < 20; i++) {
                awaitVisible("neighbour-" + i);
            }
            awaitVisible("healthy");
            given().get("/texts/poisonous")
                    .then()
                    .body(
                            "state",
                            equalTo("rejected"),
                            "reason",
                            equalTo("not-encodable"),
                            "message",
                            org.hamcrest.Matchers.containsString("poisonous can't be encoded"));
            given().get("/q/health/group/encoder").then().statusCode(200);
        }
    }

    @Test
    void takesItsPlaceAgainAfterAnotherProducerFencedIt() throws Exception {
        try (OutsideProducer producer = new OutsideProducer()) {
            send(producer, "unfenced", "one");
            awaitVisible("unfenced");
            String id = namespace.transactionalId(encoder.space(), "texts", config.instance());
            try (KafkaProducer<byte[], byte[]> usurper = clients.transactionalWriter(id)) {
                usurper.initTransactions();
                send(producer, "fenced", "two");

                awaitVisible("fenced");
            }
        }
    }

    private Flaky installFlaky() {
        Flaky flaky = new Flaky(ClientProxy.unwrap(encoder));
        QuarkusMock.installMockForType(flaky, Encoder.class);
        return flaky;
    }

    private static void send(OutsideProducer producer, String id, String text) throws Exception {
        assertThat(producer.send("glimpse.texts", id, text.getBytes(StandardCharsets.UTF_8)))
                .startsWith("texts-");
    }

    private static void awaitVisible(String id) {
        await().atMost(SOON)
                .untilAsserted(() -> given().get("/texts/" + id).then().body("state", equalTo("visible")));
    }

    /** The real encoder, out of order for all texts while it is broken, and always for one. */
    private static final class Flaky implements Encoder {
        private final Encoder real;
        private final AtomicInteger probes = new AtomicInteger();
        private volatile boolean broken;

        Flaky(Encoder real) {
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
            if (broken) {
                if (texts.stream().noneMatch(text -> text.startsWith("trouble"))) {
                    probes.incrementAndGet();
                }
                throw new EncoderException("the encoder is out of order");
            }
            if (texts.contains(POISON)) {
                throw new IllegalStateException("the network is not made for this");
            }
            return real.encodeTexts(texts);
        }
    }
}
