package dev.glimpse.item;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where one version of an item stands: an offset in one partition of its kind's source topic. Its written form
 * ({@code images-0-42}) is the freshness token that a write returns. Offsets are compared only within one partition.
 *
 * @param kind      the source topic
 * @param partition its partition, from 0
 * @param offset    the record's offset there, from 0
 */
public record Position(Kind kind, int partition, long offset) {

    private static final Pattern WRITTEN = Pattern.compile("([a-z]+)-(\\d{1,9})-(\\d{1,18})");

    /** @throws IllegalArgumentException if partition or offset is negative */
    public Position {
        if (partition < 0 || offset < 0) {
            throw new IllegalArgumentException(
                    "partition %d, offset %d is no position: neither is negative".formatted(partition, offset));
        }
    }

    /**
     * Reads the written form.
     *
     * @throws IllegalArgumentException if it has another form
     */
    public static Position parse(String token) {
        Matcher matcher = WRITTEN.matcher(token);
        if (!matcher.matches()) {
            throw malformed(token);
        }
        Kind kind = Kind.ofPlural(matcher.group(1)).orElseThrow(() -> malformed(token));
        return new Position(kind, Integer.parseInt(matcher.group(2)), Long.parseLong(matcher.group(3)));
    }

    private static IllegalArgumentException malformed(String token) {
        return new IllegalArgumentException(
                "'%s' is no position; a write returns one, such as images-0-42".formatted(token));
    }

    @Override
    public String toString() {
        return kind.plural() + "-" + partition + "-" + offset;
    }
}
