package dev.glimpse.query;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An event of an answer's stream. Its components are the JSON that goes over the wire. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface SearchEvent {

    /** The event's name on the wire. */
    @JsonIgnore
    String name();

    /** Whether nothing comes after it. */
    @JsonIgnore
    default boolean isLast() {
        return false;
    }

    /**
     * The query as it was understood. Comes first.
     *
     * @param text   the text, where one is searched for
     * @param like   the item, where what is like one is searched for
     * @param vector the vector in its address form, where one is searched for
     * @param target what is found
     * @param k      how many
     * @param filter as it was written, where there is one
     * @param live   {@code true} or {@code matches} where the answer goes on, else absent
     * @param space  the space in which the answer is ranked
     * @param self   an address that gives the same answer to a GET
     */
    record Query(
            @Nullable String text,
            @Nullable String like,
            @Nullable String vector,
            String target,
            int k,
            @Nullable String filter,
            @Nullable String live,
            EmbeddingSpace space,
            String self)
            implements SearchEvent {
        @Override
        public String name() {
            return "query";
        }
    }

    /**
     * An item enters the ranking, or moves: remove it if the list has it, then insert it at its rank.
     *
     * @param rank       from 1
     * @param similarity the cosine to the query, in [-1, 1]; absent while the query's vector is not known
     * @param score      what it is ranked by: the similarity, or what its words count (BM25), or the fused reciprocal rank of
     *     several rankings; after the stage {@code rerank} the probability of a match, where that was judged
     * @param stage      which stage found it
     * @param text       its text or caption
     * @param preview    the address of its small picture
     * @param duplicates items that are nearly the same, the nearest {@value SnapshotSearch#NAMED} at most; absent where there are
     *     none, or what is alike is not shown as one
     */
    record Hit(
            int rank,
            String kind,
            String id,
            @Nullable Float similarity,
            float score,
            String stage,
            @Nullable String text,
            @Nullable String preview,
            @Nullable Metadata metadata,
            @Nullable List<String> duplicates)
            implements SearchEvent {
        @Override
        public String name() {
            return "hit";
        }

        /** The item. */
        @JsonIgnore
        public ItemId item() {
            return ItemId.parse(kind + "/" + id);
        }

        /** Whether another hit is the same but for its rank and stage. */
        boolean countsAs(Hit other) {
            return score == other.score
                    && Objects.equals(similarity, other.similarity)
                    && Objects.equals(text, other.text)
                    && Objects.equals(metadata, other.metadata)
                    && Objects.equals(duplicates, other.duplicates);
        }

        /** The same hit of another stage. */
        Hit ofStage(String other) {
            return new Hit(rank, kind, id, similarity, score, other, text, preview, metadata, duplicates);
        }

        /** The same hit at another rank. */
        public Hit atRank(int rank) {
            return new Hit(rank, kind, id, similarity, score, stage, text, preview, metadata, duplicates);
        }
    }

    /** An item leaves the ranking. Comes before the hit that takes its place, so that the list never exceeds k. */
    record Drop(String kind, String id) implements SearchEvent {
        @Override
        public String name() {
            return "drop";
        }

        /** The item. */
        @JsonIgnore
        public ItemId item() {
            return ItemId.parse(kind + "/" + id);
        }
    }

    /**
     * A stage has ended.
     *
     * @param stage   its name: {@code encode}, {@code lexical}, {@code approximate}, {@code exact}, {@code rerank},
     *     {@code duplicates} or {@code facets}
     * @param ms      how long it took, in milliseconds
     * @param scanned how many items it compared
     * @param of      how many there are
     */
    record Stage(@JsonProperty("name") String stage, double ms, long scanned, long of) implements SearchEvent {
        @Override
        public String name() {
            return "stage";
        }
    }

    /**
     * The ranking stands.
     *
     * @param exact     whether it is what comparing with every item gives
     * @param reason    why it is not: {@code approximate} or {@code timeout}
     * @param items     how many items were searched
     * @param positions how far the view had read, by partition of the embeddings topic
     * @param cursor    for the next page, where pages were asked for and there may be one
     * @param facets    by field its values and how many items have them, where they were asked for
     * @param live      whether, and how, the answer goes on
     */
    record Final(
            boolean exact,
            @Nullable String reason,
            long items,
            Map<Integer, Long> positions,
            @Nullable String cursor,
            @Nullable Map<String, List<Facet>> facets,
            @JsonIgnore SearchQuery.Live live)
            implements SearchEvent {

        /**
         * How many items have a value.
         *
         * @param value a string, number or boolean
         */
        record Facet(Object value, long count) {}

        @Override
        public String name() {
            return "final";
        }

        @Override
        public boolean isLast() {
            return live == SearchQuery.Live.NO;
        }
    }

    /**
     * An item has arrived that is similar enough.
     *
     * @param similarity the cosine to the query, in [-1, 1]
     * @param position   of its source record
     * @param text       its text or caption
     * @param preview    the address of its small picture
     * @param resume     by partition of the embeddings topic, from where on nothing was told yet
     */
    record Match(
            String kind,
            String id,
            float similarity,
            String position,
            @Nullable String text,
            @Nullable String preview,
            @Nullable Metadata metadata,
            @JsonIgnore Map<Integer, Long> resume)
            implements SearchEvent {
        @Override
        public String name() {
            return "match";
        }
    }

    /** Nothing happened, and the connection stands. On the wire a comment, which clients pass over. */
    record Alive() implements SearchEvent {
        @Override
        public String name() {
            return "";
        }
    }

    /** What the client has is void; a full answer follows. */
    record Reset(String reason) implements SearchEvent {
        @Override
        public String name() {
            return "reset";
        }
    }

    /** It failed after the stream began (RFC 9457). */
    record Problem(String type, String title, int status, String detail) implements SearchEvent {
        @Override
        public String name() {
            return "problem";
        }

        @Override
        public boolean isLast() {
            return true;
        }
    }
}
