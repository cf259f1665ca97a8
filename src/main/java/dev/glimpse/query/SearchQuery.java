package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.filter.FilterText;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Position;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A query, parsed.
 *
 * @param subject what is searched for
 * @param target  what is found
 * @param k       how many, 1 to {@value #MAX_K}
 * @param filter  what the metadata of what is found is like; null for any
 * @param minSimilarity the least similarity of what is found, the cosine: -1 to 1; -1 for any
 * @param ranking what it is ranked by
 * @param collapse from which cosine on items count as the same, and are shown as one: 0.5 to 1; null for never
 * @param paged   whether the answer may go on, page by page
 * @param facets  fields of metadata of which the values are counted
 * @param rerank  how many of the first are put in order anew by the model's reranker; 0 for none
 * @param strict  whether only ranks are sent that are settled
 * @param live    whether, and how, the answer goes on after it stands
 * @param fresh   source positions that the view must have reached first
 * @param timeout how long the answer may take, at most {@link #MAX_TIMEOUT}
 */
public record SearchQuery(
        Subject subject,
        Target target,
        int k,
        @Nullable FilterText filter,
        float minSimilarity,
        Ranking ranking,
        @Nullable Float collapse,
        boolean paged,
        List<String> facets,
        int rerank,
        boolean strict,
        Live live,
        List<Position> fresh,
        Duration timeout) {

    /** The longest answer. */
    public static final int MAX_K = 1000;

    /** How many items a reranker reads at most. */
    public static final int MAX_RERANK = 200;

    /** How many groups of items are shown as one each at most. */
    public static final int MAX_COLLAPSED = 100;

    /** How many items an answer that goes on shows at most. */
    public static final int MAX_LIVE = 100;

    /** Of how many fields values are counted at most. */
    public static final int MAX_FACETS = 10;

    /** Any similarity. */
    public static final float ANY_SIMILARITY = -1;

    /** How many items an answer has unless the query says otherwise. */
    public static final int DEFAULT_K = 20;

    /** How long an answer may take unless the query says otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    /** The longest that an answer may take. */
    public static final Duration MAX_TIMEOUT = Duration.ofSeconds(60);

    /** The longest text of a query, in characters: models read less. */
    public static final int MAX_TEXT = 10_000;

    /** What is searched for. */
    public sealed interface Subject {
        /** A text. */
        record Text(String text) implements Subject {
            /** @throws IllegalArgumentException if the text is blank or too long */
            public Text {
                if (text.isBlank()) {
                    throw new IllegalArgumentException("the text is empty");
                }
                if (text.length() > MAX_TEXT) {
                    throw new IllegalArgumentException(
                            "the text has %d characters; at most %d are taken".formatted(text.length(), MAX_TEXT));
                }
            }
        }

        /** What is like an item that the view has. */
        record Like(ItemId item) implements Subject {}

        /** A vector, for example that of a picture that was sent. */
        record Vector(Embedding embedding) implements Subject {}
    }

    /** What is ranked by. */
    public sealed interface Ranking {

        /** By similarity. */
        record Vector() implements Ranking {}

        /** By words, alone or beside. */
        sealed interface Words extends Ranking {
            /** Any of which a text or caption must have. */
            String words();
        }

        /** By what words count (BM25), and nothing else: no encoder is asked. */
        record Lexical(String words) implements Words {
            /** @throws IllegalArgumentException if the words are blank or too long */
            public Lexical {
                requireWords(words);
            }
        }

        /** By both, their ranks fused. */
        record Hybrid(String words) implements Words {
            /** @throws IllegalArgumentException if the words are blank or too long */
            public Hybrid {
                requireWords(words);
            }
        }

        private static void requireWords(String words) {
            if (words.isBlank() || words.length() > MAX_TEXT) {
                throw new IllegalArgumentException("words has %d characters; 1 to %d are taken"
                        .formatted(words.strip().length(), MAX_TEXT));
            }
        }
    }

    /** How an answer goes on. */
    public enum Live {
        /** It ends. */
        NO,
        /** Its ranking changes with the view. */
        RANKING,
        /** Each arriving item is told that is similar enough. */
        MATCHES
    }

    /** What is found. */
    public enum Target {
        /** Images. */
        IMAGE,
        /** Texts. */
        TEXT,
        /** Labels. */
        LABEL,
        /** Images and texts, fused by rank. */
        ANY;

        /** The kinds that are found. */
        public List<Kind> kinds() {
            return switch (this) {
                case IMAGE -> List.of(Kind.IMAGE);
                case TEXT -> List.of(Kind.TEXT);
                case LABEL -> List.of(Kind.LABEL);
                case ANY -> List.of(Kind.IMAGE, Kind.TEXT);
            };
        }
    }

    /** @throws IllegalArgumentException if k, the similarity, rerank or the timeout is out of range, or nothing can be reranked */
    public SearchQuery {
        if (k < 1 || k > MAX_K) {
            throw new IllegalArgumentException("k is %d; it must be 1 to %d".formatted(k, MAX_K));
        }
        // Not a number is none of these.
        if (!(minSimilarity >= -1 && minSimilarity <= 1)) {
            throw new IllegalArgumentException("min_similarity is %s; it must be -1 to 1".formatted(minSimilarity));
        }
        if (facets.size() > MAX_FACETS) {
            throw new IllegalArgumentException(
                    "facets names %d fields; at most %d are counted".formatted(facets.size(), MAX_FACETS));
        }
        facets = List.copyOf(facets);
        if (rerank < 0 || rerank > MAX_RERANK) {
            throw new IllegalArgumentException("rerank is %d; it must be 0 to %d".formatted(rerank, MAX_RERANK));
        }
        if (rerank > 0 && !(subject instanceof Subject.Text && target == Target.IMAGE)) {
            throw new IllegalArgumentException("rerank takes a text and finds images, and nothing else");
        }
        if (rerank > 0 && !(ranking instanceof Ranking.Vector)) {
            throw new IllegalArgumentException("rerank goes with rank=vector, and nothing else");
        }
        if (collapse != null && !(collapse >= 0.5 && collapse <= 1)) {
            throw new IllegalArgumentException("collapse is %s; it must be 0.5 to 1".formatted(collapse));
        }
        if (collapse != null && k > MAX_COLLAPSED) {
            throw new IllegalArgumentException("k is %d; with collapse it must be 1 to %d".formatted(k, MAX_COLLAPSED));
        }
        if (rerank > 0 && (collapse != null || paged)) {
            throw new IllegalArgumentException("rerank goes neither with collapse nor with cursor");
        }
        if (live == Live.MATCHES && !(ranking instanceof Ranking.Vector && collapse == null)) {
            throw new IllegalArgumentException("live=matches goes with rank=vector, and not with collapse");
        }
        if (live != Live.NO && strict) {
            throw new IllegalArgumentException("live does not go with order=strict: nothing is settled for good");
        }
        if (live != Live.NO && k > MAX_LIVE) {
            throw new IllegalArgumentException("k is %d; with live it must be 1 to %d".formatted(k, MAX_LIVE));
        }
        if (live != Live.NO && (rerank > 0 || paged || !facets.isEmpty())) {
            throw new IllegalArgumentException("live goes neither with rerank nor with cursor nor with facets");
        }
        if (minSimilarity > ANY_SIMILARITY && ranking instanceof Ranking.Lexical) {
            throw new IllegalArgumentException("min_similarity does not go with rank=lexical, which knows none");
        }
        if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "timeout is %d ms; it must be 1 ms to %d s".formatted(timeout.toMillis(), MAX_TIMEOUT.toSeconds()));
        }
        fresh = List.copyOf(fresh);
    }

    /** The same query within another time. */
    SearchQuery within(Duration other) {
        return new SearchQuery(
                subject,
                target,
                k,
                filter,
                minSimilarity,
                ranking,
                collapse,
                paged,
                facets,
                rerank,
                strict,
                live,
                fresh,
                other);
    }
}
