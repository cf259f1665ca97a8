package dev.glimpse.filter;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What metadata must be like. A field is a path into the JSON object, its names joined by dots; a field with several values
 * (an array's) is like what any of them is like.
 */
public sealed interface Filter {

    /** All of these. */
    record All(List<Filter> of) implements Filter {}

    /** At least one of these. */
    record Any(List<Filter> of) implements Filter {}

    /** Not this: so also what does not have the field. */
    record Not(Filter filter) implements Filter {}

    /**
     * A field has one of these values. What was written without quotes is there under each type that it may have.
     *
     * @param values at least one
     */
    record OneOf(String field, Set<Value> values) implements Filter {
        /** Keeps its own. */
        public OneOf {
            values = Set.copyOf(values);
        }
    }

    /**
     * A field has a number in a range.
     *
     * @param from or null for none; likewise {@code to}
     */
    record Numbers(
            String field,
            @Nullable Bound<Value.Number> from,
            @Nullable Bound<Value.Number> to) implements Filter {}

    /**
     * A field has a moment in a range.
     *
     * @param from or null for none; likewise {@code to}
     */
    record Times(
            String field,
            @Nullable Bound<Value.Time> from,
            @Nullable Bound<Value.Time> to) implements Filter {}

    /** A field has a value, or is an object that has fields with values. */
    record Exists(String field) implements Filter {}

    /** An end of a range. */
    record Bound<V extends Value>(V value, boolean inclusive) {}

    /** Whether these values are such. */
    default boolean matches(MetadataValues values) {
        return switch (this) {
            case All(List<Filter> of) -> of.stream().allMatch(filter -> filter.matches(values));
            case Any(List<Filter> of) -> of.stream().anyMatch(filter -> filter.matches(values));
            case Not(Filter filter) -> !filter.matches(values);
            case OneOf(String field, Set<Value> wanted) ->
                values.of(field).stream().anyMatch(wanted::contains);
            case Numbers(String field, var from, var to) ->
                values.of(field).stream()
                        .anyMatch(value -> value instanceof Value.Number(double number)
                                && (from == null
                                        || isBeyond(
                                                Double.compare(
                                                        number, from.value().number()),
                                                from))
                                && (to == null
                                        || isBeyond(Double.compare(to.value().number(), number), to)));
            case Times(String field, var from, var to) ->
                values.of(field).stream()
                        .anyMatch(value -> value instanceof Value.Time time
                                && (from == null
                                        || isBeyond(
                                                Long.compare(
                                                        time.micros(),
                                                        from.value().micros()),
                                                from))
                                && (to == null
                                        || isBeyond(Long.compare(to.value().micros(), time.micros()), to)));
            case Exists(String field) -> values.has(field);
        };
    }

    private static boolean isBeyond(int comparison, Bound<?> bound) {
        return comparison > 0 || comparison == 0 && bound.inclusive();
    }
}
