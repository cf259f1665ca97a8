package dev.glimpse.topic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.glimpse.item.Content;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of the source topics. What a value is, is decided in this order: null deletes; a header
 * {@code ce_specversion} makes a CloudEvent in binary mode; the content type {@code application/cloudevents+json} one in
 * structured mode; {@code application/json} the envelope; any other content type is what it says. Without a content
 * type, images go by their first byte (an opening brace is an envelope), and texts and labels are plain text. Thread-safe.
 */
public final class SourceCodec {

    /** Of CloudEvents in structured mode. */
    static final String EVENT_TYPE = "application/cloudevents+json";

    private static final Set<String> IMAGE_FIELDS = Set.of("data", "uri", "caption", "metadata");
    private static final Set<String> TEXT_FIELDS = Set.of("text", "metadata");
    private static final Set<String> LABEL_FIELDS = Set.of("text", "vocabulary", "templates", "metadata");

    /** A picture in base64 may fill a record. */
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(RecordSize.MAX_VALUE)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private SourceCodec() {}

    /**
     * Reads the id that a record's key is.
     *
     * @throws RejectedRecordException with {@link Reason#INVALID_ID}
     */
    public static ItemId readId(Kind kind, byte @Nullable [] key) throws RejectedRecordException {
        try {
            return ItemId.ofKey(kind, key == null ? new byte[0] : key);
        } catch (IllegalArgumentException e) {
            throw new RejectedRecordException(Reason.INVALID_ID, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Reads a record's value and headers.
     *
     * @throws RejectedRecordException if it is not of the topic's contract
     */
    public static SourceRecord read(ItemId item, byte @Nullable [] value, Headers headers)
            throws RejectedRecordException {
        if (value == null) {
            return new SourceRecord.Delete(item);
        }
        if (value.length == 0) {
            throw new RejectedRecordException(
                    Reason.EMPTY, "the value of %s is empty; a null value deletes".formatted(item));
        }
        String caption = SourceHeaders.text(headers, SourceHeaders.CAPTION);
        if (caption != null && caption.length() > Content.MAX_TEXT) {
            throw new RejectedRecordException(
                    Reason.MALFORMED_HEADER,
                    "the caption of %s has %d characters; at most %d are kept"
                            .formatted(item, caption.length(), Content.MAX_TEXT));
        }
        Metadata metadata = headerMetadata(headers);
        String contentType = SourceHeaders.text(headers, SourceHeaders.CONTENT_TYPE);
        if (SourceHeaders.text(headers, SourceHeaders.CLOUDEVENT_VERSION) != null
                || EVENT_TYPE.equals(essence(contentType))) {
            return readEvent(item, cloudEvent(item, headers, value), caption, metadata);
        }
        return readValue(item, contentType, value, caption, metadata);
    }

    private static SourceRecord readValue(
            ItemId item, @Nullable String contentType, byte[] value, @Nullable String caption, Metadata metadata)
            throws RejectedRecordException {
        if (isEnvelope(item, contentType, value)) {
            return readEnvelope(item, parse(item, value), caption, metadata);
        }
        String essence = essence(contentType);
        return item.kind() == Kind.IMAGE
                ? new SourceRecord.Upsert(item, picture(item, essence, value), caption, metadata)
                : new SourceRecord.Upsert(item, words(item, essence, value), null, metadata);
    }

    /** Whether a value that is no event is an envelope. */
    static boolean isEnvelope(ItemId item, @Nullable String contentType, byte[] value) {
        String essence = essence(contentType);
        return "application/json".equals(essence)
                || (essence == null && item.kind() == Kind.IMAGE && value.length > 0 && value[0] == '{');
    }

    private static Content picture(ItemId item, @Nullable String essence, byte[] value) throws RejectedRecordException {
        if (essence != null && !essence.startsWith("image/") && !essence.equals("application/octet-stream")) {
            throw unsupportedType(item, essence, "image/*, application/json or a CloudEvent");
        }
        return new Content.Picture(value, essence);
    }

    private static Content words(ItemId item, @Nullable String essence, byte[] value) throws RejectedRecordException {
        if (essence != null && !essence.equals("text/plain") && !essence.equals("application/octet-stream")) {
            throw unsupportedType(item, essence, "text/plain, application/json or a CloudEvent");
        }
        try {
            return words(
                    item,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(value))
                            .toString(),
                    List.of());
        } catch (CharacterCodingException e) {
            throw new RejectedRecordException(
                    Reason.INVALID_TEXT, "the text of %s is not valid UTF-8".formatted(item), e);
        }
    }

    private static Content words(ItemId item, String text, List<String> templates) throws RejectedRecordException {
        try {
            return new Content.Words(text, templates);
        } catch (IllegalArgumentException e) {
            throw new RejectedRecordException(
                    Reason.INVALID_TEXT, "the value of %s: %s".formatted(item, e.getMessage()), e);
        }
    }

    private static SourceRecord readEnvelope(ItemId item, JsonNode root, @Nullable String caption, Metadata metadata)
            throws RejectedRecordException {
        if (!(root instanceof ObjectNode envelope)) {
            throw malformed(item, "it must be a JSON object", null);
        }
        Set<String> known = switch (item.kind()) {
            case IMAGE -> IMAGE_FIELDS;
            case TEXT -> TEXT_FIELDS;
            case LABEL -> LABEL_FIELDS;
        };
        for (String field : (Iterable<String>) envelope::fieldNames) {
            if (!known.contains(field)) {
                throw malformed(item, "the field '%s' is unknown; known are %s".formatted(field, sorted(known)), null);
            }
        }
        Metadata whole = envelope.hasNonNull("metadata") ? metadata(item, envelope.get("metadata")) : metadata;
        return switch (item.kind()) {
            case IMAGE -> {
                String said = text(item, envelope, "caption");
                if (said != null && said.length() > Content.MAX_TEXT) {
                    throw malformed(
                            item,
                            "the caption has %d characters; at most %d are kept"
                                    .formatted(said.length(), Content.MAX_TEXT),
                            null);
                }
                yield new SourceRecord.Upsert(item, image(item, envelope), said == null ? caption : said, whole);
            }
            case TEXT -> new SourceRecord.Upsert(item, words(item, required(item, envelope), List.of()), null, whole);
            case LABEL -> {
                String vocabulary = text(item, envelope, "vocabulary");
                yield new SourceRecord.Upsert(
                        item,
                        words(item, required(item, envelope), templates(item, envelope)),
                        null,
                        vocabulary == null
                                ? whole
                                : and(item, whole, Map.of("vocabulary", vocabulary), Reason.MALFORMED_ENVELOPE));
            }
        };
    }

    private static Content image(ItemId item, ObjectNode envelope) throws RejectedRecordException {
        String data = text(item, envelope, "data");
        String uri = text(item, envelope, "uri");
        if ((data == null) == (uri == null)) {
            throw malformed(item, "it must have either 'data' or 'uri'", null);
        }
        try {
            return data != null
                    ? new Content.Picture(Base64.getDecoder().decode(data), null)
                    : new Content.Reference(URI.create(String.valueOf(uri)));
        } catch (IllegalArgumentException e) {
            throw malformed(item, (data != null ? "'data': " : "'uri': ") + e.getMessage(), e);
        }
    }

    private static List<String> templates(ItemId item, ObjectNode envelope) throws RejectedRecordException {
        List<String> templates = new ArrayList<>();
        JsonNode given = envelope.path("templates");
        boolean isList = given.isMissingNode() || given.isNull() || given.isArray();
        for (JsonNode template : given) {
            isList &= template.isTextual();
        }
        if (!isList) {
            throw malformed(item, "'templates' must be a list of sentences", null);
        }
        for (JsonNode template : given) {
            templates.add(template.textValue());
        }
        return templates;
    }

    private static String required(ItemId item, ObjectNode envelope) throws RejectedRecordException {
        String text = text(item, envelope, "text");
        if (text == null) {
            throw malformed(item, "it must have 'text'", null);
        }
        return text;
    }

    private static @Nullable String text(ItemId item, ObjectNode envelope, String field)
            throws RejectedRecordException {
        JsonNode node = envelope.get(field);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isTextual()) {
            throw malformed(item, "'%s' must be a string".formatted(field), null);
        }
        return node.textValue();
    }

    static Metadata metadata(ItemId item, JsonNode node) throws RejectedRecordException {
        try {
            return Metadata.of(node);
        } catch (IllegalArgumentException e) {
            throw malformed(item, String.valueOf(e.getMessage()), e);
        }
    }

    private static Metadata and(ItemId item, Metadata metadata, Map<String, String> fields, Reason reason)
            throws RejectedRecordException {
        try {
            return metadata.and(fields);
        } catch (IllegalArgumentException e) {
            throw new RejectedRecordException(reason, "the metadata of %s: %s".formatted(item, e.getMessage()), e);
        }
    }

    static Metadata headerMetadata(Headers headers) throws RejectedRecordException {
        String json = SourceHeaders.text(headers, SourceHeaders.METADATA);
        if (json == null) {
            return Metadata.NONE;
        }
        try {
            return Metadata.parse(json);
        } catch (IllegalArgumentException e) {
            throw new RejectedRecordException(
                    Reason.MALFORMED_HEADER, "the header %s: %s".formatted(SourceHeaders.METADATA, e.getMessage()), e);
        }
    }

    static CloudEvent cloudEvent(ItemId item, Headers headers, byte[] value) throws RejectedRecordException {
        try {
            return EVENT_TYPE.equals(essence(SourceHeaders.text(headers, SourceHeaders.CONTENT_TYPE)))
                    ? new JsonFormat().deserialize(value)
                    : KafkaMessageFactory.createReader(headers, value).toEvent();
        } catch (RuntimeException e) {
            // The SDK throws unchecked exceptions of several families.
            throw new RejectedRecordException(
                    Reason.MALFORMED_CLOUDEVENT, "the CloudEvent of %s: %s".formatted(item, e.getMessage()), e);
        }
    }

    private static SourceRecord readEvent(ItemId item, CloudEvent event, @Nullable String caption, Metadata metadata)
            throws RejectedRecordException {
        byte[] data = event.getData() == null ? new byte[0] : event.getData().toBytes();
        if (data.length == 0) {
            throw new RejectedRecordException(Reason.EMPTY, "the CloudEvent of %s has no data".formatted(item));
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        for (String name : event.getAttributeNames()) {
            attributes.put("ce." + name, String.valueOf(event.getAttribute(name)));
        }
        for (String name : event.getExtensionNames()) {
            attributes.put("ce." + name, String.valueOf(event.getExtension(name)));
        }
        SourceRecord read = readValue(item, event.getDataContentType(), data, caption, metadata);
        return switch (read) {
            case SourceRecord.Upsert(ItemId id, Content content, String said, Metadata known) ->
                new SourceRecord.Upsert(id, content, said, and(item, known, attributes, Reason.MALFORMED_CLOUDEVENT));
            case SourceRecord.Delete delete -> delete;
        };
    }

    static JsonNode parse(ItemId item, byte[] value) throws RejectedRecordException {
        try {
            return JSON.readTree(value);
        } catch (JsonProcessingException e) {
            throw malformed(item, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw malformed(item, String.valueOf(e.getMessage()), e);
        }
    }

    private static RejectedRecordException malformed(ItemId item, String rule, @Nullable Exception cause) {
        String message = "the envelope of %s: %s".formatted(item, rule);
        return cause == null
                ? new RejectedRecordException(Reason.MALFORMED_ENVELOPE, message)
                : new RejectedRecordException(Reason.MALFORMED_ENVELOPE, message, cause);
    }

    private static RejectedRecordException unsupportedType(ItemId item, String type, String taken) {
        return new RejectedRecordException(
                Reason.UNSUPPORTED_TYPE,
                "the content type of %s is %s; its topic takes %s".formatted(item, type, taken));
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    static @Nullable String essence(@Nullable String contentType) {
        if (contentType == null || contentType.isBlank()) {
            return null;
        }
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
    }
}
