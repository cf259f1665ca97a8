package dev.glimpse.topic;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Writes the records of the matches topic: the query's id as key, JSON as value, and the headers {@value #EVENT} and, of a match,
 * {@value #MATCH_ID}: query, item and source position, percent-encoded and separated by a space. A query's records lie in one
 * partition. Thread-safe.
 */
public final class MatchCodec {

    /** The header with what the record says: {@code match} or {@code active}. */
    public static final String EVENT = "glimpse-event";

    /**
     * The header by which a repetition is known: who reads what is committed sees each value once in a space, but where an item's
     * record was published anew.
     */
    public static final String MATCH_ID = "match-id";

    private static final JsonMapper JSON = new JsonMapper();
    private static final String JSON_TYPE = "application/json";

    private final String topic;

    /** A codec for the matches topic. */
    public MatchCodec(Namespace namespace) {
        this.topic = namespace.matches();
    }

    /** The record as it is sent. */
    public ProducerRecord<byte[], byte[]> write(MatchRecord record) {
        ObjectNode value = JSON.createObjectNode();
        List<Header> headers = new ArrayList<>();
        headers.add(header(SourceHeaders.CONTENT_TYPE, JSON_TYPE));
        String event = switch (record) {
            case MatchRecord.Match _ -> "match";
            case MatchRecord.Active _ -> "active";
        };
        headers.add(header(EVENT, event));
        value.put("event", event)
                .put("query", record.query())
                .put("version", record.version().toString())
                .put("space", record.space().toString());
        switch (record) {
            case MatchRecord.Match match -> {
                headers.add(header(MATCH_ID, matchId(match)));
                value.put("kind", match.item().kind().word())
                        .put("id", match.item().id())
                        .put("similarity", match.similarity())
                        .put("position", match.source().toString())
                        .put("embedding", match.embedding().toString());
                if (match.text() != null) {
                    value.put("text", match.text());
                }
                if (!match.metadata().isEmpty()) {
                    value.set("metadata", match.metadata().object());
                }
            }
            case MatchRecord.Active active -> value.put("from", active.from().toString());
        }
        return new ProducerRecord<>(
                topic,
                null,
                record.query().getBytes(StandardCharsets.UTF_8),
                value.toString().getBytes(StandardCharsets.UTF_8),
                headers);
    }

    private static String matchId(MatchRecord.Match match) {
        return encoded(match.query()) + " " + match.item().kind() + "/"
                + encoded(match.item().id()) + " " + match.source();
    }

    private static String encoded(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
