package dev.glimpse.query.syntax;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.filter.FilterText;
import dev.glimpse.filter.InvalidFilterException;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Position;
import dev.glimpse.query.SearchQuery;
import dev.glimpse.query.SearchQuery.Subject;
import dev.glimpse.query.SearchQuery.Target;
import dev.glimpse.query.syntax.InvalidQueryException.Cause;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a query from the parameters of its address. */
public final class SearchParameters {

    /** Of a query whose subject is its body. */
    public static final Set<String> POST = Set.of(
            "target",
            "k",
            "filter",
            "min_similarity",
            "facets",
            "rank",
            "words",
            "collapse",
            "cursor",
            "order",
            "live",
            "fresh",
            "timeout");

    /** Of a query that has its subject among them. */
    public static final Set<String> GET = Stream.concat(
                    POST.stream(), Stream.of("text", "like", "vector", "space", "rerank"))
            .collect(Collectors.toUnmodifiableSet());

    /** All that goes with a cursor: the rest is as it was on the first page. */
    private static final Set<String> WITH_CURSOR = Set.of("cursor", "timeout");

    private static final String FIRST_PAGE = "*";

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s)?");

    /** Of the texts that are found for an image. */
    private static final Set<String> CAPTIONS = Set.of("k", "filter", "min_similarity", "collapse", "fresh", "timeout");

    private static final Map<String, String> CAPTIONS_DEFAULT = Map.of("k", "5", "collapse", "0.95");

    /** Of the labels that are found for an image. */
    private static final Set<String> ANNOTATIONS = Set.of("k", "filter", "min_similarity", "fresh", "timeout");

    private static final Map<String, String> ANNOTATIONS_DEFAULT = Map.of("k", "5");

    private final Parameters parameters;

    /** Of these. */
    public SearchParameters(Parameters parameters) {
        this.parameters = parameters;
    }

    /** The texts for an image: those that are nearly the same as one. */
    public static SearchQuery captions(ItemId image, Map<String, List<String>> given) {
        return like(image, Target.TEXT, CAPTIONS, CAPTIONS_DEFAULT, given);
    }

    /** The labels for an image. */
    public static SearchQuery annotations(ItemId image, Map<String, List<String>> given) {
        return like(image, Target.LABEL, ANNOTATIONS, ANNOTATIONS_DEFAULT, given);
    }

    private static SearchQuery like(
            ItemId image,
            Target target,
            Set<String> known,
            Map<String, String> defaults,
            Map<String, List<String>> given) {
        Map<String, List<String>> all = new HashMap<>();
        defaults.forEach((name, value) -> all.put(name, List.of(value)));
        all.putAll(given);
        // Checked first: what is added below is not for the client to say.
        new Parameters(all, known);
        all.put("target", List.of(target.name().toLowerCase(Locale.ROOT)));
        SearchParameters parameters = new SearchParameters(new Parameters(all, POST));
        return parameters.query(new Subject.Like(image), null, parameters.timeout());
    }

    /** The cursor of a page that is not the first, or null. */
    public @Nullable String cursor() {
        String cursor = parameters.one("cursor");
        if (cursor == null || cursor.equals(FIRST_PAGE)) {
            return null;
        }
        parameters.requireOnly(
                WITH_CURSOR, "it stays as it was on the first page: leave it out beside 'cursor', which goes on");
        return cursor;
    }

    /** The query of a GET. */
    public SearchQuery query() {
        Subject subject = subject();
        return query(subject, subject instanceof Subject.Text(String text) ? text : null, timeout());
    }

    /**
     * The query of a POST, whose subject is its body.
     *
     * @param said what words count where none are named; null for none
     */
    public SearchQuery query(Subject subject, @Nullable String said, Duration timeout) {
        int rerank = parameters.number("rerank", 0);
        FilterText filter = filter();
        float minSimilarity = parameters.decimal("min_similarity", SearchQuery.ANY_SIMILARITY);
        Target target = target();
        int k = parameters.number("k", SearchQuery.DEFAULT_K);
        List<String> facets = parameters.texts("facets");
        SearchQuery.Ranking ranking = ranking(said);
        Float collapse = parameters.one("collapse") == null ? null : (Float) parameters.decimal("collapse", 1);
        String cursor = parameters.one("cursor");
        if (cursor != null && !cursor.equals(FIRST_PAGE)) {
            throw Parameters.invalid("cursor", "a further page needs nothing beside it");
        }
        List<Position> fresh = parameters.positions("fresh");
        boolean strict = strict();
        SearchQuery.Live live = live();
        try {
            return new SearchQuery(
                    subject,
                    target,
                    k,
                    filter,
                    minSimilarity,
                    ranking,
                    collapse,
                    cursor != null,
                    facets,
                    rerank,
                    strict,
                    live,
                    fresh,
                    timeout);
        } catch (IllegalArgumentException e) {
            // The message begins with the parameter's name.
            String message = String.valueOf(e.getMessage());
            throw Parameters.invalid(message.split(" ", 2)[0], message);
        }
    }

    private Subject subject() {
        String text = parameters.one("text");
        String like = parameters.one("like");
        String vector = parameters.one("vector");
        String space = parameters.one("space");
        List<String> given =
                Stream.of(text, like, vector).filter(Objects::nonNull).toList();
        if (given.size() != 1) {
            throw new InvalidQueryException(
                    given.isEmpty() ? Cause.MISSING_PARAMETER : Cause.INVALID_PARAMETER,
                    "a query has one of 'text', 'like' and 'vector', and this one has %d".formatted(given.size()));
        }
        if (vector == null && space != null) {
            throw Parameters.invalid("space", "it belongs to 'vector', which is absent");
        }
        if (text != null) {
            return reject("text", () -> new Subject.Text(text));
        }
        if (like != null) {
            return reject("like", () -> new Subject.Like(ItemId.parse(like)));
        }
        return vector(String.valueOf(vector), space);
    }

    private static Subject vector(String vector, @Nullable String space) {
        if (space == null) {
            throw new InvalidQueryException(
                    Cause.MISSING_PARAMETER, "'vector' needs 'space', the embedding space that it lies in");
        }
        EmbeddingSpace known = reject("space", () -> EmbeddingSpace.parse(space));
        return reject("vector", () -> new Subject.Vector(Embedding.parse(known, vector)));
    }

    private @Nullable FilterText filter() {
        String value = parameters.one("filter");
        try {
            return value == null ? null : FilterText.parse(value);
        } catch (InvalidFilterException e) {
            throw Parameters.invalid("filter", String.valueOf(e.getMessage()));
        }
    }

    private SearchQuery.Ranking ranking(@Nullable String said) {
        String rank = parameters.one("rank");
        String given = parameters.one("words");
        if (rank == null || rank.equals("vector")) {
            if (given != null) {
                throw Parameters.invalid("words", "it belongs to rank=lexical and rank=hybrid");
            }
            return new SearchQuery.Ranking.Vector();
        }
        if (!rank.equals("lexical") && !rank.equals("hybrid")) {
            throw Parameters.invalid("rank", "'%s' is unknown; known are vector, lexical and hybrid".formatted(rank));
        }
        String words = given == null ? said : given;
        if (words == null) {
            throw new InvalidQueryException(
                    Cause.MISSING_PARAMETER, "'rank=%s' needs 'words', where there is no 'text'".formatted(rank));
        }
        return reject(
                "words",
                () -> rank.equals("lexical")
                        ? new SearchQuery.Ranking.Lexical(words)
                        : new SearchQuery.Ranking.Hybrid(words));
    }

    private boolean strict() {
        String value = parameters.one("order");
        if (value == null || value.equals("relaxed")) {
            return false;
        }
        if (!value.equals("strict")) {
            throw Parameters.invalid("order", "'%s' is unknown; known are relaxed and strict".formatted(value));
        }
        return true;
    }

    private SearchQuery.Live live() {
        String value = parameters.one("live");
        return switch (value) {
            case null -> SearchQuery.Live.NO;
            case "false" -> SearchQuery.Live.NO;
            case "true" -> SearchQuery.Live.RANKING;
            case "matches" -> SearchQuery.Live.MATCHES;
            default ->
                throw Parameters.invalid("live", "'%s' is unknown; known are true, matches and false".formatted(value));
        };
    }

    private Target target() {
        String value = parameters.one("target");
        if (value == null) {
            return Target.IMAGE;
        }
        return Arrays.stream(Target.values())
                .filter(target -> target.name().toLowerCase(Locale.ROOT).equals(value))
                .findFirst()
                .orElseThrow(() -> Parameters.invalid(
                        "target", "'%s' is unknown; known are image, text, label and any".formatted(value)));
    }

    /** Such as {@code 500ms}, {@code 2s}, or in ISO 8601 {@code PT2S}; a bare number is milliseconds. */
    public Duration timeout() {
        String value = parameters.one("timeout");
        if (value == null) {
            return SearchQuery.DEFAULT_TIMEOUT;
        }
        Matcher matcher = DURATION.matcher(value);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            Duration timeout = "s".equals(matcher.group(2)) ? Duration.ofSeconds(number) : Duration.ofMillis(number);
            return requireTimeout(timeout);
        }
        try {
            return requireTimeout(Duration.parse(value));
        } catch (DateTimeParseException e) {
            throw Parameters.invalid("timeout", "'%s' is no duration; write 500ms or 2s".formatted(value));
        }
    }

    private static Duration requireTimeout(Duration timeout) {
        if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(SearchQuery.MAX_TIMEOUT) > 0) {
            throw Parameters.invalid("timeout", "it must be 1ms to %ds".formatted(SearchQuery.MAX_TIMEOUT.toSeconds()));
        }
        return timeout;
    }

    private static <T> T reject(String name, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw Parameters.invalid(name, String.valueOf(e.getMessage()));
        }
    }
}
