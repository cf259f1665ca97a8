package dev.glimpse.match;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.item.ItemId;
import dev.glimpse.query.Composition;
import dev.glimpse.query.QueryException;
import dev.glimpse.query.SearchQuery;
import dev.glimpse.query.Searcher;
import dev.glimpse.query.syntax.InvalidQueryException;
import dev.glimpse.query.syntax.JsonQuery;
import dev.glimpse.query.syntax.Parameters;
import dev.glimpse.query.syntax.SearchParameters;
import dev.glimpse.topic.LogPosition;
import dev.glimpse.topic.Reason;
import dev.glimpse.topic.RejectedRecordException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.jspecify.annotations.Nullable;

/** Reads standing queries: the JSON of a search, with a threshold, and without what only an answer has. Thread-safe. */
final class QueryReader {

    private static final String LEAST = "min_similarity";
    private static final Set<String> KNOWN = Set.of("text", "vector", "space", "target", "filter", LEAST);

    /** Beside parts. */
    private static final Set<String> BESIDE = Set.of("target", "filter", LEAST);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String FOLLOWS_NO_ITEM =
            "a standing query can't be like an item, which may change or go: send its picture or text, or a vector";

    private final Searcher searcher;
    private final int partitions;

    /** @param partitions of the queries topic */
    QueryReader(Searcher searcher, int partitions) {
        this.searcher = searcher;
        this.partitions = partitions;
    }

    /**
     * Reads a record, and encodes what it searches for.
     *
     * @throws QueryException by no fault of the record: to be tried again
     */
    QueryChange read(ConsumerRecord<byte[], byte[]> record) {
        LogPosition version = new LogPosition(record.partition(), record.offset());
        String id = null;
        try {
            String named = id(record.key());
            requirePartition(named, record);
            id = named;
            return record.value() == null
                    ? new QueryChange.End(id, version)
                    : new QueryChange.Put(query(id, version, record.value()));
        } catch (RejectedRecordException e) {
            return new QueryChange.Refuse(id, version, e.reason(), e.sentence());
        } catch (QueryException e) {
            throw e;
        } catch (RuntimeException e) {
            // Reading a record touches nothing but the record.
            return refuse(record, e);
        }
    }

    /** What is refused after all. */
    static QueryChange.Refuse refuse(ConsumerRecord<byte[], byte[]> record, RuntimeException why) {
        String id = new String(record.key(), StandardCharsets.UTF_8);
        RejectedRecordException refused = new RejectedRecordException(
                Reason.MALFORMED_QUERY, "the query '%s' can't be read: %s".formatted(id, why.getMessage()), why);
        return new QueryChange.Refuse(
                id, new LogPosition(record.partition(), record.offset()), refused.reason(), refused.sentence());
    }

    /** Whether another text can be encoded now. */
    boolean canEncode() {
        try {
            searcher.embedding(new SearchQuery.Subject.Text("a query of " + System.nanoTime()), PATIENCE);
            return true;
        } catch (QueryException e) {
            return false;
        }
    }

    /** Else its end could lie in another partition, and be forgotten where it counts. */
    private void requirePartition(String id, ConsumerRecord<byte[], byte[]> record) throws RejectedRecordException {
        int right = BuiltInPartitioner.partitionForKey(record.key(), partitions);
        if (right != record.partition()) {
            throw new RejectedRecordException(
                    Reason.WRONG_PARTITION,
                    "the query '%s' lies in partition %d; murmur2 of its key gives %d (librdkafka: partitioner=murmur2_random)"
                            .formatted(id, record.partition(), right));
        }
    }

    private static String id(byte @Nullable [] key) throws RejectedRecordException {
        try {
            return ItemId.checkedId("a query", key == null ? new byte[0] : key);
        } catch (IllegalArgumentException e) {
            throw new RejectedRecordException(Reason.INVALID_ID, String.valueOf(e.getMessage()), e);
        }
    }

    private StandingQuery query(String id, LogPosition version, byte[] value) throws RejectedRecordException {
        try {
            JsonQuery json = JsonQuery.read(value);
            Optional<Composition> composition = json.composition();
            SearchQuery query =
                    composition.isPresent() ? parsed(composition.get(), json.parameters()) : parsed(json.parameters());
            Embedding embedding = searcher.embedding(query.subject(), PATIENCE);
            return new StandingQuery(
                    id,
                    version,
                    embedding,
                    Set.copyOf(query.target().kinds()),
                    query.minSimilarity(),
                    query.filter() == null ? null : query.filter().filter());
        } catch (InvalidQueryException | QueryException e) {
            throw refusal(id, e);
        }
    }

    private SearchQuery parsed(Composition composition, Map<String, List<String>> parameters) {
        for (Composition.Part part : composition.parts()) {
            if (part.source() instanceof Composition.Source.Item) {
                throw Parameters.invalid("parts", FOLLOWS_NO_ITEM);
            }
        }
        SearchParameters beside = parameters(parameters, BESIDE);
        // What is wrong beside the parts costs no encoding.
        beside.query(new SearchQuery.Subject.Text("parts"), null, SearchQuery.DEFAULT_TIMEOUT);
        return beside.query(searcher.encode(composition, PATIENCE), null, SearchQuery.DEFAULT_TIMEOUT);
    }

    private static SearchQuery parsed(Map<String, List<String>> parameters) {
        if (parameters.containsKey("like")) {
            throw Parameters.invalid("like", FOLLOWS_NO_ITEM);
        }
        return parameters(parameters, KNOWN).query();
    }

    private static SearchParameters parameters(Map<String, List<String>> given, Set<String> known) {
        Parameters parameters = new Parameters(new HashMap<>(given), known);
        if (parameters.one(LEAST) == null) {
            throw new InvalidQueryException(
                    InvalidQueryException.Cause.MISSING_PARAMETER,
                    "a standing query needs '%s', from which on an item matches".formatted(LEAST));
        }
        return new SearchParameters(parameters);
    }

    /** @throws QueryException again, if it is a fault of ours */
    private static RejectedRecordException refusal(String id, RuntimeException e) {
        Reason reason = Reason.MALFORMED_QUERY;
        if (e instanceof QueryException failed) {
            switch (failed.why()) {
                case FOREIGN_SPACE -> reason = Reason.FOREIGN_SPACE;
                case CANCELS_OUT, UNREADABLE_IMAGE, UNKNOWN_ITEM, NO_RERANKER, EXPIRED -> {}
                case UNAVAILABLE, FAILED -> throw failed;
            }
        }
        return new RejectedRecordException(
                reason, "the query '%s': %s".formatted(id, String.valueOf(e.getMessage())), e);
    }
}
