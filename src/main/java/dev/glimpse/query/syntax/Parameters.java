package dev.glimpse.query.syntax;

import dev.glimpse.item.Position;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The parameters of an address: every one is known, or the request is refused. */
public final class Parameters {

    /** Whoever waits for positions is looked at whenever something is applied. */
    private static final int MOST_PARTITIONS = 1000;

    private final Map<String, List<String>> values;

    /** @throws InvalidQueryException if one is not among those known */
    public Parameters(Map<String, List<String>> values, Set<String> known) {
        this.values = values;
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw new InvalidQueryException(
                        InvalidQueryException.Cause.UNKNOWN_PARAMETER,
                        "the parameter '%s' is unknown; known are %s".formatted(name, new TreeSet<>(known)));
            }
        }
    }

    /** The one value of a parameter, or null where it is absent. */
    public @Nullable String one(String name) {
        List<String> all = values.getOrDefault(name, List.of());
        if (all.size() > 1) {
            throw invalid(name, "it must stand there once, and stands there %d times".formatted(all.size()));
        }
        return all.isEmpty() ? null : all.getFirst();
    }

    /** A whole number, or another where the parameter is absent. */
    int number(String name, int otherwise) {
        String value = one(name);
        try {
            return value == null ? otherwise : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw invalid(name, "'%s' is no whole number".formatted(value));
        }
    }

    /** A decimal number, or another where the parameter is absent. */
    public float decimal(String name, float otherwise) {
        String value = one(name);
        try {
            return value == null ? otherwise : Float.parseFloat(value);
        } catch (NumberFormatException e) {
            throw invalid(name, "'%s' is no number".formatted(value));
        }
    }

    /** @throws InvalidQueryException if there is another than those */
    void requireOnly(Set<String> names, String rule) {
        for (String name : new TreeSet<>(values.keySet())) {
            if (!names.contains(name)) {
                throw invalid(name, rule);
            }
        }
    }

    /** All values of a parameter that may be repeated. */
    List<String> texts(String name) {
        List<String> all = values.getOrDefault(name, List.of());
        if (all.stream().anyMatch(String::isBlank)) {
            throw invalid(name, "one of its values is empty");
        }
        return all.stream().distinct().toList();
    }

    /** The last position of each partition in a parameter: repeated, or separated by commas. */
    List<Position> positions(String name) {
        Map<List<?>, Position> last = new LinkedHashMap<>();
        for (String value : values.getOrDefault(name, List.of())) {
            for (String token : value.split(",", -1)) {
                try {
                    Position position = Position.parse(token.strip());
                    last.merge(
                            List.of(position.kind(), position.partition()),
                            position,
                            (one, other) -> one.offset() >= other.offset() ? one : other);
                } catch (IllegalArgumentException e) {
                    throw invalid(name, String.valueOf(e.getMessage()));
                }
                if (last.size() > MOST_PARTITIONS) {
                    throw invalid(name, "it has positions of more than %d partitions".formatted(MOST_PARTITIONS));
                }
            }
        }
        return List.copyOf(last.values());
    }

    /** What says that a parameter's value breaks a rule. */
    public static InvalidQueryException invalid(String name, String rule) {
        return new InvalidQueryException(
                InvalidQueryException.Cause.INVALID_PARAMETER, "the parameter '%s': %s".formatted(name, rule));
    }
}
