package dev.glimpse.topic;

import dev.glimpse.item.Position;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Which source record an encoder's record came from: its headers {@code glimpse-source-topic}, {@code -topic-id},
 * {@code -partition} and {@code -offset}, all as text.
 *
 * @param topic    the source topic's name
 * @param topicId  the id that the broker gave that topic, unlike that of any topic of the same name before
 * @param position where in it the record stands
 */
public record SourceStamp(String topic, String topicId, Position position) {

    private static final String TOPIC = "glimpse-source-topic";
    private static final String TOPIC_ID = "glimpse-source-topic-id";
    private static final String PARTITION = "glimpse-source-partition";
    private static final String OFFSET = "glimpse-source-offset";

    /**
     * Reads the stamp from a record's headers.
     *
     * @throws IllegalArgumentException if one is missing or malformed
     */
    public static SourceStamp read(Namespace namespace, Headers headers) {
        String topic = required(headers, TOPIC);
        return new SourceStamp(
                topic,
                required(headers, TOPIC_ID),
                new Position(
                        namespace
                                .kindOf(topic)
                                .orElseThrow(() -> new IllegalArgumentException(
                                        "the header %s names %s, which is no source topic of %s"
                                                .formatted(TOPIC, topic, namespace.name()))),
                        Integer.parseInt(required(headers, PARTITION)),
                        Long.parseLong(required(headers, OFFSET))));
    }

    /** The stamp as headers. */
    public List<Header> headers() {
        return headers(topic, topicId, new LogPosition(position.partition(), position.offset()));
    }

    /** The headers of what came from a record of any topic. */
    public static List<Header> headers(String topic, String topicId, LogPosition position) {
        return List.of(
                header(TOPIC, topic),
                header(TOPIC_ID, topicId),
                header(PARTITION, Integer.toString(position.partition())),
                header(OFFSET, Long.toString(position.offset())));
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String required(Headers headers, String name) {
        @Nullable String value = SourceHeaders.text(headers, name);
        if (value == null) {
            throw new IllegalArgumentException("the header %s is missing".formatted(name));
        }
        return value;
    }
}
