package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.filter.Filter;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.item.ItemId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the ranking of one answer what it ought to be after each change of the view: where a change may concern it, it is
 * searched for anew, on one snapshot, and the subscriber gets the difference. So it is right however changes come together. A
 * subscriber who has not taken the last difference has nothing searched for until he has: what he misses meanwhile comes in one.
 * Holds no thread while nothing happens. Thread-safe.
 */
final class LiveRanking {

    private static final Logger LOG = Logger.getLogger(LiveRanking.class);

    /** By so much engines round otherwise than we do. */
    private static final float ROUNDING = 1e-5f;

    /** The stage that its hits name. */
    static final String STAGE = "live";

    /**
     * What the subscriber was given last.
     *
     * @param least what an arriving item must be similar at least to concern it
     */
    private record Given(@Nullable Embedding embedding, Set<ItemId> items, float least) {}

    private final SearchQuery query;
    private final AnswerStream stream;
    private final Searcher searcher;
    private final LiveRankings all;
    private final boolean bySimilarity;
    private final AtomicBoolean stale = new AtomicBoolean();
    private final AtomicBoolean searching = new AtomicBoolean();
    private final Queue<List<LiveFeed.Heard>> meanwhile = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Given given;
    private volatile @Nullable Patience patience;
    private volatile long lastSaid = System.nanoTime();

    LiveRanking(SearchQuery query, AnswerStream stream, Searcher searcher, LiveRankings all) {
        this.query = query;
        this.stream = stream;
        this.searcher = searcher;
        this.all = all;
        this.bySimilarity = query.ranking() instanceof SearchQuery.Ranking.Vector
                && query.target().kinds().size() == 1
                && query.collapse() == null;
    }

    /**
     * The answer stands, and goes on from here.
     *
     * @param shown    what it shows
     * @param complete whether that is all there was to show
     */
    void begin(@Nullable Embedding embedding, List<Ranked> shown, boolean complete) {
        give(embedding, shown);
        stale.compareAndSet(false, !complete);
        stream.whenTaken(this::update);
        update();
    }

    /** Whether the answer stands. */
    boolean hasBegun() {
        return given != null;
    }

    private void give(@Nullable Embedding embedding, List<Ranked> shown) {
        Set<ItemId> items = new HashSet<>();
        shown.forEach(of -> items.add(of.item()));
        float least = shown.size() < query.k()
                ? query.minSimilarity()
                : Math.max(query.minSimilarity(), shown.getLast().score());
        given = new Given(embedding, items, least);
    }

    /** The view has changed. */
    void changed(List<LiveFeed.Heard> changes) {
        if (!stale.get() && searching.get()) {
            // What is being searched may be older than these, and what they must be similar to at least is not known
            // yet.
            meanwhile.add(changes);
            if (!searching.get()) {
                judgeMeanwhile();
            }
            return;
        }
        judge(changes);
    }

    /** What came during a search, by what that found. */
    private void judgeMeanwhile() {
        for (List<LiveFeed.Heard> changes = meanwhile.poll(); changes != null; changes = meanwhile.poll()) {
            judge(changes);
        }
    }

    private void judge(List<LiveFeed.Heard> changes) {
        if (stale.get() || changes.stream().anyMatch(this::concerns)) {
            if (!stream.isTaken()) {
                all.countCoalesced();
            }
            stale.set(true);
            update();
        }
    }

    /** The view is another: everything may have changed. */
    void replaced() {
        stale.set(true);
        update();
    }

    private boolean concerns(LiveFeed.Heard of) {
        IndexChange change = of.arrival().change();
        if (!query.target().kinds().contains(change.item().kind())) {
            return false;
        }
        Given last = given;
        if (last == null || !bySimilarity || last.items().contains(change.item())) {
            return true;
        }
        Embedding near = last.embedding();
        Filter filter = SnapshotSearch.filter(query);
        return change instanceof IndexChange.Put put
                && (near == null || near.dot(put.embedding()) >= last.least() - ROUNDING)
                && (filter == null || filter.matches(of.values()));
    }

    /** Something to do now and then: what was put off, and a sign of life where nothing happens. */
    void tick(long keepAliveNanos) {
        update();
        long now = System.nanoTime();
        if (given != null && stream.isTaken() && now - lastSaid > keepAliveNanos) {
            lastSaid = now;
            stream.say(new SearchEvent.Alive());
        }
    }

    private void update() {
        if (given != null
                && stale.get()
                && stream.isTaken()
                && !stream.isCancelled()
                && searching.compareAndSet(false, true)) {
            all.search(this::search, searcher);
        }
    }

    private void search() {
        boolean done = false;
        try {
            // First: what changes from here on is found by the next search.
            stale.set(false);
            try (IndexSnapshot snapshot = stream.isCancelled() ? null : all.snapshot()) {
                done = snapshot != null && search(snapshot);
            }
            // What could not be done is tried again with the next change, or by the clock.
            stale.compareAndSet(false, !done);
        } catch (RuntimeException e) {
            LOG.error("A live answer could not be kept", e);
            stream.say(Answer.problem(new QueryException(
                    QueryException.Cause.FAILED, "the answer could not be kept: " + e.getMessage(), e)));
            all.close(this);
        } finally {
            searching.set(false);
        }
        judgeMeanwhile();
        if (done) {
            update();
        }
    }

    /** Says whether there was time for it. */
    private boolean search(IndexSnapshot snapshot) {
        Given last = given;
        Embedding near = last == null ? null : last.embedding();
        Newest newest = new Newest();
        Patience own = new Patience(SearchQuery.DEFAULT_TIMEOUT);
        patience = own;
        if (stream.isCancelled()) {
            own.abandon();
        }
        SnapshotSearch search = new SnapshotSearch(query, near, snapshot, List.of(), newest, new Hits(), own);
        if (!searcher.answer(search).complete()) {
            return false;
        }
        give(near, search.ranking());
        lastSaid = System.nanoTime();
        stream.rank(newest.hits());
        return true;
    }

    /** Its subscriber left: a search ends at its next question. */
    void abandon() {
        Patience searched = patience;
        if (searched != null) {
            searched.abandon();
        }
    }

    /** Keeps the last ranking, and leaves out what is said on the way. */
    private static final class Newest implements AnswerSink {

        private List<SearchEvent.Hit> last = List.of();

        @Override
        public void rank(List<SearchEvent.Hit> hits) {
            last = hits;
        }

        @Override
        public void say(SearchEvent event) {}

        List<SearchEvent.Hit> hits() {
            List<SearchEvent.Hit> live = new ArrayList<>(last.size());
            last.forEach(hit -> live.add(hit.ofStage(STAGE)));
            return live;
        }
    }
}
