package dev.glimpse.match;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.SimilarityJoin;
import dev.glimpse.filter.Filter;
import dev.glimpse.filter.MetadataValues;
import dev.glimpse.topic.EmbeddingRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All queries that count, as of a position of the queries topic. */
final class StandingQueries {

    /** So many are remembered, for who takes a partition over. */
    private static final int MOST_REFUSED = 10_000;

    private final Map<String, StandingQuery> queries = new HashMap<>();
    private final SimilarityJoin<String> join;
    private final List<QueryChange.Refuse> refused = new ArrayList<>();
    private Map<Integer, Long> reached = Map.of();
    private boolean isWhole;

    /** Hears of matches. */
    @FunctionalInterface
    interface Matches {
        /** @param arrival the index of the item */
        void found(StandingQuery query, int arrival, float similarity);
    }

    StandingQueries(EmbeddingSpace space) {
        join = new SimilarityJoin<>(space);
    }

    void apply(QueryFeed.Changes changes) {
        if (changes.anew()) {
            List.copyOf(queries.keySet()).forEach(this::end);
            refused.clear();
        }
        for (QueryChange change : changes.changes()) {
            switch (change) {
                case QueryChange.Put(StandingQuery query) -> {
                    queries.put(query.id(), query);
                    join.put(query.id(), query.embedding(), query.least());
                }
                case QueryChange.End end -> end(end.id());
                case QueryChange.Refuse refuse -> {
                    end(refuse.id());
                    refused.add(refuse);
                }
            }
        }
        if (refused.size() > MOST_REFUSED) {
            refused.subList(0, refused.size() - MOST_REFUSED).clear();
        }
        reached = changes.next();
        isWhole = changes.isWhole();
    }

    private void end(@Nullable String id) {
        if (id != null && queries.remove(id) != null) {
            join.remove(id);
        }
    }

    /** By partition of the queries topic, the offset after what is applied; empty before anything is. */
    Map<Integer, Long> reached() {
        return reached;
    }

    /** Whether they are those of one moment, and not of part of a compacted topic. */
    boolean isWhole() {
        return isWhole;
    }

    /** What was refused of one partition of the queries topic, from an offset on, in order. */
    List<QueryChange.Refuse> refused(int partition, long from) {
        return refused.stream()
                .filter(of ->
                        of.version().partition() == partition && of.version().offset() >= from)
                .toList();
    }

    Collection<StandingQuery> all() {
        return queries.values();
    }

    /** Whether a query is the newest of its id. */
    boolean isCurrent(StandingQuery query) {
        return query.equals(queries.get(query.id()));
    }

    int size() {
        return queries.size();
    }

    /** Compares items with all queries. */
    void match(List<EmbeddingRecord.Embedded> items, Matches matches) {
        if (queries.isEmpty()) {
            return;
        }
        List<Embedding> embeddings =
                items.stream().map(EmbeddingRecord.Embedded::embedding).toList();
        @Nullable MetadataValues[] values = new MetadataValues[items.size()];
        join.join(embeddings, (id, arrival, similarity) -> {
            StandingQuery query = queries.get(id);
            EmbeddingRecord.Embedded item = items.get(arrival);
            if (query != null && query.kinds().contains(item.item().kind())) {
                Filter filter = query.filter();
                MetadataValues known = values[arrival];
                if (filter != null && known == null) {
                    known = MetadataValues.of(item.metadata());
                    values[arrival] = known;
                }
                if (filter == null || known != null && filter.matches(known)) {
                    matches.found(query, arrival, similarity);
                }
            }
        });
    }
}
