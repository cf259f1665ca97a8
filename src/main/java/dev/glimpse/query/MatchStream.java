package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.filter.Filter;
import dev.glimpse.index.Arrival;
import dev.glimpse.index.IndexChange;
import dev.glimpse.item.Metadata;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells one subscriber each arriving item that is similar enough, in the order of each partition of the embeddings topic. How far
 * it is told is known by offset: so what a full buffer can't take is told again later, from the topic. All calls hold the lock of
 * {@link LiveMatches}, but those of a replay, which has the stream for itself meanwhile.
 */
final class MatchStream {

    /** So many events wait for the subscriber at most, and a batch more. */
    private static final int WAITING = 256;

    /** What it is doing. */
    enum Mode {
        /** Its answer is being made. */
        ANSWERING,
        /** It hears what arrives. */
        LIVE,
        /** It has not heard all, and waits for its subscriber or its turn. */
        BEHIND,
        /** It is told from the topic. */
        REPLAYED
    }

    private final SearchQuery query;
    private final AnswerStream stream;
    private final Runnable again;
    private Map<Integer, Long> told = Map.of();
    private @Nullable Embedding embedding;
    private volatile Mode mode = Mode.ANSWERING;
    private volatile long lastSaid = System.nanoTime();

    /** @param again makes a full answer, where what was missed can't be told any more */
    MatchStream(SearchQuery query, AnswerStream stream, Runnable again) {
        this.query = query;
        this.stream = stream;
        this.again = again;
    }

    Mode mode() {
        return mode;
    }

    void mode(Mode next) {
        mode = next;
    }

    /** The answer stands at these positions. */
    void begin(Embedding of, Map<Integer, Long> positions) {
        embedding = of;
        told = new HashMap<>(positions);
        mode = Mode.BEHIND;
    }

    /** By partition, from where on nothing is told yet. */
    Map<Integer, Long> told() {
        return Map.copyOf(told);
    }

    /** Whether it is told all before these positions. */
    boolean isTold(Map<Integer, Long> positions) {
        return positions.entrySet().stream().allMatch(of -> told.getOrDefault(of.getKey(), 0L) >= of.getValue());
    }

    /** Everything before these positions is told, or was not to be. */
    void advance(Map<Integer, Long> positions) {
        positions.forEach((partition, offset) -> told.merge(partition, offset, Math::max));
    }

    /** Whether it takes no more for now. */
    boolean isFull() {
        return stream.waiting() >= WAITING;
    }

    boolean isCancelled() {
        return stream.isCancelled();
    }

    /** What it is like. */
    Embedding embedding() {
        return Objects.requireNonNull(embedding);
    }

    /** From which similarity on an item is told. */
    float least() {
        return query.minSimilarity();
    }

    /** What is told already is passed over. */
    void tell(LiveFeed.Heard heard) {
        if (advance(heard.arrival()) && heard.arrival().change() instanceof IndexChange.Put put) {
            float similarity = embedding().dot(put.embedding());
            if (similarity >= least()) {
                tell(heard, put, similarity);
            }
        }
    }

    private void tell(LiveFeed.Heard heard, IndexChange.Put put, float similarity) {
        Filter filter = SnapshotSearch.filter(query);
        if (query.target().kinds().contains(put.item().kind()) && (filter == null || filter.matches(heard.values()))) {
            lastSaid = System.nanoTime();
            stream.say(match(heard.arrival(), put, similarity));
        }
    }

    /** Whether it was not told before. */
    private boolean advance(Arrival arrival) {
        if (arrival.offset() < told.getOrDefault(arrival.partition(), 0L)) {
            return false;
        }
        told.put(arrival.partition(), arrival.offset() + 1);
        return true;
    }

    /** An arrival that is similar enough, by its index. */
    record Found(int arrival, float similarity) {}

    /** Those of the arrivals that are similar enough, unless it is full before: says whether it was not. */
    boolean tellFound(List<LiveFeed.Heard> arrivals, List<Found> found) {
        for (Found one : found) {
            if (isFull()) {
                arrivals.subList(0, one.arrival()).forEach(heard -> advance(heard.arrival()));
                return false;
            }
            LiveFeed.Heard heard = arrivals.get(one.arrival());
            if (advance(heard.arrival()) && heard.arrival().change() instanceof IndexChange.Put put) {
                tell(heard, put, one.similarity());
            }
        }
        return true;
    }

    private SearchEvent.Match match(Arrival arrival, IndexChange.Put put, float similarity) {
        Metadata metadata = put.metadata();
        return new SearchEvent.Match(
                put.item().kind().word(),
                put.item().id(),
                similarity,
                arrival.position().toString(),
                put.text(),
                Hits.preview(put.item()),
                metadata.isEmpty() ? null : metadata,
                told());
    }

    /** What was missed can't be told: what the subscriber has is void. */
    void startAgain(String reason) {
        mode = Mode.ANSWERING;
        stream.say(new SearchEvent.Reset(reason));
        again.run();
    }

    /** It failed. */
    void fail(QueryException e) {
        stream.say(Answer.problem(e));
    }

    void tick(long keepAliveNanos) {
        long now = System.nanoTime();
        if (mode == Mode.LIVE && stream.isTaken() && now - lastSaid > keepAliveNanos) {
            lastSaid = now;
            stream.say(new SearchEvent.Alive());
        }
    }

    /** What to do each time when the subscriber has taken all. */
    void whenTaken(Runnable action) {
        stream.whenTaken(action);
    }

    /** All of these, unless it is full before: says whether it was not. */
    boolean tellAll(List<LiveFeed.Heard> arrivals) {
        for (LiveFeed.Heard arrival : arrivals) {
            if (isFull()) {
                return false;
            }
            tell(arrival);
        }
        return true;
    }
}
