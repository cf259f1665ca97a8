package dev.glimpse.topic;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** The headers of a source record that Glimpse reads. */
public final class SourceHeaders {

    /** The caption of an image, UTF-8. */
    public static final String CAPTION = "glimpse-caption";

    /** The item's metadata: a JSON object, UTF-8. */
    public static final String METADATA = "glimpse-metadata";

    /** What the value is, an RFC 9110 media type. */
    public static final String CONTENT_TYPE = "content-type";

    /** Its presence makes the record a CloudEvent in binary mode (CloudEvents' Kafka protocol binding, 3.2). */
    public static final String CLOUDEVENT_VERSION = "ce_specversion";

    private SourceHeaders() {}

    /** The last value of a header as text, or null where it is absent. */
    static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
