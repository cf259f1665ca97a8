package dev.glimpse.query;

import dev.glimpse.filter.MetadataValues;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The answers that go on, and what they hear of the view. Thread-safe. */
@ApplicationScoped
class LiveRankings implements IndexView.Listener {

    private static final long TICK_MILLIS = 500;

    private final IndexView view;
    private final Counter coalesced;
    private final int most;
    private final Set<LiveRanking> open = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("live").daemon().factory());

    LiveRankings(IndexView view, QueryConfig config, MeterRegistry metrics) {
        this.view = view;
        this.most = config.liveStreams();
        this.coalesced = metrics.counter("glimpse.live.coalesced");
        metrics.gaugeCollectionSize("glimpse.live.streams", List.of(), open);
        long keepAlive = config.keepAlive().toNanos();
        ticks.scheduleWithFixedDelay(
                () -> open.forEach(live -> live.tick(keepAlive)), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        view.listen(this);
    }

    /** A change, with what several answers ask of it. */
    static final class Change {

        private final IndexChange change;
        private @Nullable MetadataValues values;

        Change(IndexChange change) {
            this.change = change;
        }

        IndexChange change() {
            return change;
        }

        /** The values of an item that was put. Asked by one thread. */
        MetadataValues values() {
            MetadataValues known = values;
            if (known == null) {
                known = MetadataValues.of(((IndexChange.Put) change).metadata());
                values = known;
            }
            return known;
        }
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
    public void changed(List<IndexChange> changes) {
        if (open.isEmpty()) {
            return;
        }
        List<Change> all = new ArrayList<>(changes.size());
        changes.forEach(change -> all.add(new Change(change)));
        open.forEach(live -> live.changed(all));
    }

    @Override
    public void replaced() {
        open.forEach(LiveRanking::replaced);
    }

    @PreDestroy
    void stop() {
        ticks.shutdownNow();
    }
}
