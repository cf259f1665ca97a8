package dev.glimpse.item;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What is known of an item beside its content: a JSON object of at most {@value #MAX_BYTES} bytes. Immutable.
 */
public final class Metadata {

    /** The largest metadata, in bytes of its JSON. */
    public static final int MAX_BYTES = 64 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** No metadata. */
    public static final Metadata NONE = new Metadata(JSON.createObjectNode());

    private final ObjectNode object;

    private Metadata(ObjectNode object) {
        this.object = object;
    }

    /**
     * Reads metadata from its JSON.
     *
     * @throws IllegalArgumentException if it is not one JSON object, or is too large
     */
    public static Metadata parse(String json) {
        try {
            return of(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("metadata is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Takes metadata from a node of a larger document.
     *
     * @throws IllegalArgumentException if it is no JSON object, or is too large
     */
    public static Metadata of(JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            throw new IllegalArgumentException("metadata must be a JSON object, and is "
                    + node.getNodeType().toString().toLowerCase(java.util.Locale.ROOT));
        }
        Metadata metadata = new Metadata(object.deepCopy());
        int bytes = metadata.json().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "metadata has %d bytes; at most %d are kept".formatted(bytes, MAX_BYTES));
        }
        return metadata;
    }

    /** This metadata and these further text fields; a field that both have keeps the value that it has here. */
    public Metadata and(Map<String, String> fields) {
        if (fields.isEmpty()) {
            return this;
        }
        ObjectNode joined = JSON.createObjectNode();
        fields.forEach(joined::put);
        joined.setAll(object);
        return of(joined);
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return object.isEmpty();
    }

    /** The JSON object, in one line. */
    public String json() {
        return object.toString();
    }

    /** A copy of the JSON object. */
    @JsonValue
    public ObjectNode object() {
        return object.deepCopy();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Metadata metadata && metadata.object.equals(object);
    }

    @Override
    public int hashCode() {
        return object.hashCode();
    }

    @Override
    public String toString() {
        return json();
    }
}
