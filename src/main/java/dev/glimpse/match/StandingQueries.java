package dev.glimpse.match;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.SimilarityJoin;
import dev.glimpse.filter.Filter;
import dev.glimpse.filter.MetadataValues;
import dev.glimpse.topic.EmbeddingRecord;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All queries that count, as of a position of the queries topic. */
final class StandingQueries {

    private final Map<String, StandingQuery> queries = new HashMap<>();
    private final SimilarityJoin<String> join;
    private Map<Integer, Long> reached = Map.of();

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
        for (QueryChange change : changes.changes()) {
            switch (change) {
                case QueryChange.Put(StandingQuery query) -> {
                    queries.put(query.id(), query);
                    join.put(query.id(), query.embedding(), query.least());
                }
                case QueryChange.End end -> end(end.id());
                case QueryChange.Refuse refuse -> end(refuse.id());
            }
        }
        reached = changes.next();
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
