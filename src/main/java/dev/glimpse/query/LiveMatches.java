package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.SimilarityJoin;
import dev.glimpse.index.ArrivalReader;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Tells open answers each arriving item that matches them, and loses none. A stream that does not take its events is left behind;
 * when it has taken them it goes on from where it was: from the newest arrivals, which are kept here, or, if it is further behind,
 * from the embeddings topic, on one of few threads. Thread-safe.
 */
@ApplicationScoped
class LiveMatches implements LiveFeed.Listener {

    private static final Logger LOG = Logger.getLogger(LiveMatches.class);

    /** The newest arrivals are kept up to about so many bytes. */
    private static final long KEPT_BYTES = 16L << 20;

    private static final int KEPT_BATCHES = 4096;
    private static final int REPLAYS = 2;

    /** After so many polls it is another stream's turn. */
    private static final int POLLS = 50;

    /** Arrivals, and by partition the positions after them. */
    private record Batch(List<LiveFeed.Heard> arrivals, Map<Integer, Long> after, long bytes) {}

    private final IndexView view;
    private final long keepAlive;
    private final int most;
    private final Counter replayed;
    private final Set<MatchStream> open = ConcurrentHashMap.newKeySet();

    /** Who closes a stream does not wait for the lock. */
    private final Queue<MatchStream> closed = new ConcurrentLinkedQueue<>();

    private final ThreadPoolExecutor replays = new ThreadPoolExecutor(
            REPLAYS,
            REPLAYS,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("replay-", 0).daemon().factory());

    /** Guards all that follows, and the streams. */
    private final Object lock = new Object();

    /** The streams that hear what arrives. */
    private final SimilarityJoin<MatchStream> join;

    private final Deque<Batch> newest = new ArrayDeque<>();
    private long kept;

    /** The positions before the oldest that is kept, and after the newest: so far each stream is that hears what arrives. */
    private Map<Integer, Long> from = Map.of();

    private Map<Integer, Long> reached = Map.of();

    LiveMatches(IndexView view, EmbeddingSpace space, LiveFeed feed, QueryConfig config, MeterRegistry metrics) {
        this.join = new SimilarityJoin<>(space);
        this.view = view;
        this.keepAlive = config.keepAlive().toNanos();
        this.most = config.liveStreams();
        this.replayed = metrics.counter("glimpse.live.replays");
        metrics.gaugeCollectionSize("glimpse.live.streams", Tags.of("live", "matches"), open);
        // All that there will be: whoever counts threads sees from then on only what leaks.
        replays.prestartAllCoreThreads();
        feed.listen(this);
    }

    /**
     * An answer will go on.
     *
     * @param again makes a full answer, where what was missed can't be told any more
     * @throws QueryException if there are as many as there may be
     */
    MatchStream open(SearchQuery query, AnswerStream stream, Runnable again) {
        if (open.size() >= most) {
            throw new QueryException(
                    QueryException.Cause.UNAVAILABLE,
                    "%d live answers are open, and no more may be (glimpse.query.live-streams)".formatted(most));
        }
        MatchStream matches = new MatchStream(query, stream, again);
        open.add(matches);
        return matches;
    }

    /**
     * The answer stands, and goes on from here.
     *
     * @param positions of the embeddings topic up to which it knows
     */
    void begin(MatchStream matches, Embedding embedding, Map<Integer, Long> positions) {
        Map<Integer, Long> now;
        try (IndexSnapshot snapshot = view.snapshot().orElse(null)) {
            now = snapshot == null ? Map.of() : snapshot.positions().next();
        }
        synchronized (lock) {
            if (from.isEmpty()) {
                // Nothing was heard yet: what comes after these positions will be.
                from = now;
                reached = now;
            }
            matches.begin(embedding, positions);
            matches.whenTaken(() -> {
                if (matches.mode() == MatchStream.Mode.BEHIND) {
                    submit(() -> catchUp(matches));
                }
            });
            catchUp(matches);
        }
    }

    /**
     * Whether the topic is as long as a subscriber says: another replica may be ahead of this one, but of another model's topic, or of
     * one that was made anew, its positions may lie beyond the end, where nothing would be told until the topic gets there.
     */
    boolean reaches(Map<Integer, Long> positions) {
        try (IndexSnapshot snapshot = view.snapshot().orElse(null)) {
            Map<Integer, Long> now =
                    snapshot == null ? Map.of() : snapshot.positions().next();
            if (positions.entrySet().stream().allMatch(of -> of.getValue() <= now.getOrDefault(of.getKey(), 0L))) {
                return true;
            }
        }
        try (ArrivalReader reader = view.arrivals(positions)) {
            return reader.isWithin();
        }
    }

    void close(MatchStream matches) {
        open.remove(matches);
        closed.add(matches);
    }

    @Override
    public void arrived(List<LiveFeed.Heard> arrivals, Map<Integer, Long> next) {
        synchronized (lock) {
            if (from.isEmpty()) {
                // The first batch: what is kept begins with it.
                from = new HashMap<>(next);
                arrivals.forEach(heard ->
                        from.merge(heard.arrival().partition(), heard.arrival().offset(), Math::min));
            }
            Map<Integer, Long> before = reached;
            keep(arrivals, next);
            forgetClosed();
            // Most have nothing to be told; how far those are is known all the same.
            compare(arrivals).forEach((matches, found) -> {
                matches.advance(before);
                if (matches.tellFound(arrivals, found)) {
                    matches.advance(reached);
                } else {
                    behind(matches);
                    // Its subscriber may have taken all since it was full, and would not say so again.
                    catchUp(matches);
                }
            });
        }
    }

    /** All that arrived with all that hear, at once. */
    private Map<MatchStream, List<MatchStream.Found>> compare(List<LiveFeed.Heard> arrivals) {
        Map<MatchStream, List<MatchStream.Found>> found = new HashMap<>();
        if (join.size() > 0) {
            List<Embedding> embeddings = new ArrayList<>();
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < arrivals.size(); i++) {
                if (arrivals.get(i).arrival().change() instanceof IndexChange.Put put) {
                    embeddings.add(put.embedding());
                    places.add(i);
                }
            }
            join.join(
                    embeddings,
                    (matches, put, similarity) -> found.computeIfAbsent(matches, key -> new ArrayList<>())
                            .add(new MatchStream.Found(places.get(put), similarity)));
        }
        return found;
    }

    private void behind(MatchStream matches) {
        matches.mode(MatchStream.Mode.BEHIND);
        join.remove(matches);
    }

    private void forgetClosed() {
        for (MatchStream matches = closed.poll(); matches != null; matches = closed.poll()) {
            join.remove(matches);
        }
    }

    /** What a view reads again, built anew or after a fault, was kept before, or is older. */
    private void keep(List<LiveFeed.Heard> arrivals, Map<Integer, Long> next) {
        List<LiveFeed.Heard> unknown = new ArrayList<>(arrivals.size());
        for (LiveFeed.Heard heard : arrivals) {
            if (heard.arrival().offset() >= reached.getOrDefault(heard.arrival().partition(), 0L)) {
                unknown.add(heard);
            }
        }
        Map<Integer, Long> after = new HashMap<>(reached);
        next.forEach((partition, offset) -> after.merge(partition, offset, Math::max));
        reached = after;
        Batch batch = new Batch(
                unknown, after, unknown.stream().mapToLong(LiveMatches::bytes).sum());
        newest.addLast(batch);
        kept += batch.bytes();
        while (newest.size() > 1 && (kept > KEPT_BYTES || newest.size() > KEPT_BATCHES)) {
            Batch oldest = newest.removeFirst();
            kept -= oldest.bytes();
            from = oldest.after();
        }
    }

    private static long bytes(LiveFeed.Heard heard) {
        long record = 256;
        if (heard.arrival().change() instanceof IndexChange.Put put) {
            record += (long) Float.BYTES * put.embedding().components().length;
            record +=
                    put.text() == null ? 0 : (long) Character.BYTES * put.text().length();
            // Also as the values that it is asked for.
            record += put.metadata().isEmpty()
                    ? 0
                    : 2L * Character.BYTES * put.metadata().json().length();
            record += put.features() == null
                    ? 0
                    : (long) Short.BYTES * put.features().size();
        }
        return record;
    }

    @Override
    public void lost(Map<Integer, Long> next) {
        synchronized (lock) {
            newest.clear();
            kept = 0;
            Map<Integer, Long> before = reached;
            Map<Integer, Long> after = new HashMap<>(reached);
            next.forEach((partition, offset) -> after.merge(partition, offset, Math::max));
            reached = after;
            from = after;
            for (MatchStream matches : open) {
                if (matches.mode() == MatchStream.Mode.LIVE) {
                    matches.advance(before);
                    behind(matches);
                    catchUp(matches);
                }
            }
        }
    }

    @Override
    public void tick() {
        if (!closed.isEmpty()) {
            synchronized (lock) {
                forgetClosed();
            }
        }
        open.forEach(matches -> matches.tick(keepAlive));
    }

    /** A stream that is behind is told what it has missed, if it takes it now, and hears then what arrives. */
    private void catchUp(MatchStream matches) {
        synchronized (lock) {
            if (matches.mode() != MatchStream.Mode.BEHIND || matches.isCancelled() || matches.isFull()) {
                return;
            }
            if (from.isEmpty() || !matches.isTold(from)) {
                if (from.isEmpty() || !matches.isTold(reached)) {
                    matches.mode(MatchStream.Mode.REPLAYED);
                    submit(() -> replay(matches));
                }
                return;
            }
            for (Batch batch : newest) {
                if (!matches.tellAll(batch.arrivals())) {
                    return;
                }
            }
            matches.advance(reached);
            matches.mode(MatchStream.Mode.LIVE);
            if (open.contains(matches)) {
                join.put(matches, matches.embedding(), matches.least());
            }
        }
    }

    private void submit(Runnable work) {
        try {
            replays.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("The service stops", e);
        }
    }

    /** Tells a stream from the topic, until it is full, or near enough to hear the rest. */
    private void replay(MatchStream matches) {
        replayed.increment();
        try (ArrivalReader reader = view.arrivals(matches.told())) {
            for (int polls = 0; polls < POLLS && !matches.isCancelled() && !matches.isFull(); polls++) {
                List<LiveFeed.Heard> arrivals =
                        reader.next().stream().map(LiveFeed.Heard::new).toList();
                for (LiveFeed.Heard heard : arrivals) {
                    if (matches.isFull()) {
                        // What it was told last is known: there it goes on, once it has taken these.
                        break;
                    }
                    matches.tell(heard);
                }
                if (matches.isFull()) {
                    break;
                }
                matches.advance(reader.positions());
                synchronized (lock) {
                    if (!from.isEmpty() && matches.isTold(from)) {
                        break;
                    }
                }
            }
            synchronized (lock) {
                matches.mode(MatchStream.Mode.BEHIND);
                catchUp(matches);
            }
        } catch (ArrivalReader.GoneException e) {
            matches.startAgain(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("Matches could not be told", e);
            matches.fail(new QueryException(
                    QueryException.Cause.FAILED, "the matches could not be told: " + e.getMessage(), e));
            close(matches);
        }
    }

    @PreDestroy
    void stop() {
        replays.shutdownNow();
    }
}
