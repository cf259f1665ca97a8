package dev.glimpse.topic;

/** Why a record is refused. The {@link #code()} is part of the contract of dead letters and rejections. */
public enum Reason {
    /** The key is no id: absent, empty, longer than 512 bytes, or broken UTF-8. */
    INVALID_ID("invalid-id"),
    /** The record lies outside the murmur2 partition of its key, where order by key would be lost. */
    WRONG_PARTITION("wrong-partition"),
    /** The value is empty (a deletion is a null value). */
    EMPTY("empty"),
    /** A JSON envelope that is no JSON, or not of the envelope's form. */
    MALFORMED_ENVELOPE("malformed-envelope"),
    /** A CloudEvent that lacks what the specification demands. */
    MALFORMED_CLOUDEVENT("malformed-cloudevent"),
    /** A header of ours whose value has another form. */
    MALFORMED_HEADER("malformed-header"),
    /** A content type that this topic does not take. */
    UNSUPPORTED_TYPE("unsupported-type"),
    /** A text that is blank or broken UTF-8. */
    INVALID_TEXT("invalid-text"),
    /** A reference that may not be followed. */
    REFERENCE_REFUSED("reference-refused"),
    /** A reference to a file that can't be read. */
    REFERENCE_UNREADABLE("reference-unreadable"),
    /** A picture in a format that no decoder reads. */
    UNSUPPORTED_IMAGE("unsupported-image"),
    /** A picture that is cut off or damaged. */
    DAMAGED_IMAGE("damaged-image"),
    /** A picture with too many pixels. */
    IMAGE_TOO_LARGE("image-too-large"),
    /** A drawing (SVG) that asks for what lies outside it, or for more than the limits. */
    UNSAFE_DRAWING("unsafe-drawing"),
    /** A content that is read, but that the encoder fails with each time, while it encodes others. */
    NOT_ENCODABLE("not-encodable"),
    /** A standing query that is none: malformed, without a threshold, or of what can't be encoded. */
    MALFORMED_QUERY("malformed-query"),
    /** A standing query with a vector of another embedding space. */
    FOREIGN_SPACE("foreign-space");

    private final String code;

    Reason(String code) {
        this.code = code;
    }

    /** The reason as it is written, for example {@code damaged-image}. */
    public String code() {
        return code;
    }
}
