package dev.glimpse.item;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/**
 * The name of an item, written {@code image/42}. Ids are ordered by kind, then by id: the order in which ties of a
 * ranking are broken.
 *
 * @param kind what the item is
 * @param id   the sender's name for it: 1 to {@value #MAX_BYTES} bytes of UTF-8, any characters
 */
public record ItemId(Kind kind, String id) implements Comparable<ItemId> {

    /** The longest id, in bytes of UTF-8. */
    public static final int MAX_BYTES = 512;

    private static final Comparator<ItemId> ORDER =
            Comparator.comparing(ItemId::kind).thenComparing(ItemId::id);

    /** @throws IllegalArgumentException if the id is empty, too long, or not expressible in UTF-8 */
    public ItemId {
        int bytes = utf8Length(id);
        if (bytes < 1 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("the id of %s has %d bytes of UTF-8; it must have 1 to %d"
                    .formatted(article(kind), bytes, MAX_BYTES));
        }
    }

    /**
     * The item whose record has this key.
     *
     * @throws IllegalArgumentException if the key is no valid id: empty, too long, or broken UTF-8
     */
    public static ItemId ofKey(Kind kind, byte[] key) {
        return new ItemId(kind, checkedId(article(kind), key));
    }

    /**
     * Reads an id from a key, of an item or of anything else that has one.
     *
     * @param of what it is the id of, for the message
     * @throws IllegalArgumentException if the key is no valid id: empty, too long, or broken UTF-8
     */
    public static String checkedId(String of, byte[] key) {
        if (key.length < 1 || key.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the id of %s has %d bytes of UTF-8; it must have 1 to %d".formatted(of, key.length, MAX_BYTES));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the id of %s is not valid UTF-8".formatted(of), e);
        }
    }

    /**
     * Reads the written form.
     *
     * @throws IllegalArgumentException if it is not {@code kind/id} with a known kind
     */
    public static ItemId parse(String written) {
        int slash = written.indexOf('/');
        Kind kind = Kind.ofWord(written.substring(0, Math.max(slash, 0)))
                .orElseThrow(() -> new IllegalArgumentException(
                        "'%s' names no item; write kind/id, where kind is image, text or label".formatted(written)));
        return new ItemId(kind, written.substring(slash + 1));
    }

    /** The id as the key of its record in the source topic. */
    public byte[] key() {
        return id.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(ItemId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return kind + "/" + id;
    }

    private static String article(Kind kind) {
        return kind == Kind.IMAGE ? "an image" : "a " + kind;
    }

    private static int utf8Length(String id) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(java.nio.CharBuffer.wrap(id))
                    .remaining();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the id has half of a surrogate pair, which UTF-8 cannot express", e);
        }
    }
}
