package dev.glimpse.topic;

/**
 * How large records may be, in bytes. The topics' {@code max.message.bytes} speaks of a whole batch with keys, headers
 * and framing, hence the margins; a dead letter carries the refused record and the headers that say why.
 */
public final class RecordSize {

    private static final int MIB = 1024 * 1024;

    /** The largest value of a source record: 20 MiB. */
    public static final int MAX_VALUE = 20 * MIB;

    /** {@code max.message.bytes} of the source topics. */
    public static final int SOURCE = MAX_VALUE + MIB;

    /** {@code max.message.bytes} of the dead letters. */
    public static final int DEAD_LETTER = SOURCE + MIB;

    /** {@code max.message.bytes} of the other topics. */
    public static final int DERIVED = 2 * MIB;

    /** {@code max.request.size} of a producer that may send any of them. */
    public static final int REQUEST = DEAD_LETTER + MIB;

    private RecordSize() {}
}
