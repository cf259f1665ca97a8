package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.encode.QueryEncoder;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import dev.glimpse.item.ItemId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One answer in the making. It waits on a virtual thread, for the view to be fresh enough and for the query to be
 * encoded, and searches on a thread of the searcher's pool.
 */
final class Answer {

    private static final Logger LOG = Logger.getLogger(Answer.class);

    private final SearchQuery query;
    private final Pages.@Nullable Page page;
    private final Searcher searcher;
    private final QueryEncoder encoder;
    private final IndexView view;
    private final Pages pages;
    private final MeterRegistry metrics;

    /** Of a query that goes on after its answer, in either way. */
    private volatile @Nullable LiveRanking live;

    private volatile @Nullable MatchStream matches;

    /** From where on matches are told to a subscriber who had the answer before; null for one who has not. */
    private volatile @Nullable Map<Integer, Long> resume;

    private volatile Patience patience;
    private volatile Hits hits = new Hits();

    private volatile @Nullable Thread waiting;

    /**
     * @param page   of an answer that was begun before; null for a new one
     * @param resume from where on matches are told, by partition of the embeddings topic; null for a full answer
     */
    Answer(
            SearchQuery query,
            Pages.@Nullable Page page,
            @Nullable Map<Integer, Long> resume,
            Searcher searcher,
            QueryEncoder encoder,
            IndexView view,
            Pages pages,
            MeterRegistry metrics) {
        this.query = query;
        this.page = page;
        this.resume = resume;
        this.searcher = searcher;
        this.encoder = encoder;
        this.view = view;
        this.pages = pages;
        this.metrics = metrics;
        this.patience = new Patience(query.timeout());
    }

    void start(AnswerStream stream) {
        Thread thread = Thread.ofVirtual().name("answer").unstarted(() -> run(stream));
        waiting = thread;
        thread.start();
    }

    /** The subscriber left: what waits is woken, what searches stops at its next question. */
    void cancel() {
        patience.abandon();
        closeLive();
        Thread thread = waiting;
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void closeLive() {
        LiveRanking ranking = live;
        if (ranking != null) {
            searcher.rankings().close(ranking);
        }
        MatchStream told = matches;
        if (told != null) {
            searcher.matches().close(told);
        }
    }

    private boolean goesOn() {
        LiveRanking ranking = live;
        MatchStream told = matches;
        return ranking != null && ranking.hasBegun() || told != null && told.mode() != MatchStream.Mode.ANSWERING;
    }

    /** The same anew, to the same subscriber. */
    private void startAgain(AnswerStream stream) {
        patience = new Patience(query.timeout());
        hits = new Hits();
        start(stream);
    }

    private void run(AnswerStream stream) {
        Timer.Sample sample = Timer.start(metrics);
        searcher.answers().incrementAndGet();
        try {
            if (resume == null) {
                stream.say(described());
            }
            if (page == null) {
                begin(stream);
            } else {
                Pages.Page next = page;
                searcher.submit(() -> further(next, stream)).get();
            }
        } catch (TimeoutException e) {
            stream.say(
                    query.live() == SearchQuery.Live.NO
                            ? new SearchEvent.Final(false, "timeout", 0, Map.of(), null, null, SearchQuery.Live.NO)
                            : problem(new QueryException(
                                    QueryException.Cause.UNAVAILABLE,
                                    "the answer could not be begun within " + query.timeout(),
                                    e)));
        } catch (QueryException e) {
            stream.say(problem(e));
        } catch (RejectedExecutionException e) {
            stream.say(problem(new QueryException(
                    QueryException.Cause.UNAVAILABLE, "too many queries wait to be answered: " + e.getMessage(), e)));
        } catch (ExecutionException e) {
            LOG.error("A query could not be answered", e.getCause());
            stream.say(problem(new QueryException(
                    QueryException.Cause.FAILED, "the query could not be answered: " + e.getMessage(), e)));
        } catch (InterruptedException | RuntimeException e) {
            if (!patience.isGone()) {
                LOG.error("A query could not be answered", e);
                stream.say(problem(new QueryException(
                        QueryException.Cause.FAILED, "the query could not be answered: " + e.getMessage(), e)));
            }
        } finally {
            if (page != null) {
                page.answer().release();
            }
            if (!goesOn() || stream.isCancelled()) {
                closeLive();
            }
            searcher.answers().decrementAndGet();
            sample.stop(metrics.timer("glimpse.query", "target", SelfAddress.target(query)));
        }
    }

    private void begin(AnswerStream stream) throws InterruptedException, ExecutionException, TimeoutException {
        if (!query.fresh().isEmpty()) {
            CompletableFuture<Boolean> reached =
                    view.await(query.fresh()).subscribe().asCompletionStage();
            try {
                reached.get(Math.max(patience.nanos(), 1_000_000), TimeUnit.NANOSECONDS);
            } finally {
                // Who leaves must leave the view's queue too.
                reached.cancel(false);
            }
        }
        // Before the first search, so that nothing comes between.
        switch (query.live()) {
            case NO -> {}
            case RANKING -> live = searcher.rankings().open(query, stream, searcher);
            case MATCHES -> {
                if (matches == null) {
                    matches = searcher.matches().open(query, stream, () -> startAgain(stream));
                }
            }
        }
        if (query.ranking() instanceof SearchQuery.Ranking.Lexical) {
            searcher.submit(() -> first(null, stream)).get();
            return;
        }
        Embedding embedding = embedding(stream);
        MatchStream told = matches;
        Map<Integer, Long> from = resume;
        if (told != null && from != null) {
            resume = null;
            boolean known = partitions().equals(from.keySet());
            if (known && searcher.matches().reaches(from)) {
                searcher.matches().begin(told, embedding, from);
                return;
            }
            stream.say(new SearchEvent.Reset(
                    known
                            ? "the id speaks of more than this topic has: it is another's, or the topic was made anew"
                            : "the id says nothing of this topic's partitions"));
            stream.say(described());
        }
        Future<?> search = searcher.submit(() -> first(embedding, stream));
        // The search asks about the deadline itself, and ends with what it has.
        search.get();
    }

    private Set<Integer> partitions() {
        try (IndexSnapshot snapshot = snapshot()) {
            return snapshot.positions().next().keySet();
        }
    }

    /** Encodes a text, and shows meanwhile what its words find. */
    private Embedding encoded(String text, AnswerStream stream)
            throws InterruptedException, ExecutionException, TimeoutException {
        // Of a word's match it isn't known yet whether it is similar enough, or where it will stand.
        boolean shows = !query.strict() && resume == null && query.minSimilarity() <= SearchQuery.ANY_SIMILARITY;
        Glimpse glimpse = new Glimpse(stream);
        Future<?> search = CompletableFuture.completedFuture(null);
        Future<Embedding> encoding = CompletableFuture.failedFuture(new IllegalStateException("not begun"));
        try {
            if (shows) {
                // Where what is alike is collapsed, nothing is shown before all words are looked up.
                boolean first = query.ranking() instanceof SearchQuery.Ranking.Words
                        && query.collapse() == null
                        && searcher.isIdle();
                search = searcher.submit(() -> lookUp(text, glimpse));
                if (first) {
                    glimpse.letGoFirst();
                }
            }
            long began = System.nanoTime();
            encoding = encoder.encodeText(text);
            glimpse.until(encoding);
            search.get();
            Embedding embedding = encoding.get(patience.nanos(), TimeUnit.NANOSECONDS);
            sayEncoded(began, stream);
            return embedding;
        } finally {
            glimpse.end();
            encoding.cancel(false);
        }
    }

    private void sayEncoded(long began, AnswerStream stream) {
        if (resume == null) {
            stream.say(new SearchEvent.Stage("encode", Patience.millisSince(began), 0, 0));
        }
    }

    private void lookUp(String text, Glimpse glimpse) {
        SearchQuery.Ranking.Words words =
                query.ranking() instanceof SearchQuery.Ranking.Words of ? of : new SearchQuery.Ranking.Lexical(text);
        try (IndexSnapshot snapshot = snapshot()) {
            new SnapshotSearch(query, null, snapshot, List.of(), glimpse, hits, patience)
                    .glimpse(words, glimpse::isWanted);
        } finally {
            glimpse.letOthersGo();
        }
    }

    private SearchEvent.Query described() {
        String target = SelfAddress.target(query);
        String self = SelfAddress.of(query);
        String filter = query.filter() == null ? null : query.filter().text();
        String live = switch (query.live()) {
            case NO -> null;
            case RANKING -> "true";
            case MATCHES -> "matches";
        };
        EmbeddingSpace space = searcher.space();
        return switch (query.subject()) {
            case SearchQuery.Subject.Text(String text) ->
                new SearchEvent.Query(text, null, null, target, query.k(), filter, live, space, self);
            case SearchQuery.Subject.Like(ItemId item) ->
                new SearchEvent.Query(null, item.toString(), null, target, query.k(), filter, live, space, self);
            case SearchQuery.Subject.Vector(Embedding embedding) ->
                new SearchEvent.Query(
                        null, null, embedding.toAddressForm(), target, query.k(), filter, live, space, self);
        };
    }

    private Embedding embedding(AnswerStream stream) throws InterruptedException, ExecutionException, TimeoutException {
        return switch (query.subject()) {
            case SearchQuery.Subject.Vector(Embedding embedding) -> embedding;
            case SearchQuery.Subject.Like(ItemId item) -> {
                try (IndexSnapshot snapshot = snapshot()) {
                    yield snapshot.embedding(item).orElseThrow(() -> Searcher.unknown(item));
                }
            }
            case SearchQuery.Subject.Text(String text) -> {
                Optional<Embedding> recent = encoder.recent(text);
                if (recent.isEmpty()) {
                    yield encoded(text, stream);
                }
                sayEncoded(System.nanoTime(), stream);
                yield recent.get();
            }
        };
    }

    /** A new answer, or its first page. */
    private void first(@Nullable Embedding embedding, AnswerStream stream) {
        PagedAnswer answer = new PagedAnswer(query, embedding, snapshot());
        try {
            search(answer, null, 0, stream);
        } finally {
            answer.release();
        }
    }

    /** A further page. Used here by itself: whoever waits for it may have left meanwhile. */
    private void further(Pages.Page next, AnswerStream stream) {
        if (next.answer().use()) {
            try {
                search(next.answer(), next.name(), next.from(), stream);
            } finally {
                next.answer().release();
            }
        }
    }

    /** @param name under which the answer is kept; null where it is not yet */
    private void search(PagedAnswer answer, @Nullable String name, int from, AnswerStream stream) {
        IndexSnapshot snapshot = answer.snapshot();
        Embedding embedding = answer.embedding();
        Settled settled = new Settled(stream);
        AnswerSink sink = query.strict() ? settled : stream;
        SnapshotSearch search =
                new SnapshotSearch(query, embedding, snapshot, answer.shown(from), sink, hits, patience);
        LiveRanking ranking = live;
        MatchStream told = matches;
        SnapshotSearch.Outcome outcome = searcher.answer(search);
        if (query.strict()) {
            settled.release();
        }
        boolean complete = outcome.complete();
        Facets facets = complete && !query.facets().isEmpty() ? search.facets() : null;
        complete &= query.facets().isEmpty() || facets != null;
        String reason = !complete ? "timeout" : outcome.exact() ? null : "approximate";
        stream.say(new SearchEvent.Final(
                reason == null,
                reason,
                search.items(),
                snapshot.positions().next(),
                outcome.ranked() ? cursor(answer, name, from, search.shown()) : null,
                facets == null ? null : facets.shown(),
                query.live()));
        if (ranking != null) {
            ranking.begin(embedding, search.ranking(), complete);
            hits = new Hits();
        }
        if (told != null && embedding != null) {
            hits = new Hits();
            searcher.matches().begin(told, embedding, snapshot.positions().next());
        }
    }

    /** How the answer goes on; null where it was not asked, or does not. */
    private @Nullable String cursor(PagedAnswer answer, @Nullable String name, int from, List<ItemId> shown) {
        int next = from + shown.size();
        if (!query.paged() || shown.size() < query.k() || next + query.k() > PagedAnswer.DEEPEST) {
            return null;
        }
        answer.show(from, shown);
        return Pages.cursor(name == null ? pages.keep(answer) : name, next);
    }

    private IndexSnapshot snapshot() {
        return view.snapshot().orElseThrow(() -> new QueryException(QueryException.Cause.UNAVAILABLE, view.absence()));
    }

    /** Holds rankings back until the last stands, and lets everything else pass. */
    private static final class Settled implements AnswerSink {

        private final AnswerStream stream;
        private List<SearchEvent.Hit> last = List.of();

        Settled(AnswerStream stream) {
            this.stream = stream;
        }

        @Override
        public void rank(List<SearchEvent.Hit> hits) {
            last = hits;
        }

        @Override
        public void say(SearchEvent event) {
            stream.say(event);
        }

        void release() {
            stream.rank(last);
        }
    }

    static SearchEvent.Problem problem(QueryException e) {
        return new SearchEvent.Problem(
                "urn:glimpse:problem:" + e.kind(), e.kind().replace('-', ' '), e.status(), e.sentence());
    }
}
