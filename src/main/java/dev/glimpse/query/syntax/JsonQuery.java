package dev.glimpse.query.syntax;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.filter.JsonFilter;
import dev.glimpse.item.Content;
import dev.glimpse.item.ItemId;
import dev.glimpse.query.Composition;
import dev.glimpse.query.SearchQuery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A query that is a JSON object: its fields are the parameters of an address, arrays those that may be repeated. A filter may be
 * an object, {@code image} is a picture, base64, and {@code parts} are what is put together.
 */
public final class JsonQuery {

    /** A picture of 20 MiB, in base64, and more. */
    private static final int LONGEST_STRING = 32 << 20;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(LONGEST_STRING)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final String IMAGE = "image";
    private static final String PARTS = "parts";
    private static final Set<String> SOURCES = Set.of("text", "like", IMAGE, "vector", "space");

    /** Makes the exception that says what is wrong, and where. */
    public interface Refusal {
        /** By this rule. */
        InvalidQueryException of(String rule);
    }

    /** How pictures are written. */
    public interface Files {
        /** The rule that a picture must follow. */
        String rule();

        /** A picture's bytes, at least one. */
        byte[] bytes(String written, Refusal refusal);
    }

    /** Where nothing comes with the query. */
    private enum InPlace implements Files {
        BASE64;

        @Override
        public String rule() {
            return "base64";
        }

        @Override
        public byte[] bytes(String written, Refusal refusal) {
            try {
                return Base64.getDecoder().decode(written);
            } catch (IllegalArgumentException e) {
                throw refusal.of("it is not base64: " + e.getMessage());
            }
        }
    }

    private final ObjectNode fields;
    private final Files files;

    private JsonQuery(ObjectNode fields, Files files) {
        this.fields = fields;
        this.files = files;
    }

    /** What was read already. */
    public static JsonQuery of(ObjectNode fields, Files files) {
        return new JsonQuery(fields, files);
    }

    /** @throws InvalidQueryException if it is no JSON object */
    public static JsonQuery read(byte[] body) {
        return read(body, InPlace.BASE64);
    }

    /**
     * As above.
     *
     * @param files that came with it
     */
    public static JsonQuery read(byte[] body, Files files) {
        try {
            if (JSON.readTree(body) instanceof ObjectNode fields) {
                return new JsonQuery(fields, files);
            }
        } catch (JsonProcessingException e) {
            throw malformed(e.getOriginalMessage());
        } catch (IOException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
        throw malformed("it must be an object");
    }

    private static InvalidQueryException malformed(String rule) {
        return new InvalidQueryException(
                InvalidQueryException.Cause.MALFORMED_QUERY, "the query is no JSON object: " + rule);
    }

    /** What is put together, if anything is: of {@code parts}, or of {@code image} alone. */
    public Optional<Composition> composition() {
        JsonNode parts = fields.get(PARTS);
        if (parts != null) {
            return Optional.of(parts(parts));
        }
        JsonNode image = fields.get(IMAGE);
        return image == null
                ? Optional.empty()
                : Optional.of(Composition.of(picture(image, rule -> Parameters.invalid(IMAGE, rule))));
    }

    private Composition parts(JsonNode parts) {
        if (fields.has(IMAGE)) {
            throw Parameters.invalid(IMAGE, "beside 'parts' it belongs into one of them");
        }
        if (!parts.isArray()) {
            throw Parameters.invalid(PARTS, "it must be an array");
        }
        List<Composition.Part> all = new ArrayList<>();
        for (JsonNode part : parts) {
            String at = "at /%d ".formatted(all.size());
            try {
                all.add(part(part, rule -> Parameters.invalid(PARTS, at + rule)));
            } catch (IllegalArgumentException e) {
                throw Parameters.invalid(PARTS, at + e.getMessage());
            }
        }
        try {
            return new Composition(all);
        } catch (IllegalArgumentException e) {
            throw Parameters.invalid(PARTS, String.valueOf(e.getMessage()));
        }
    }

    private Composition.Part part(JsonNode part, Refusal refusal) {
        Set<String> names = new TreeSet<>();
        part.fieldNames().forEachRemaining(names::add);
        JsonNode weight = part.path("weight");
        names.remove("weight");
        boolean vector = names.equals(Set.of("vector", "space"));
        if (!part.isObject() || names.size() != 1 && !vector || !SOURCES.containsAll(names)) {
            throw refusal.of(
                    "there must be one of text, like, image, or vector with space; and weight, if it is not 1");
        }
        if (!weight.isMissingNode() && !weight.isNumber()) {
            throw refusal.of("'weight' must be a number");
        }
        Composition.Source source = part.has(IMAGE)
                ? new Composition.Source.Picture(picture(part.get(IMAGE), refusal))
                : source(part, vector ? "vector" : names.iterator().next(), refusal);
        return new Composition.Part(source, weight.isMissingNode() ? 1 : weight.floatValue());
    }

    private static Composition.Source source(JsonNode part, String name, Refusal refusal) {
        String value = text(part, name, refusal);
        return switch (name) {
            case "text" -> new Composition.Source.Text(new SearchQuery.Subject.Text(value));
            case "like" -> new Composition.Source.Item(ItemId.parse(value));
            case "vector" ->
                new Composition.Source.Vector(
                        Embedding.parse(EmbeddingSpace.parse(text(part, "space", refusal)), value));
            default -> throw refusal.of("'space' needs a vector");
        };
    }

    private static String text(JsonNode part, String name, Refusal refusal) {
        String value = part.path(name).textValue();
        if (value == null) {
            throw refusal.of("'%s' must be a string".formatted(name));
        }
        return value;
    }

    private Content.Picture picture(JsonNode image, Refusal refusal) {
        String written = image.textValue();
        if (written == null || written.isEmpty()) {
            throw refusal.of("it must be a picture, " + files.rule());
        }
        return new Content.Picture(files.bytes(written, refusal), null);
    }

    /** The other fields, as they would stand in an address. */
    public Map<String, List<String>> parameters() {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (name.equals(PARTS)) {
                continue;
            }
            if (name.equals("filter")) {
                parameters.put(name, List.of(filter(value)));
            } else if (value.isArray()) {
                // An unknown one is refused even if it has no values.
                List<String> values = new ArrayList<>();
                value.forEach(one -> values.add(scalar(name, one)));
                parameters.put(name, values);
            } else if (!name.equals(IMAGE)) {
                parameters.put(name, List.of(scalar(name, value)));
            }
        }
        return parameters;
    }

    private static String filter(JsonNode value) {
        try {
            return JsonFilter.text(value);
        } catch (IllegalArgumentException e) {
            throw Parameters.invalid("filter", String.valueOf(e.getMessage()));
        }
    }

    private static String scalar(String name, JsonNode value) {
        if (value.isTextual() || value.isNumber() || value.isBoolean()) {
            return value.asText();
        }
        throw Parameters.invalid(name, "it must be a string or a number, true or false, or an array of those");
    }
}
