package dev.glimpse.embedding;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The space in which a model's embeddings lie, written {@code <model>.<digest>.<dimension>}, for example
 * {@code clip-vit-base-patch32.5f0e9d3b12ab.512}. The digest covers all that determines a vector; vectors of unequal
 * spaces are never compared. The written form is part of a Kafka topic's name.
 *
 * @param model     the model's name, of a-z, 0-9 and {@code -}, at most 80 characters
 * @param digest    the first 12 hex digits of the digest
 * @param dimension the number of components of a vector, 1 to {@value #MAX_DIMENSION}
 */
public record EmbeddingSpace(String model, String digest, int dimension) {

    /** The largest dimension that an index takes. */
    public static final int MAX_DIMENSION = 4096;

    private static final Pattern MODEL = Pattern.compile("[a-z0-9-]{1,80}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{12}");
    private static final Pattern WRITTEN = Pattern.compile("([a-z0-9-]{1,80})\\.([0-9a-f]{12})\\.(\\d{1,4})");

    /** @throws IllegalArgumentException if a part has another form */
    public EmbeddingSpace {
        if (!MODEL.matcher(model).matches()) {
            throw new IllegalArgumentException(
                    "the model's name '%s' must have 1 to 80 characters of a-z, 0-9 and -".formatted(model));
        }
        if (!DIGEST.matcher(digest).matches()) {
            throw new IllegalArgumentException("the digest '%s' must have 12 hex digits".formatted(digest));
        }
        if (dimension < 1 || dimension > MAX_DIMENSION) {
            throw new IllegalArgumentException("the dimension %d must be 1 to %d".formatted(dimension, MAX_DIMENSION));
        }
    }

    /** A space for a model of any name: characters that a topic's name cannot have become {@code -}. */
    public static EmbeddingSpace of(String model, String digest, int dimension) {
        String name = model.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        name = name.substring(0, Math.min(name.length(), 80)).replaceAll("^-+|-+$", "");
        return new EmbeddingSpace(name.isEmpty() ? "model" : name, digest.substring(0, 12), dimension);
    }

    /**
     * Reads the written form.
     *
     * @throws IllegalArgumentException if it has another form
     */
    @JsonCreator
    public static EmbeddingSpace parse(String written) {
        Matcher matcher = WRITTEN.matcher(written);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'%s' names no embedding space; write <model>.<12 hex digits>.<dimension>".formatted(written));
        }
        return new EmbeddingSpace(matcher.group(1), matcher.group(2), Integer.parseInt(matcher.group(3)));
    }

    @JsonValue
    @Override
    public String toString() {
        return model + "." + digest + "." + dimension;
    }
}
