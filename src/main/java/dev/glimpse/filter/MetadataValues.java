package dev.glimpse.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.glimpse.item.Metadata;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The values of an item's metadata by field. Nested objects' fields are paths, their names joined by dots; an array's elements
 * are values of its field. Strings that are RFC 3339 dates and times are times too. Null is no value.
 */
public final class MetadataValues {

    private final Map<String, Set<Value>> values = new LinkedHashMap<>();
    private final Set<String> fields = new LinkedHashSet<>();

    private MetadataValues() {}

    /** Those of metadata. */
    public static MetadataValues of(Metadata metadata) {
        MetadataValues values = new MetadataValues();
        metadata.object().properties().forEach(field -> values.add(field.getKey(), field.getValue()));
        return values;
    }

    private boolean add(String path, JsonNode node) {
        boolean any = false;
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                any |= add(path + "." + field.getKey(), field.getValue());
            }
        } else if (node.isArray()) {
            for (JsonNode element : node) {
                any |= add(path, element);
            }
        } else if (!node.isNull()) {
            any = true;
            Set<Value> of = values.computeIfAbsent(path, key -> new LinkedHashSet<>());
            if (node.isTextual()) {
                of.add(new Value.Text(node.textValue()));
                Value.Time.of(node.textValue()).ifPresent(of::add);
            } else if (node.isBoolean()) {
                of.add(new Value.Truth(node.booleanValue()));
            } else if (Double.isFinite(node.doubleValue())) {
                of.add(new Value.Number(node.doubleValue()));
            }
        }
        if (any) {
            fields.add(path);
        }
        return any;
    }

    /** The values of a field; none where it has none. */
    public Set<Value> of(String field) {
        return values.getOrDefault(field, Set.of());
    }

    /** Whether a field has a value, or is an object that has fields with values. */
    public boolean has(String field) {
        return fields.contains(field);
    }

    /** The values by field. */
    public Map<String, Set<Value>> all() {
        return values;
    }

    /** The fields that have a value, and the objects that have such fields. */
    public Set<String> fields() {
        return fields;
    }
}
