package dev.glimpse.http;

import dev.glimpse.item.Position;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The parameters of an address: every one is known, or the request is refused. */
final class Parameters {

    private final MultivaluedMap<String, String> values;

    /** @throws ProblemException if one is not among those known */
    Parameters(MultivaluedMap<String, String> values, Set<String> known) {
        this.values = values;
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw Problem.of(
                                400,
                                "unknown-parameter",
                                "the parameter '%s' is unknown; known are %s".formatted(name, new TreeSet<>(known)))
                        .exception();
            }
        }
    }

    /** The one value of a parameter, or null where it is absent. */
    @Nullable
    String one(String name) {
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
    float decimal(String name, float otherwise) {
        String value = one(name);
        try {
            return value == null ? otherwise : Float.parseFloat(value);
        } catch (NumberFormatException e) {
            throw invalid(name, "'%s' is no number".formatted(value));
        }
    }

    /** @throws ProblemException if there is another than those */
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

    /** All positions of a parameter: repeated, or separated by commas. */
    List<Position> positions(String name) {
        List<Position> positions = new ArrayList<>();
        for (String value : values.getOrDefault(name, List.of())) {
            for (String token : value.split(",", -1)) {
                try {
                    positions.add(Position.parse(token.strip()));
                } catch (IllegalArgumentException e) {
                    throw invalid(name, String.valueOf(e.getMessage()));
                }
            }
        }
        return positions;
    }

    static ProblemException invalid(String name, String rule) {
        return Problem.of(400, "invalid-parameter", "the parameter '%s': %s".formatted(name, rule))
                .exception();
    }
}
