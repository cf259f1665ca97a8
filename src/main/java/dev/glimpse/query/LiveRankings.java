package dev.glimpse.query;

import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** The answers that go on, and what they hear of the view. Thread-safe. */
@ApplicationScoped
class LiveRankings implements LiveFeed.Listener {

    private final IndexView view;
    private final Counter coalesced;
    private final int most;
    private final Set<LiveRanking> open = ConcurrentHashMap.newKeySet();
    private final long keepAlive;

    /** Searches that wait for a slot. */
    private final Queue<Runnable> turns = new ConcurrentLinkedQueue<>();

    private final Semaphore slots =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

    private volatile @Nullable Searcher waiting;

    LiveRankings(IndexView view, LiveFeed feed, QueryConfig config, MeterRegistry metrics) {
        this.view = view;
        this.most = config.liveStreams();
        this.coalesced = metrics.counter("glimpse.live.coalesced");
        metrics.gaugeCollectionSize("glimpse.live.streams", Tags.of("live", "true"), open);
        this.keepAlive = config.keepAlive().toNanos();
        feed.listen(this);
    }

    /**
     * From now on an answer hears of changes.
     *
     * @throws QueryException if there are as many as there may be
     */
    LiveRanking open(SearchQuery query, AnswerStream stream, Searcher searcher) {
        if (open.size() >= most) {
            throw new QueryException(
                    QueryException.Cause.UNAVAILABLE,
                    "%d live answers are open, and no more may be (glimpse.query.live-streams)".formatted(most));
        }
        LiveRanking live = new LiveRanking(query, stream, searcher, this);
        open.add(live);
        return live;
    }

    void close(LiveRanking live) {
        open.remove(live);
        live.abandon();
    }

    /** Searches when it is its turn: few at once, so that who asks for the first time is not kept waiting. */
    void search(Runnable search, Searcher searcher) {
        turns.add(search);
        next(searcher);
    }

    private void next(Searcher searcher) {
        while (!turns.isEmpty() && slots.tryAcquire()) {
            Runnable search = turns.poll();
            if (search == null) {
                slots.release();
                continue;
            }
            try {
                searcher.submit(() -> {
                    try {
                        search.run();
                    } finally {
                        slots.release();
                        next(searcher);
                    }
                });
            } catch (RejectedExecutionException e) {
                // Too many wait already: the clock tries again.
                turns.add(search);
                waiting = searcher;
                slots.release();
                return;
            }
        }
    }

    void countCoalesced() {
        coalesced.increment();
    }

    /** The newest; null while there is none. */
    @Nullable
    IndexSnapshot snapshot() {
        return view.snapshot().orElse(null);
    }

    @Override
    public void arrived(List<LiveFeed.Heard> arrivals, Map<Integer, Long> next) {
        if (!arrivals.isEmpty()) {
            open.forEach(live -> live.changed(arrivals));
        }
    }

    @Override
    public void lost(Map<Integer, Long> next) {
        open.forEach(LiveRanking::replaced);
    }

    @Override
    public void tick() {
        Searcher searcher = waiting;
        if (searcher != null) {
            next(searcher);
        }
        open.forEach(live -> live.tick(keepAlive));
    }
}
