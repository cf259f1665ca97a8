package dev.glimpse.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.glimpse.FreshData;
import dev.glimpse.OutsideProducer;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.encode.Encoder;
import dev.glimpse.http.EventStream;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that are not ours: a browser's {@code EventSource} and {@code curl -N} read every event there is, and the README's
 * ten lines make of what each of them read the list that comparing with every item gives.
 */
@Tag("browser")
@QuarkusTest
@WithTestResource(FreshData.class)
class ClientsIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String TEXT = "a ripe mango on the table";
    private static final int K = 4;
    private static final List<String> EVENTS =
            List.of("drop", "final", "hit", "match", "problem", "query", "reset", "stage");

    private static Chromium chromium;

    @TempDir
    Path folder;

    @TestHTTPResource("/")
    URI root;

    @Inject
    IndexView view;

    @Inject
    Encoder encoder;

    private final List<EventStream.Event> read = new ArrayList<>();
    private CuttingProxy proxy;
    private BrowserContext context;
    private Page page;

    /** Whoever reads a stream. */
    private interface Client extends AutoCloseable {
        /** What it has read so far. */
        List<EventStream.Event> events() throws IOException;

        @Override
        void close() throws Exception;
    }

    private interface Opened {
        Client open(String address, String lastEventId) throws Exception;
    }

    @BeforeAll
    static void startBrowser() {
        chromium = new Chromium();
    }

    @AfterAll
    static void stopBrowser() {
        chromium.close();
    }

    @BeforeEach
    void putItems() throws Exception {
        proxy = new CuttingProxy(root);
        context = chromium.browser().newContext();
        page = context.newPage();
        page.navigate(proxy.address().toString());
        for (int i = 0; i < 9; i++) {
            put(i, "number %d is a mango of %d days".formatted(i, 40 - i));
        }
        awaitItems(9);
    }

    @AfterEach
    void deleteItems() throws Exception {
        context.close();
        proxy.close();
        for (int i = 0; i < 20; i++) {
            OutsideProducer.sendOne("glimpse.texts", "mango-" + i, null);
        }
        awaitItems(0);
    }

    @Test
    void anEventSourceReadsEveryEvent() throws Exception {
        // It asks again by itself where it is cut off, and says what it had last.
        proxy.holdBehind("event:stage");
        readsEveryEvent((address, lastEventId) -> {
            Source source = new Source(address);
            if (!lastEventId.isEmpty()) {
                // What came just before a connection breaks, Chromium may drop with it: then it has nothing to say.
                awaitEvent(source, "query");
                proxy.cut();
            }
            return source;
        });
    }

    @Test
    void curlReadsEveryEvent() throws Exception {
        readsEveryEvent(Curl::new);
    }

    private void readsEveryEvent(Opened clients) throws Exception {
        try (Client client = clients.open(address(""), "0.3")) {
            awaitEvent(client, "final");
            assertThat(kept(client)).isEqualTo(bruteForce());
            assertThat(client.events()).extracting(EventStream.Event::name).contains("reset");
            read.addAll(client.events());
        }
        try (Client client = clients.open(address("&live=true"), "")) {
            awaitEvent(client, "final");
            assertThat(kept(client)).isEqualTo(bruteForce());
            OutsideProducer.sendOne("glimpse.texts", idOf(bruteForce().getFirst()), null);
            await().atMost(SOON).until(() -> kept(client).equals(bruteForce()) && has(client, "drop"));
            put(12, TEXT);
            await().atMost(SOON).until(() -> kept(client).getFirst().equals("text/mango-12"));
            assertThat(kept(client)).isEqualTo(bruteForce());
            read.addAll(client.events());
        }
        try (Client client = clients.open(address("&live=matches&min_similarity=0.9"), "")) {
            awaitEvent(client, "final");
            put(13, TEXT);
            awaitEvent(client, "match");
            read.addAll(client.events());
        }
        String position = OutsideProducer.sendOne("glimpse.texts", "mango-14", null);
        try (Client client = clients.open("search?like=image/none&fresh=" + position, "")) {
            awaitEvent(client, "problem");
            read.addAll(client.events());
        }
        assertThat(new TreeSet<>(read.stream().map(EventStream.Event::name).toList()))
                .containsExactlyElementsOf(EVENTS);
        assertThat(read).allSatisfy(event -> assertThat(event.id()).isNotBlank());
    }

    /** An {@code EventSource} of the page's. */
    private final class Source implements Client {

        Source(String address) {
            page.evaluate("""
                    ([address, names]) => {
                      window.events = [];
                      window.source = new EventSource(address);
                      for (const name of names) {
                        window.source.addEventListener(name, (event) =>
                          // A broken connection is an event, too, and has no data.
                          event.data && window.events.push([event.lastEventId, event.type, event.data]));
                      }
                    }""", List.of("/" + address, EVENTS));
        }

        @Override
        public List<EventStream.Event> events() throws IOException {
            ObjectMapper json = new ObjectMapper();
            List<EventStream.Event> events = new ArrayList<>();
            for (JsonNode event : json.readTree(String.valueOf(page.evaluate("JSON.stringify(window.events)")))) {
                events.add(new EventStream.Event(
                        event.get(0).textValue(),
                        event.get(1).textValue(),
                        json.readTree(event.get(2).textValue())));
            }
            return events;
        }

        @Override
        public void close() {
            page.evaluate("window.source.close()");
        }
    }

    private final class Curl implements Client {

        private final Path output = Files.createTempFile(folder, "curl", ".txt");
        private final Process process;

        Curl(String address, String lastEventId) throws IOException {
            List<String> command = new ArrayList<>(
                    List.of("curl", "-sS", "-N", root.resolve(address).toString()));
            if (!lastEventId.isEmpty()) {
                command.addAll(List.of("-H", "Last-Event-ID: " + lastEventId));
            }
            process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        }

        @Override
        public List<EventStream.Event> events() throws IOException {
            String body = Files.readString(output);
            // An event ends with an empty line.
            return EventStream.parse(body.substring(0, body.lastIndexOf("\n\n") + 1));
        }

        @Override
        public void close() throws Exception {
            process.destroy();
            process.waitFor();
        }
    }

    private static boolean has(Client client, String event) throws IOException {
        return client.events().stream().anyMatch(of -> of.name().equals(event));
    }

    private static void awaitEvent(Client client, String event) {
        await().atMost(SOON).until(() -> has(client, event));
    }

    /** The list that the README's lines make of what a client has read. */
    @SuppressWarnings("unchecked")
    private List<String> kept(Client client) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String lines = readme.substring(readme.indexOf("function keep("));
        lines = lines.substring(0, lines.indexOf("\n```"));
        List<List<String>> events = client.events().stream()
                .map(event -> List.of(event.name(), event.data().toString()))
                .toList();
        return (List<String>) page.evaluate("""
                ([lines, events]) => {
                  const keep = new Function(lines + "; return keep;")();
                  return events
                    .reduce((list, [name, data]) => keep(list, name, JSON.parse(data)), [])
                    .map((hit) => `${hit.kind}/${hit.id}`);
                }""", List.of(lines, events));
    }

    /** The first of all items, each compared with the text. */
    private List<String> bruteForce() {
        Embedding text = encoder.encodeTexts(List.of(TEXT)).getFirst();
        try (IndexSnapshot snapshot = view.snapshot().orElseThrow()) {
            return IntStream.range(0, 20)
                    .mapToObj(i -> new ItemId(Kind.TEXT, "mango-" + i))
                    .flatMap(item -> snapshot.embedding(item).stream().map(of -> Map.entry(item, text.dot(of))))
                    .sorted(Comparator.<Map.Entry<ItemId, Float>>comparingDouble(Map.Entry::getValue)
                            .reversed()
                            .thenComparing(Map.Entry::getKey))
                    .limit(K)
                    .map(of -> of.getKey().toString())
                    .toList();
        }
    }

    private static String idOf(String item) {
        return item.substring(item.indexOf('/') + 1);
    }

    private static String address(String more) {
        return "search?target=text&k=" + K + "&filter=suite%3Amango&text="
                + URLEncoder.encode(TEXT, StandardCharsets.UTF_8) + more;
    }

    private static void put(int i, String text) throws Exception {
        OutsideProducer.sendOne(
                "glimpse.texts",
                "mango-" + i,
                text.getBytes(StandardCharsets.UTF_8),
                "glimpse-metadata",
                "{\"suite\":\"mango\"}");
    }

    private void awaitItems(int count) {
        await().atMost(SOON).until(() -> {
            try (IndexSnapshot snapshot = view.snapshot().orElseThrow()) {
                return IntStream.range(0, 20)
                                .filter(i -> snapshot.embedding(new ItemId(Kind.TEXT, "mango-" + i))
                                        .isPresent())
                                .count()
                        == count;
            }
        });
    }
}
