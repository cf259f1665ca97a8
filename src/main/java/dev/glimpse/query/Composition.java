package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.item.Content;
import dev.glimpse.item.ItemId;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is searched for, put together of parts: "this photo, in red, not leather". Its direction is that of the weighted sum of
 * the parts' unit vectors, {@code q = sum(w_i e_i) / |sum(w_i e_i)|}, so an item's similarity to it is, up to one factor, the
 * weighted sum of its similarities to the parts. That is Rocchio's formula, with what is wanted and what is not (J. J. Rocchio:
 * Relevance feedback in information retrieval, 1971).
 *
 * @param parts 1 to {@value #MAX_PARTS}
 */
public record Composition(List<Part> parts) {

    /** The most parts. */
    public static final int MAX_PARTS = 16;

    /** How much a part counts at most, either way. */
    public static final float MAX_WEIGHT = 100;

    /** A sum of which so little of the weights is left has no direction of its own. */
    private static final double LEAST_LENGTH = 1e-3;

    /**
     * A part.
     *
     * @param weight how much it counts; below 0 for what is not wanted
     */
    public record Part(Source source, float weight) {
        /** @throws IllegalArgumentException if the weight is no number, or too large */
        public Part {
            if (!(Math.abs(weight) <= MAX_WEIGHT)) {
                throw new IllegalArgumentException(
                        "weight is %s; it must be -%2$.0f to %2$.0f".formatted(weight, MAX_WEIGHT));
            }
        }
    }

    /** What a part is. */
    public sealed interface Source {
        /** A text, of the rules of {@link SearchQuery.Subject.Text}. */
        record Text(SearchQuery.Subject.Text text) implements Source {}

        /** A picture: equal to one of the same bytes. */
        record Picture(Content.Picture picture) implements Source {
            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof Picture of && Arrays.equals(picture.bytes(), of.picture.bytes());
            }

            @Override
            public int hashCode() {
                return Arrays.hashCode(picture.bytes());
            }
        }

        /** An item of the view. */
        record Item(ItemId item) implements Source {}

        /** A vector. */
        record Vector(Embedding embedding) implements Source {}
    }

    /** @throws IllegalArgumentException if there is no part, or there are too many */
    public Composition {
        parts = List.copyOf(parts);
        if (parts.isEmpty() || parts.size() > MAX_PARTS) {
            throw new IllegalArgumentException("there are %d; 1 to %d are taken".formatted(parts.size(), MAX_PARTS));
        }
    }

    /** A picture alone. */
    public static Composition of(Content.Picture picture) {
        return new Composition(List.of(new Part(new Source.Picture(picture), 1)));
    }

    /** The words of the texts that are wanted; null if there are none. */
    public @Nullable String words() {
        String words = parts.stream()
                .filter(part -> part.weight > 0)
                .map(Part::source)
                .filter(Source.Text.class::isInstance)
                .map(source -> ((Source.Text) source).text().text())
                .collect(Collectors.joining(" "));
        return words.isEmpty() ? null : words;
    }

    /**
     * The direction of the sum.
     *
     * @param embeddings of the parts, of one space
     * @throws QueryException if the parts cancel each other out
     */
    Embedding combined(List<Embedding> embeddings) {
        float[] sum = new float[embeddings.getFirst().components().length];
        double weights = 0;
        for (int part = 0; part < parts.size(); part++) {
            float weight = parts.get(part).weight();
            float[] components = embeddings.get(part).components();
            weights += Math.abs(weight);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += weight * components[i];
            }
        }
        double squares = 0;
        for (float component : sum) {
            squares += (double) component * component;
        }
        if (!(Math.sqrt(squares) > LEAST_LENGTH * weights)) {
            throw new QueryException(
                    QueryException.Cause.CANCELS_OUT, "the parts cancel each other out: their sum has no direction");
        }
        return Embedding.normalised(embeddings.getFirst().space(), sum);
    }
}
