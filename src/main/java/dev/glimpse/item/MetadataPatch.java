package dev.glimpse.item;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A change of metadata: a JSON merge patch (RFC 7396). A field that it gives takes the place of the one that was there, null
 * removes it, objects are merged field by field. Immutable.
 */
public final class MetadataPatch {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ObjectNode changes;

    private MetadataPatch(ObjectNode changes) {
        this.changes = changes;
    }

    /**
     * Reads a patch from its JSON.
     *
     * @param json UTF-8
     * @throws IllegalArgumentException if it is not one JSON object: another value would take the place of all metadata
     */
    public static MetadataPatch parse(byte[] json) {
        try {
            if (JSON.readTree(json) instanceof ObjectNode changes) {
                return new MetadataPatch(changes);
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the patch is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("the patch is not JSON: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("the patch must be a JSON object, as metadata is");
    }

    /**
     * The metadata with the changes.
     *
     * @throws IllegalArgumentException if it becomes too large
     */
    public Metadata applyTo(Metadata metadata) {
        return Metadata.of(merged(metadata.object(), changes));
    }

    /** The fields, of those at the top, that it removes. */
    public Set<String> removed() {
        Set<String> removed = new TreeSet<>();
        for (Map.Entry<String, JsonNode> change : changes.properties()) {
            if (change.getValue().isNull()) {
                removed.add(change.getKey());
            }
        }
        return removed;
    }

    /** As RFC 7396, section 2, has it. */
    private static ObjectNode merged(ObjectNode target, ObjectNode patch) {
        for (Map.Entry<String, JsonNode> change : patch.properties()) {
            String field = change.getKey();
            if (change.getValue().isNull()) {
                target.remove(field);
            } else if (change.getValue() instanceof ObjectNode inner) {
                ObjectNode into = target.get(field) instanceof ObjectNode there ? there : JSON.createObjectNode();
                target.set(field, merged(into, inner));
            } else {
                target.set(field, change.getValue());
            }
        }
        return target;
    }
}
