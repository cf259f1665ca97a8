package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.encode.QueryEncoder;
import dev.glimpse.filter.Filter;
import dev.glimpse.filter.FilterText;
import dev.glimpse.index.FacetCounts;
import dev.glimpse.index.FacetQuery;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import dev.glimpse.index.IndexedItem;
import dev.glimpse.index.Neighbour;
import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.SearchListener;
import dev.glimpse.index.SearchOutcome;
import dev.glimpse.index.WordMatch;
import dev.glimpse.index.WordQuery;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.TimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One answer in the making. It waits on a virtual thread, for the view to be fresh enough and for the query to be
 * encoded, and searches on a thread of the searcher's pool.
 */
final class Answer {

    private static final Logger LOG = Logger.getLogger(Answer.class);

    /** So many of each list are fused at least, where words count too. */
    private static final int FUSED = 200;

    private final SearchQuery query;
    private final Searcher searcher;
    private final QueryEncoder encoder;
    private final IndexView view;
    private final MeterRegistry metrics;
    private final long deadline;
    private final Map<ItemId, IndexedItem.Visible> details = new HashMap<>();

    /** What the last stage found, which may be more than is shown. */
    private List<Neighbour> found = List.of();

    /** By kind what the words found, where words count. */
    private List<List<Ranked>> byWords = List.of();

    private volatile @Nullable Thread waiting;
    private volatile boolean cancelled;

    Answer(SearchQuery query, Searcher searcher, QueryEncoder encoder, IndexView view, MeterRegistry metrics) {
        this.query = query;
        this.searcher = searcher;
        this.encoder = encoder;
        this.view = view;
        this.metrics = metrics;
        this.deadline = System.nanoTime() + query.timeout().toNanos();
    }

    void start(AnswerStream stream) {
        Thread thread = Thread.ofVirtual().name("answer").unstarted(() -> run(stream));
        waiting = thread;
        thread.start();
    }

    /** The subscriber left: what waits is woken, what searches stops at its next question. */
    void cancel() {
        cancelled = true;
        Thread thread = waiting;
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void run(AnswerStream stream) {
        Timer.Sample sample = Timer.start(metrics);
        try {
            stream.say(described());
            if (!query.fresh().isEmpty()) {
                // The time limit stands before the wait: a wait that is interrupted must also leave the view's queue.
                view.await(query.fresh())
                        .ifNoItem()
                        .after(Duration.ofNanos(Math.max(remaining(), 1_000_000)))
                        .fail()
                        .await()
                        .indefinitely();
            }
            if (query.ranking() instanceof SearchQuery.Ranking.Words ranking) {
                // Words need no encoder: they give the first glimpse.
                searcher.submit(() -> searchWords(ranking, stream)).get();
                if (ranking instanceof SearchQuery.Ranking.Lexical) {
                    return;
                }
            }
            Embedding embedding = embedding(stream);
            Future<?> search = searcher.submit(() -> search(embedding, stream));
            // The search asks about the deadline itself, and ends with what it has.
            search.get();
        } catch (TimeoutException | java.util.concurrent.TimeoutException e) {
            stream.say(new SearchEvent.Final(false, "timeout", 0, Map.of(), null));
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
            if (!cancelled) {
                LOG.error("A query could not be answered", e);
                stream.say(problem(new QueryException(
                        QueryException.Cause.FAILED, "the query could not be answered: " + e.getMessage(), e)));
            }
        } finally {
            sample.stop(metrics.timer("glimpse.query", "target", SelfAddress.target(query)));
        }
    }

    private SearchEvent.Query described() {
        String target = SelfAddress.target(query);
        String self = SelfAddress.of(query);
        String filter = query.filter() == null ? null : query.filter().text();
        EmbeddingSpace space = searcher.space();
        return switch (query.subject()) {
            case SearchQuery.Subject.Text(String text) ->
                new SearchEvent.Query(text, null, null, target, query.k(), filter, space, self);
            case SearchQuery.Subject.Like(ItemId item) ->
                new SearchEvent.Query(null, item.toString(), null, target, query.k(), filter, space, self);
            case SearchQuery.Subject.Vector(Embedding embedding) ->
                new SearchEvent.Query(null, null, embedding.toAddressForm(), target, query.k(), filter, space, self);
        };
    }

    private Embedding embedding(AnswerStream stream)
            throws InterruptedException, ExecutionException, java.util.concurrent.TimeoutException {
        return switch (query.subject()) {
            case SearchQuery.Subject.Vector(Embedding embedding) -> embedding;
            case SearchQuery.Subject.Like(ItemId item) -> {
                try (IndexSnapshot snapshot = snapshot()) {
                    yield snapshot.embedding(item).orElseThrow(() -> Searcher.unknown(item));
                }
            }
            case SearchQuery.Subject.Text(String text) -> {
                long began = System.nanoTime();
                Future<Embedding> encoding = encoder.encodeText(text);
                try {
                    Embedding embedding = encoding.get(remaining(), TimeUnit.NANOSECONDS);
                    stream.say(new SearchEvent.Stage("encode", millisSince(began), 0, 0));
                    yield embedding;
                } finally {
                    encoding.cancel(false);
                }
            }
        };
    }

    /** All of a lexical answer, or the beginning of a hybrid one. */
    private void searchWords(SearchQuery.Ranking.Words ranking, AnswerStream stream) {
        long began = System.nanoTime();
        try (IndexSnapshot snapshot = snapshot()) {
            boolean complete = lookUp(ranking, null, snapshot);
            show(Ranked.fuse(byWords, query.k()), "lexical", null, snapshot, stream);
            stream.say(new SearchEvent.Stage("lexical", millisSince(began), 0, 0));
            if (ranking instanceof SearchQuery.Ranking.Lexical) {
                end(complete, true, null, snapshot, stream);
            }
        }
    }

    /** Says whether there was time for it. */
    private boolean lookUp(SearchQuery.Ranking.Words ranking, @Nullable Embedding embedding, IndexSnapshot snapshot) {
        List<List<Ranked>> matches = new ArrayList<>();
        for (Kind kind : query.target().kinds()) {
            WordQuery words = new WordQuery(kind, ranking.words(), depth(), filter());
            Optional<List<WordMatch>> found = snapshot.words(words, () -> !cancelled && remaining() > 0);
            if (found.isEmpty()) {
                return false;
            }
            List<Ranked> ranked = Ranked.ofWords(found.get());
            if (embedding != null && query.minSimilarity() > SearchQuery.ANY_SIMILARITY) {
                ranked = ranked.stream()
                        .filter(of -> similarity(embedding, of.item(), snapshot) >= query.minSimilarity())
                        .toList();
            }
            matches.add(ranked);
        }
        byWords = matches;
        return true;
    }

    /** How many items of a list may matter. */
    private int depth() {
        int shown = Math.max(query.k(), query.rerank());
        return query.ranking() instanceof SearchQuery.Ranking.Hybrid ? Math.max(FUSED, 5 * query.k()) : shown;
    }

    private static float similarity(Embedding embedding, ItemId item, IndexSnapshot snapshot) {
        float[] one = embedding.components();
        float[] other = snapshot.embedding(item)
                .orElseThrow(() -> new IllegalStateException("%s is found, and has no embedding".formatted(item)))
                .components();
        float sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }

    private void search(Embedding embedding, AnswerStream stream) {
        try (IndexSnapshot snapshot = snapshot()) {
            boolean exact = query.target().kinds().stream()
                    .allMatch(kind -> snapshot.size(kind, filter()) <= view.exactBelow());
            // Once more, of the same snapshot as the vectors.
            boolean looked = !(query.ranking() instanceof SearchQuery.Ranking.Words ranking)
                    || lookUp(ranking, embedding, snapshot);
            boolean complete =
                    looked && stage("approximate", NeighbourQuery.Method.APPROXIMATE, embedding, snapshot, stream);
            if (complete && exact) {
                complete = stage("exact", NeighbourQuery.Method.EXACT, embedding, snapshot, stream);
            }
            if (complete && query.rerank() > 0 && query.subject() instanceof SearchQuery.Subject.Text(String text)) {
                complete = rerank(text, snapshot, stream);
            }
            end(complete, exact, embedding, snapshot, stream);
        }
    }

    private void end(
            boolean complete,
            boolean exact,
            @Nullable Embedding embedding,
            IndexSnapshot snapshot,
            AnswerStream stream) {
        Facets facets = complete && !query.facets().isEmpty() ? facets(embedding, snapshot, stream) : null;
        boolean counted = query.facets().isEmpty() || facets != null;
        String reason = !complete || !counted ? "timeout" : exact ? null : "approximate";
        stream.say(new SearchEvent.Final(
                reason == null,
                reason,
                query.target().kinds().stream()
                        .mapToLong(kind -> snapshot.size(kind, filter()))
                        .sum(),
                snapshot.positions().next(),
                facets == null ? null : facets.shown()));
    }

    /** One stage over the kinds that are wanted; says whether it ran to its end. */
    private boolean stage(
            String name,
            NeighbourQuery.Method method,
            Embedding embedding,
            IndexSnapshot snapshot,
            AnswerStream stream) {
        long began = System.nanoTime();
        Map<Kind, List<Neighbour>> best = new EnumMap<>(Kind.class);
        query.target().kinds().forEach(kind -> best.put(kind, List.of()));
        long scanned = 0;
        long of = 0;
        boolean complete = true;
        for (Kind kind : query.target().kinds()) {
            SearchListener listener = new SearchListener() {
                @Override
                public boolean proceed() {
                    return !cancelled && remaining() > 0;
                }

                @Override
                public void improved(List<Neighbour> found, long count) {
                    // A scan that has seen little would retract what the stage before knew better.
                    if (method == NeighbourQuery.Method.APPROXIMATE) {
                        best.put(kind, similarEnough(found));
                        rank(best, name, embedding, snapshot, stream);
                    }
                }
            };
            SearchOutcome outcome =
                    snapshot.search(new NeighbourQuery(kind, embedding, depth(), filter(), method), listener);
            scanned += outcome.scanned();
            of += outcome.of();
            best.put(kind, similarEnough(outcome.neighbours()));
            if (!outcome.complete()) {
                complete = false;
                break;
            }
        }
        if (complete || method == NeighbourQuery.Method.APPROXIMATE) {
            rank(best, name, embedding, snapshot, stream);
        }
        stream.say(new SearchEvent.Stage(name, millisSince(began), scanned, of));
        found = best.values().stream().flatMap(List::stream).toList();
        return complete;
    }

    /** Counts values over all kinds that are wanted; null if there was no time for it. */
    private @Nullable Facets facets(@Nullable Embedding embedding, IndexSnapshot snapshot, AnswerStream stream) {
        long began = System.nanoTime();
        FacetQuery.Near near = embedding == null || query.minSimilarity() == SearchQuery.ANY_SIMILARITY
                ? null
                : new FacetQuery.Near(embedding, query.minSimilarity());
        FacetCounts all = new FacetCounts(query.facets());
        for (Kind kind : query.target().kinds()) {
            Optional<FacetCounts> counts = snapshot.facets(
                    new FacetQuery(kind, filter(), near, query.facets()), () -> !cancelled && remaining() > 0);
            if (counts.isEmpty()) {
                return null;
            }
            all.add(counts.get());
        }
        stream.say(new SearchEvent.Stage("facets", millisSince(began), 0, 0));
        return new Facets(all);
    }

    /** Puts the first images in order anew: says whether there was time for it. */
    private boolean rerank(String text, IndexSnapshot snapshot, AnswerStream stream) {
        long began = System.nanoTime();
        Reranking reranking = Reranking.of(found, query.rerank(), snapshot);
        if (!reranking.features().isEmpty()) {
            try {
                Future<float[]> matching = encoder.match(text, reranking.features());
                try {
                    show(
                            reranking.ranking(matching.get(remaining(), TimeUnit.NANOSECONDS)),
                            "rerank",
                            null,
                            snapshot,
                            stream);
                } finally {
                    matching.cancel(false);
                }
            } catch (java.util.concurrent.TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                throw new IllegalStateException("the reranker failed: " + e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        stream.say(new SearchEvent.Stage(
                "rerank", millisSince(began), reranking.features().size(), Math.min(query.rerank(), found.size())));
        return true;
    }

    private void rank(
            Map<Kind, List<Neighbour>> best,
            String stage,
            Embedding embedding,
            IndexSnapshot snapshot,
            AnswerStream stream) {
        List<List<Ranked>> all = new ArrayList<>(byWords);
        best.values().forEach(neighbours -> all.add(Ranked.ofNeighbours(neighbours)));
        show(Ranked.fuse(all, query.k()), stage, embedding, snapshot, stream);
    }

    /** @param embedding of the query, for the similarity of what words alone found; null where it is not known */
    private void show(
            List<Ranked> ranking,
            String stage,
            @Nullable Embedding embedding,
            IndexSnapshot snapshot,
            AnswerStream stream) {
        List<SearchEvent.Hit> hits = new ArrayList<>(query.k());
        for (int i = 0; i < Math.min(query.k(), ranking.size()); i++) {
            hits.add(hit(i + 1, ranking.get(i), stage, embedding, snapshot));
        }
        stream.rank(hits);
    }

    private SearchEvent.Hit hit(
            int rank, Ranked ranked, String stage, @Nullable Embedding embedding, IndexSnapshot snapshot) {
        ItemId item = ranked.item();
        IndexedItem.Visible known = details.computeIfAbsent(item, id -> visible(id, snapshot));
        Metadata metadata = known.metadata();
        Float similarity = ranked.similarity();
        if (similarity == null && embedding != null) {
            similarity = similarity(embedding, item, snapshot);
        }
        return new SearchEvent.Hit(
                rank,
                item.kind().word(),
                item.id(),
                similarity,
                ranked.score(),
                stage,
                known.text(),
                item.kind() == Kind.IMAGE ? "/images/" + segment(item.id()) + "/preview" : null,
                metadata.isEmpty() ? null : metadata);
    }

    private static IndexedItem.Visible visible(ItemId item, IndexSnapshot snapshot) {
        return snapshot.find(item)
                .filter(IndexedItem.Visible.class::isInstance)
                .map(IndexedItem.Visible.class::cast)
                .orElseThrow(
                        () -> new IllegalStateException("the index found %s, and does not know it".formatted(item)));
    }

    /** The id as one segment of an address's path (RFC 3986). */
    private static String segment(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** @param found best first */
    private List<Neighbour> similarEnough(List<Neighbour> found) {
        return found.stream()
                .takeWhile(neighbour -> neighbour.similarity() >= query.minSimilarity())
                .toList();
    }

    private @Nullable Filter filter() {
        FilterText written = query.filter();
        return written == null ? null : written.filter();
    }

    private IndexSnapshot snapshot() {
        return view.snapshot().orElseThrow(() -> new QueryException(QueryException.Cause.UNAVAILABLE, view.absence()));
    }

    private long remaining() {
        return Math.max(deadline - System.nanoTime(), 0);
    }

    private static double millisSince(long began) {
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began) / 1000.0;
    }

    static SearchEvent.Problem problem(QueryException e) {
        return new SearchEvent.Problem(
                "urn:glimpse:problem:" + e.kind(), e.kind().replace('-', ' '), e.status(), e.sentence());
    }
}
