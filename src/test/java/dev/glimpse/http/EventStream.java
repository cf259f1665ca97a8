package dev.glimpse.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a stream of Server-Sent Events as any client does: by the lines on the wire. */
public final class EventStream {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * One event.
     *
     * @param id   its id, or null
     * @param name its name
     */
    public record Event(@Nullable String id, String name, JsonNode data) {}

    private EventStream() {}

    /** All events of an answer, until the server ends it. */
    public static List<Event> read(URI address) throws IOException, InterruptedException {
        return read(HttpRequest.newBuilder(address).GET());
    }

    /** As above, for any request. */
    public static List<Event> read(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = CLIENT.send(
                request.timeout(Duration.ofSeconds(30)).build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (response.statusCode() != 200
                || !response.headers().firstValue("content-type").orElse("").startsWith("text/event-stream")) {
            throw new AssertionError("no stream, but %d: %s".formatted(response.statusCode(), response.body()));
        }
        return parse(response.body());
    }

    public static List<Event> parse(String body) throws IOException {
        List<Event> events = new ArrayList<>();
        for (String block : body.split("\n\n", -1)) {
            String id = null;
            String name = "message";
            StringBuilder data = new StringBuilder();
            for (String line : block.split("\n", -1)) {
                String value = line.substring(line.indexOf(':') + 1).strip();
                if (line.startsWith("id:")) {
                    id = value;
                } else if (line.startsWith("event:")) {
                    name = value;
                } else if (line.startsWith("data:")) {
                    data.append(value);
                }
            }
            if (!data.isEmpty()) {
                events.add(new Event(id, name, JSON.readTree(data.toString())));
            }
        }
        return events;
    }

    /** The list that a client has after these events: the ten lines of the README. */
    public static List<String> list(List<Event> events) {
        List<String> list = new ArrayList<>();
        for (Event event : events) {
            String item = event.data().path("kind").asText() + "/"
                    + event.data().path("id").asText();
            switch (event.name()) {
                case "hit" -> {
                    list.remove(item);
                    list.add(event.data().get("rank").intValue() - 1, item);
                }
                case "drop" -> list.remove(item);
                case "reset" -> list.clear();
                default -> {}
            }
        }
        return list;
    }
}
