package dev.glimpse.filter;

import dev.glimpse.filter.Filter.Bound;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads filters, such as {@code category:shoes AND (price<80 OR NOT brand:("Acme", Ajax))}.
 *
 * <pre>
 * filter    = and *( "OR" and )
 * and       = not *( "AND" not )
 * not       = "NOT" not / "(" filter ")" / condition
 * condition = field ":" value                       equal, under any type that the value may have
 *           / field ":" "(" value *( "," value ) ")"  one of these
 *           / field ":" ( "[" / "{" ) end "TO" end ( "]" / "}" )   with, without the ends; end = value / "*"
 *           / field ":" "*"                         there is a value
 *           / field ( "&lt;" / "&lt;=" / "&gt;" / "&gt;=" ) value   numbers and times
 *           / field "!=" value                      as NOT field:value
 * field, value = word / '"' text '"'                in quotes with \" and \\; a value in quotes is a string
 * </pre>
 *
 * <p>A word is what has neither white space nor one of {@code ( ) [ ] { } : , < > = ! "}; in a value colons are allowed, as
 * times have them. The words AND, OR, NOT and TO are written large.
 */
public final class FilterParser {

    /** The longest filter, in characters. */
    public static final int MAX_LENGTH = 4096;

    /** How many conditions a filter has at most, each of a set's values counted. */
    public static final int MAX_CONDITIONS = 1024;

    private static final int MAX_DEPTH = 64;
    private static final String ENDS_WORD = "()[]{}:,<>=!\"";

    private final String text;
    private int at;
    private int conditions;

    private FilterParser(String text) {
        this.text = text;
    }

    /**
     * Reads a filter.
     *
     * @throws InvalidFilterException if the text is none; the message names the column and the rule
     */
    public static Filter parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new InvalidFilterException(
                    MAX_LENGTH + 1,
                    "the filter has %d characters; at most %d are read".formatted(text.length(), MAX_LENGTH));
        }
        FilterParser parser = new FilterParser(text);
        Filter filter = parser.any(0);
        parser.skipSpace();
        if (parser.at < text.length()) {
            throw parser.problem("AND, OR or the end must follow, not '%s'".formatted(parser.here()));
        }
        return filter;
    }

    private Filter any(int depth) {
        List<Filter> of = new ArrayList<>(List.of(all(depth)));
        while (keyword("OR")) {
            of.add(all(depth));
        }
        return of.size() == 1 ? of.getFirst() : new Filter.Any(List.copyOf(of));
    }

    private Filter all(int depth) {
        List<Filter> of = new ArrayList<>(List.of(not(depth)));
        while (keyword("AND")) {
            of.add(not(depth));
        }
        return of.size() == 1 ? of.getFirst() : new Filter.All(List.copyOf(of));
    }

    private Filter not(int depth) {
        if (depth > MAX_DEPTH) {
            throw problem("more than %d levels lie within each other".formatted(MAX_DEPTH));
        }
        if (keyword("NOT")) {
            return new Filter.Not(not(depth + 1));
        }
        if (symbol("(")) {
            Filter within = any(depth + 1);
            expect(")");
            return within;
        }
        return condition();
    }

    private Filter condition() {
        skipSpace();
        int began = at;
        String field = word(false);
        if (field == null) {
            throw problem(
                    at < text.length() ? "a field must stand here, not '%s'".formatted(here()) : "a field is missing");
        }
        if (field.isEmpty()) {
            throw problem(began, "a field's name is empty");
        }
        if (symbol("!=")) {
            return new Filter.Not(new Filter.OneOf(field, equal()));
        }
        for (String comparison : List.of("<=", ">=", "<", ">")) {
            if (symbol(comparison)) {
                return compared(field, comparison);
            }
        }
        if (!symbol(":") && !symbol("=")) {
            throw problem("after '%s' one of : = != < <= > >= must follow".formatted(field));
        }
        if (symbol("(")) {
            return set(field);
        }
        skipSpace();
        if (at < text.length() && (text.charAt(at) == '[' || text.charAt(at) == '{')) {
            return range(field);
        }
        if (symbol("*")) {
            count();
            return new Filter.Exists(field);
        }
        return new Filter.OneOf(field, equal());
    }

    private Filter set(String field) {
        Set<Value> values = new LinkedHashSet<>(equal());
        while (symbol(",")) {
            values.addAll(equal());
        }
        expect(")");
        return new Filter.OneOf(field, values);
    }

    private Filter range(String field) {
        boolean fromInclusive = text.charAt(at++) == '[';
        int beganFrom = begin();
        Value from = end();
        if (!keyword("TO")) {
            throw problem("TO must stand between the ends of a range");
        }
        int beganTo = begin();
        Value to = end();
        boolean toInclusive = symbol("]");
        if (!toInclusive) {
            expect("}");
        }
        if (from == null && to == null) {
            throw problem(beganFrom, "a range needs one end; that there is a value is written %s:*".formatted(field));
        }
        count();
        if (from instanceof Value.Number || from == null && to instanceof Value.Number) {
            if (to != null && !(to instanceof Value.Number)) {
                throw problem(beganTo, "the ends of a range must be both numbers, or both times");
            }
            return new Filter.Numbers(
                    field,
                    from instanceof Value.Number number ? new Bound<>(number, fromInclusive) : null,
                    to instanceof Value.Number number ? new Bound<>(number, toInclusive) : null);
        }
        if (to instanceof Value.Number) {
            throw problem(beganTo, "the ends of a range must be both numbers, or both times");
        }
        return new Filter.Times(
                field,
                from instanceof Value.Time time ? new Bound<>(time, fromInclusive) : null,
                to instanceof Value.Time time ? new Bound<>(time, toInclusive) : null);
    }

    private int begin() {
        skipSpace();
        return at;
    }

    /** A number or a time; null for none. */
    private @Nullable Value end() {
        return symbol("*") ? null : ordered();
    }

    private Filter compared(String field, String comparison) {
        Value value = ordered();
        count();
        boolean inclusive = comparison.length() == 2;
        boolean below = comparison.charAt(0) == '<';
        return switch (value) {
            case Value.Number number -> {
                Bound<Value.Number> bound = new Bound<>(number, inclusive);
                yield new Filter.Numbers(field, below ? null : bound, below ? bound : null);
            }
            case Value.Time time -> {
                Bound<Value.Time> bound = new Bound<>(time, inclusive);
                yield new Filter.Times(field, below ? null : bound, below ? bound : null);
            }
            case Value.Text _, Value.Truth _ -> throw new IllegalStateException("not ordered: " + value);
        };
    }

    /** A number or a time, in quotes or not. */
    private Value ordered() {
        int began = begin();
        String word = value();
        Value.Number number = number(word);
        if (number != null) {
            return number;
        }
        return Value.Time.of(word)
                .orElseThrow(() -> problem(
                        began,
                        "'%s' must be a number, or a time such as 2026-11-25T10:00:00Z".formatted(shortened(word))));
    }

    /** What a value may be equal to. */
    private Set<Value> equal() {
        count();
        skipSpace();
        boolean quoted = at < text.length() && text.charAt(at) == '"';
        String word = value();
        Set<Value> values = new LinkedHashSet<>(Set.of(new Value.Text(word)));
        if (!quoted) {
            Value.Number number = number(word);
            if (number != null) {
                values.add(number);
            }
            if (word.equals("true") || word.equals("false")) {
                values.add(new Value.Truth(Boolean.parseBoolean(word)));
            }
            Value.Time.of(word).ifPresent(values::add);
        }
        return values;
    }

    private static Value.@Nullable Number number(String word) {
        // Double.parseDouble also reads NaN, 0x1p3 and 1d.
        if (word.isEmpty() || !word.chars().allMatch(c -> c >= '0' && c <= '9' || "+-.eE".indexOf(c) >= 0)) {
            return null;
        }
        try {
            return new Value.Number(Double.parseDouble(word));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void count() {
        if (++conditions > MAX_CONDITIONS) {
            throw problem("the filter has more than %d conditions".formatted(MAX_CONDITIONS));
        }
    }

    private String value() {
        String word = word(true);
        if (word == null) {
            throw problem(
                    at < text.length() ? "a value must stand here, not '%s'".formatted(here()) : "a value is missing");
        }
        return word;
    }

    /** A word or what stands in quotes; null where neither begins. */
    private @Nullable String word(boolean withColons) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == '"') {
            return quoted();
        }
        int began = at;
        while (at < text.length() && isOfWord(text.charAt(at), withColons)) {
            at++;
        }
        return at == began ? null : text.substring(began, at);
    }

    private static boolean isOfWord(char c, boolean withColons) {
        return withColons && c == ':' || !Character.isWhitespace(c) && ENDS_WORD.indexOf(c) < 0;
    }

    private String quoted() {
        int began = at++;
        StringBuilder word = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return word.toString();
            }
            if (c == '\\') {
                if (at == text.length() || text.charAt(at) != '"' && text.charAt(at) != '\\') {
                    throw problem(at - 1, "in quotes, \\ must stand before \" or \\");
                }
                c = text.charAt(at++);
            }
            word.append(c);
        }
        throw problem(began, "the quote that begins here does not end");
    }

    private boolean keyword(String word) {
        skipSpace();
        int end = at + word.length();
        if (!text.startsWith(word, at) || end < text.length() && isOfWord(text.charAt(end), true)) {
            return false;
        }
        at = end;
        return true;
    }

    private boolean symbol(String symbol) {
        skipSpace();
        if (!text.startsWith(symbol, at)) {
            return false;
        }
        at += symbol.length();
        return true;
    }

    private void expect(String symbol) {
        if (!symbol(symbol)) {
            throw problem(
                    at < text.length()
                            ? "'%s' must stand here, not '%s'".formatted(symbol, here())
                            : "'%s' is missing".formatted(symbol));
        }
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private String here() {
        return text.substring(at, Math.min(text.length(), at + Character.charCount(text.codePointAt(at))));
    }

    private static String shortened(String word) {
        return word.length() <= 40 ? word : word.substring(0, 40) + "…";
    }

    private InvalidFilterException problem(String rule) {
        return problem(at, rule);
    }

    private static InvalidFilterException problem(int where, String rule) {
        return new InvalidFilterException(where + 1, rule);
    }
}
