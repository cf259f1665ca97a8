package dev.glimpse.topic;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of the annotations topic: {@code image/id} as key, JSON as value, null where the image is gone, in the partition
 * with the number of the source's, and stamped with its position. Thread-safe.
 */
public final class AnnotationCodec {

    private static final int LARGEST = RecordSize.DERIVED / 2;
    private static final JsonMapper JSON = new JsonMapper();

    private final String topic;
    private final EmbeddingSpace space;

    /** A codec for the annotations topic. */
    public AnnotationCodec(Namespace namespace, EmbeddingSpace space) {
        this.topic = namespace.annotations();
        this.space = space;
    }

    /**
     * A label that was found.
     *
     * @param text       what it says, or null
     * @param score      the probability that it is right, from 0 to 1
     * @param similarity its cosine to the image
     */
    public record Label(String id, @Nullable String text, float score, float similarity, Metadata metadata) {}

    /** What was found for an image. Labels that would be too large in all are told by their ids alone. */
    public ProducerRecord<byte[], byte[]> write(ItemId image, List<Label> labels, SourceStamp source) {
        byte[] whole = value(image, labels, source, true);
        List<Header> headers = new ArrayList<>(source.headers());
        headers.add(new RecordHeader(SourceHeaders.CONTENT_TYPE, "application/json".getBytes(StandardCharsets.UTF_8)));
        return record(image, whole.length <= LARGEST ? whole : value(image, labels, source, false), headers, source);
    }

    private byte[] value(ItemId image, List<Label> labels, SourceStamp source, boolean whole) {
        ObjectNode value = JSON.createObjectNode()
                .put("id", image.id())
                .put("position", source.position().toString())
                .put("space", space.toString());
        ArrayNode all = value.putArray("labels");
        for (Label label : labels) {
            ObjectNode one = all.addObject().put("id", label.id());
            if (whole && label.text() != null) {
                one.put("text", label.text());
            }
            one.put("score", label.score()).put("similarity", label.similarity());
            if (whole && !label.metadata().isEmpty()) {
                one.set("metadata", label.metadata().object());
            }
        }
        return value.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The image is gone. */
    public ProducerRecord<byte[], byte[]> gone(ItemId image, SourceStamp source) {
        return record(image, null, source.headers(), source);
    }

    private ProducerRecord<byte[], byte[]> record(
            ItemId image, byte @Nullable [] value, List<Header> headers, SourceStamp source) {
        return new ProducerRecord<>(
                topic,
                source.position().partition(),
                image.toString().getBytes(StandardCharsets.UTF_8),
                value,
                headers);
    }
}
