package dev.glimpse.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.glimpse.filter.JsonFilter;
import dev.glimpse.item.Content;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * A query that is a JSON object: its fields are the parameters of an address, arrays those that may be repeated. A filter may be
 * an object, and {@code image} is a picture, base64.
 */
final class JsonQuery {

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

    private final ObjectNode fields;

    private JsonQuery(ObjectNode fields) {
        this.fields = fields;
    }

    /** @throws ProblemException if it is no JSON object */
    static JsonQuery read(byte[] body) {
        try {
            if (JSON.readTree(body) instanceof ObjectNode fields) {
                return new JsonQuery(fields);
            }
        } catch (JsonProcessingException e) {
            throw malformed(e.getOriginalMessage());
        } catch (IOException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
        throw malformed("it must be an object");
    }

    private static ProblemException malformed(String rule) {
        return Problem.of(400, "malformed-query", "the query is no JSON object: " + rule)
                .exception();
    }

    /** The picture, if there is one. */
    Optional<Content.Picture> picture() {
        JsonNode image = fields.get("image");
        if (image == null) {
            return Optional.empty();
        }
        try {
            byte[] bytes = image.isTextual() ? Base64.getDecoder().decode(image.textValue()) : new byte[0];
            if (bytes.length > 0) {
                return Optional.of(new Content.Picture(bytes, null));
            }
        } catch (IllegalArgumentException e) {
            throw Parameters.invalid("image", "it is not base64: " + e.getMessage());
        }
        throw Parameters.invalid("image", "it must be a picture, base64");
    }

    /** The other fields, as they would stand in an address. */
    MultivaluedMap<String, String> parameters() {
        MultivaluedMap<String, String> parameters = new MultivaluedHashMap<>();
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (name.equals("filter")) {
                parameters.add(name, filter(value));
            } else if (value.isArray()) {
                // An unknown one is refused even if it has no values.
                parameters.put(name, new ArrayList<>());
                value.forEach(one -> parameters.add(name, scalar(name, one)));
            } else if (!name.equals("image")) {
                parameters.add(name, scalar(name, value));
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
        if (value.isTextual() || value.isNumber()) {
            return value.asText();
        }
        throw Parameters.invalid(name, "it must be a string or a number, or an array of those");
    }
}
