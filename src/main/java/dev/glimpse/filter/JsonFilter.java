package dev.glimpse.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Filters as JSON, in the operators of MongoDB's query language: {@code {"category": "shoes", "price": {"$lt": 80}}}. Each is
 * written in the language of {@link FilterParser}, so both mean the same and have the same limits: a number or boolean is also
 * equal to a string of its letters, as one without quotes is there.
 *
 * <pre>
 * {"f": 1, "g": "x"}                           both are so
 * {"f": {"$eq": 1}}, {"f": {"$ne": 1}}         is it; is it not, or is absent
 * {"f": {"$gte": 1, "$lt": 5}}, $gt, $lte      numbers, and strings that are RFC 3339 times
 * {"f": {"$in": [1, "x"]}}, {"f": {"$nin": []}}
 * {"f": {"$exists": true}}
 * {"$and": []}, {"$or": []}, {"$not": {}}
 * </pre>
 */
public final class JsonFilter {

    private static final Map<String, String> COMPARISONS = Map.of("$lt", "<", "$lte", "<=", "$gt", ">", "$gte", ">=");

    /** Deeper than any filter may be. */
    private static final int MAX_DEPTH = 70;

    private JsonFilter() {}

    /**
     * Writes a filter in the language of {@link FilterParser}.
     *
     * @param filter a string in that language, or an object
     * @throws IllegalArgumentException if it is neither; the message names the place as a JSON pointer (RFC 6901) and the rule
     */
    public static String text(JsonNode filter) {
        if (filter.isTextual()) {
            return filter.textValue();
        }
        return all(filter, "", 0);
    }

    private static String all(JsonNode node, String at, int depth) {
        if (depth > MAX_DEPTH) {
            throw wrong(at, "more levels lie within each other than a filter has");
        }
        if (!(node instanceof ObjectNode object) || object.isEmpty()) {
            throw wrong(at, "an object with at least one field must stand here");
        }
        List<String> of = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            String there = within(at, name);
            switch (name) {
                case "$and" -> of.add(joined(value, " AND ", there, depth));
                case "$or" -> of.add(joined(value, " OR ", there, depth));
                case "$not" -> of.add("NOT (" + all(value, there, depth + 1) + ")");
                default -> {
                    if (name.startsWith("$")) {
                        throw wrong(there, "'%s' is unknown here; known are $and, $or and $not".formatted(name));
                    }
                    of.add(condition(quoted(name), value, there));
                }
            }
        }
        return String.join(" AND ", of);
    }

    private static String joined(JsonNode value, String with, String at, int depth) {
        if (!(value instanceof ArrayNode array) || array.isEmpty()) {
            throw wrong(at, "an array of at least one filter must stand here");
        }
        List<String> of = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            of.add("(" + all(array.get(i), at + "/" + i, depth + 1) + ")");
        }
        return "(" + String.join(with, of) + ")";
    }

    private static String condition(String field, JsonNode value, String at) {
        if (!(value instanceof ObjectNode operators)) {
            return field + ":" + scalar(value, at);
        }
        if (operators.isEmpty()) {
            throw wrong(at, "an operator must stand here; a field within an object is written with a dot");
        }
        List<String> of = new ArrayList<>();
        for (Map.Entry<String, JsonNode> operator : operators.properties()) {
            String name = operator.getKey();
            JsonNode operand = operator.getValue();
            String there = within(at, name);
            of.add(
                    switch (name) {
                        case "$eq" -> field + ":" + scalar(operand, there);
                        case "$ne" -> field + "!=" + scalar(operand, there);
                        case "$in" -> field + ":" + set(operand, there);
                        case "$nin" -> "NOT " + field + ":" + set(operand, there);
                        case "$exists" -> exists(field, operand, there);
                        case "$lt", "$lte", "$gt", "$gte" -> field + COMPARISONS.get(name) + ordered(operand, there);
                        default ->
                            throw wrong(
                                    there,
                                    "'%s' is unknown; known are $eq, $ne, $lt, $lte, $gt, $gte, $in, $nin and $exists"
                                            .formatted(name));
                    });
        }
        return String.join(" AND ", of);
    }

    private static String exists(String field, JsonNode operand, String at) {
        if (!operand.isBoolean()) {
            throw wrong(at, "true or false must stand here");
        }
        return (operand.booleanValue() ? "" : "NOT ") + field + ":*";
    }

    private static String set(JsonNode operand, String at) {
        if (!(operand instanceof ArrayNode array) || array.isEmpty()) {
            throw wrong(at, "an array of at least one value must stand here");
        }
        List<String> of = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            of.add(scalar(array.get(i), at + "/" + i));
        }
        return "(" + String.join(", ", of) + ")";
    }

    private static String scalar(JsonNode value, String at) {
        if (value.isTextual()) {
            return quoted(value.textValue());
        }
        if (value.isBoolean()) {
            return value.asText();
        }
        if (value.isNumber()) {
            return number(value, at);
        }
        throw wrong(at, "a string, a number or a boolean must stand here");
    }

    private static String ordered(JsonNode value, String at) {
        if (value.isNumber()) {
            return number(value, at);
        }
        if (value.isTextual() && Value.Time.of(value.textValue()).isPresent()) {
            return value.textValue();
        }
        throw wrong(at, "a number or an RFC 3339 date and time must stand here");
    }

    private static String number(JsonNode value, String at) {
        if (!Double.isFinite(value.doubleValue())) {
            throw wrong(at, "a number that a double can hold must stand here");
        }
        return value.asText();
    }

    private static String within(String at, String field) {
        return at + "/" + field.replace("~", "~0").replace("/", "~1");
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static IllegalArgumentException wrong(String at, String rule) {
        return new IllegalArgumentException("at '%s' %s".formatted(at, rule));
    }
}
