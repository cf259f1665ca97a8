package dev.glimpse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Clients that leave at any moment, in any kind of answer. */
@QuarkusTest
@WithTestResource(FreshData.class)
class CancelIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int STREAMS = 1000;
    private static final int AT_ONCE = 40;
    private static final List<String> METRICS =
            List.of("glimpse_query_answers", "glimpse_query_searches", "glimpse_live_streams", "glimpse_view_waiting");

    /** The last waits for what never comes. */
    private static final List<String> KINDS = List.of(
            "&k=200",
            "&rank=hybrid&target=any",
            "&order=strict&k=100",
            "&live=true",
            "&live=matches&min_similarity=-1",
            "&live=true&rank=lexical",
            "&collapse=0.9",
            "&timeout=60s&fresh=texts-0-999999999");

    @TestHTTPResource("/")
    URI root;

    private final Map<String, Double> seen = new HashMap<>();

    @Test
    void leavesNoSearchNoSubscriptionAndNoThread() throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            records.add(OutsideProducer.record(
                    "glimpse.texts",
                    ("cancel-" + i).getBytes(StandardCharsets.UTF_8),
                    ("a kite in the wind, number " + i).getBytes(StandardCharsets.UTF_8)));
        }
        try (OutsideProducer producer = new OutsideProducer()) {
            producer.sendAll("glimpse.texts", records);
        }
        cancel(100, 1);
        awaitNothing();
        Map<String, Long> before = threads();

        cancel(STREAMS, 2);

        awaitNothing();
        // They count what is under way.
        assertThat(seen)
                .containsOnlyKeys(METRICS)
                .allSatisfy((metric, most) -> assertThat(most).as(metric).isPositive());
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(threads())
                    .allSatisfy((name, count) ->
                            assertThat(count).as(name).isLessThanOrEqualTo(before.getOrDefault(name, 0L)));
        });
    }

    private void cancel(int count, long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        List<Socket> open = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket(root.getHost(), root.getPort());
            String request = "GET /search?target=text&text=kite+" + i + KINDS.get(i % KINDS.size())
                    + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            open.add(socket);
            Thread.sleep(random.nextInt(5));
            if (open.size() == AT_ONCE) {
                if (random.nextInt(8) == 0) {
                    METRICS.forEach(metric -> seen.merge(metric, LiveReader.metric(metric), Math::max));
                }
                // In any order, and some at once.
                open.remove(0).close();
                while (open.size() > 1 && random.nextInt(3) > 0) {
                    open.remove(random.nextInt(open.size())).close();
                }
            }
        }
        for (Socket socket : open) {
            socket.close();
        }
    }

    private static void awaitNothing() {
        await().atMost(SOON).untilAsserted(() -> {
            for (String metric : METRICS) {
                assertThat(LiveReader.metric(metric)).as(metric).isZero();
            }
        });
    }

    /** Of the service, which runs in this process, by what they are for; but for the framework's own, which stay for a while. */
    private static Map<String, Long> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(thread -> thread.getName().replaceAll("\\d+", "#"))
                .filter(name -> !name.startsWith("executor-thread")
                        && !name.startsWith("vert.x")
                        && !name.startsWith("Lucene Merge")
                        && !name.startsWith("awaitility"))
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
    }
}
