package dev.glimpse.item;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of what is encoded of an item: two items of equal digests have equal embeddings in one space.
 *
 * @param hex 64 lower-case hex digits
 */
public record ContentDigest(String hex) {

    /** @throws IllegalArgumentException if it has another form */
    public ContentDigest {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("'%s' is no SHA-256 in lower-case hex digits".formatted(hex));
        }
    }

    /** The digest of a picture's file. */
    public static ContentDigest of(byte[] file) {
        return new ContentDigest(HexFormat.of().formatHex(sha256().digest(file)));
    }

    /** The digest of words: of every sentence that is encoded, in order. */
    public static ContentDigest of(Content.Words words) {
        MessageDigest digest = sha256();
        for (String sentence : words.sentences()) {
            digest.update(sentence.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        return new ContentDigest(HexFormat.of().formatHex(digest.digest()));
    }

    /** The digest from its 32 bytes. */
    public static ContentDigest ofBytes(byte[] bytes) {
        return new ContentDigest(HexFormat.of().formatHex(bytes));
    }

    /** The digest's 32 bytes. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
