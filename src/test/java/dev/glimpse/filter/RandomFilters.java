package dev.glimpse.filter;

import dev.glimpse.item.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Metadata and filters by chance, of few fields and values, so that they often agree; the fields' types vary. */
public final class RandomFilters {

    private static final String[] FIELDS = {"a", "b", "c.d", "c.e", "f"};
    private static final String[] VALUES = {
        "1", "2", "2.5", "-3", "true", "false", "red", "blue", "2026-01-01T00:00:00Z"
    };
    private static final String LONG = "long".repeat(300);

    private RandomFilters() {}

    /** Metadata. */
    public static Metadata metadata(Random random) {
        List<String> fields = new ArrayList<>();
        for (String name : new String[] {"a", "b", "f"}) {
            if (random.nextInt(4) > 0) {
                fields.add("\"%s\":%s".formatted(name, value(random)));
            }
        }
        if (random.nextBoolean()) {
            fields.add("\"c\":{\"d\":%s,\"e\":[%s,%s]}".formatted(value(random), value(random), value(random)));
        }
        return Metadata.parse("{" + String.join(",", fields) + "}");
    }

    private static String value(Random random) {
        String value = VALUES[random.nextInt(VALUES.length)];
        boolean bare = value.matches("-?[0-9.]+|true|false") && random.nextInt(4) > 0;
        return random.nextInt(12) == 0
                ? "null"
                : random.nextInt(20) == 0 ? "\"" + LONG + "\"" : bare ? value : "\"" + value + "\"";
    }

    /** A filter, as it is written. */
    public static String filter(Random random, int depth) {
        return switch (depth == 0 ? 0 : random.nextInt(5)) {
            case 1 -> "(%s AND %s)".formatted(filter(random, depth - 1), filter(random, depth - 1));
            case 2 -> "(%s OR %s)".formatted(filter(random, depth - 1), filter(random, depth - 1));
            case 3 -> "NOT " + filter(random, depth - 1);
            default -> condition(random);
        };
    }

    private static String condition(Random random) {
        String field = FIELDS[random.nextInt(FIELDS.length)];
        String value = VALUES[random.nextInt(VALUES.length)];
        int number = random.nextInt(-4, 4);
        return switch (random.nextInt(8)) {
            case 0 -> "%s:%s".formatted(field, value);
            case 1 -> "%s:\"%s\"".formatted(field, value);
            case 2 -> "%s:(%s,%s)".formatted(field, value, VALUES[random.nextInt(VALUES.length)]);
            case 3 -> field + "%s%d".formatted(new String[] {"<", "<=", ">", ">="}[random.nextInt(4)], number);
            case 4 ->
                "%s:%c%d TO %d%c"
                        .formatted(
                                field,
                                random.nextBoolean() ? '[' : '{',
                                number,
                                number + 3,
                                random.nextBoolean() ? ']' : '}');
            case 5 -> "%s>=%d-01-01T00:00:00Z".formatted(field, random.nextInt(2025, 2028));
            case 6 -> "%s:%s".formatted(field, LONG);
            default -> "%s:*".formatted(random.nextInt(4) == 0 ? "c" : field);
        };
    }
}
