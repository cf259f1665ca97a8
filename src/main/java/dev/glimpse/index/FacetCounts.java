package dev.glimpse.index;

import dev.glimpse.filter.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many items have which value of a field; an item with several values counts for each of them. A moment counts as the
 * string that it is.
 */
public final class FacetCounts {

    /** The longest string that is counted, in characters. */
    public static final int LONGEST_TEXT = 1024;

    private final Map<String, Map<Value, Long>> counts = new LinkedHashMap<>();

    /** Of these fields, nothing counted yet. */
    public FacetCounts(List<String> fields) {
        fields.forEach(field -> counts.put(field, new HashMap<>()));
    }

    /** Whether values such as this are counted. */
    public static boolean isCounted(Value value) {
        return switch (value) {
            case Value.Text(String text) -> text.length() <= LONGEST_TEXT;
            case Value.Number _, Value.Truth _ -> true;
            case Value.Time _ -> false;
        };
    }

    /** Counts more items for a value. */
    public void add(String field, Value value, long items) {
        counts.getOrDefault(field, new HashMap<>()).merge(value, items, Long::sum);
    }

    /** Counts what others counted, of the same fields. */
    public void add(FacetCounts others) {
        others.counts.forEach((field, values) -> values.forEach((value, items) -> add(field, value, items)));
    }

    /** Items by value, by field. */
    public Map<String, Map<Value, Long>> counts() {
        return counts;
    }
}
