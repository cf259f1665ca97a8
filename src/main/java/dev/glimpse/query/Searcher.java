package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.encode.QueryEncoder;
import dev.glimpse.encode.UnreadableImageException;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexView;
import dev.glimpse.item.Content;
import dev.glimpse.item.ItemId;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers queries as streams. Thread-safe. */
@ApplicationScoped
public class Searcher {

    private static final int MAX_WAITING_SEARCHES = 1024;

    private final QueryEncoder encoder;
    private final IndexView view;
    private final Pages pages;
    private final LiveRankings rankings;
    private final LiveMatches matches;
    private final MeterRegistry metrics;
    private final ThreadPoolExecutor searches;

    /** How many are being made. */
    private final AtomicInteger answers = new AtomicInteger();

    Searcher(
            QueryEncoder encoder,
            IndexView view,
            Pages pages,
            LiveRankings rankings,
            LiveMatches matches,
            MeterRegistry metrics) {
        this.encoder = encoder;
        this.view = view;
        this.pages = pages;
        this.rankings = rankings;
        this.matches = matches;
        this.metrics = metrics;
        int threads = Runtime.getRuntime().availableProcessors();
        // Searching is computing: more threads than processors would only hold each other up.
        searches = new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING_SEARCHES),
                Thread.ofPlatform().name("search-", 0).daemon().factory());
        searches.prestartAllCoreThreads();
        metrics.gauge("glimpse.query.answers", answers);
        metrics.gauge(
                "glimpse.query.searches",
                searches,
                pool -> pool.getActiveCount() + pool.getQueue().size());
    }

    /** The space in which queries are answered. */
    public EmbeddingSpace space() {
        return encoder.space();
    }

    /**
     * Encodes what is put together, each unlike part once and all at once. The vector is rounded to the form that an address can
     * carry, so that the answer's {@code self} ranks alike.
     *
     * @param timeout how long to wait for it; blocks
     * @return the query's subject
     * @throws QueryException if a part is unknown, of another space or can't be decoded, or not in time
     */
    public SearchQuery.Subject encode(Composition composition, Duration timeout) {
        List<Composition.Source> sources =
                composition.parts().stream().map(Composition.Part::source).toList();
        return new SearchQuery.Subject.Vector(
                composition.combined(encoded(sources, timeout)).roundedToAddressForm());
    }

    /**
     * The embedding of what is searched for.
     *
     * @param timeout how long to wait for it; blocks
     * @throws QueryException as above
     */
    public Embedding embedding(SearchQuery.Subject subject, Duration timeout) {
        Composition.Source source = switch (subject) {
            case SearchQuery.Subject.Text text -> new Composition.Source.Text(text);
            case SearchQuery.Subject.Like(ItemId item) -> new Composition.Source.Item(item);
            case SearchQuery.Subject.Vector(Embedding embedding) -> new Composition.Source.Vector(embedding);
        };
        return encoded(List.of(source), timeout).getFirst();
    }

    private List<Embedding> encoded(List<Composition.Source> sources, Duration timeout) {
        Patience patience = new Patience(timeout);
        Map<Composition.Source, Future<Embedding>> encodings = new HashMap<>();
        try {
            for (Composition.Source source : sources) {
                encodings.computeIfAbsent(source, this::encoding);
            }
            List<Embedding> embeddings = new ArrayList<>();
            for (Composition.Source source : sources) {
                embeddings.add(
                        Objects.requireNonNull(encodings.get(source)).get(patience.nanos(), TimeUnit.NANOSECONDS));
            }
            return embeddings;
        } catch (RejectedExecutionException e) {
            throw new QueryException(QueryException.Cause.UNAVAILABLE, String.valueOf(e.getMessage()), e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (TimeoutException e) {
            throw new QueryException(
                    QueryException.Cause.UNAVAILABLE, "the query was not encoded within " + timeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryException(QueryException.Cause.UNAVAILABLE, "the service stops", e);
        } finally {
            encodings.values().forEach(encoding -> encoding.cancel(false));
        }
    }

    private Future<Embedding> encoding(Composition.Source source) {
        return switch (source) {
            case Composition.Source.Text(SearchQuery.Subject.Text(String text)) -> encoder.encodeText(text);
            case Composition.Source.Picture(Content.Picture picture) -> encoder.encodeImage(picture);
            case Composition.Source.Item(ItemId item) -> CompletableFuture.completedFuture(known(item));
            case Composition.Source.Vector(Embedding embedding) -> {
                requireSpace(embedding);
                yield CompletableFuture.completedFuture(embedding);
            }
        };
    }

    private Embedding known(ItemId item) {
        try (IndexSnapshot snapshot = view.snapshot().orElse(null)) {
            if (snapshot == null) {
                throw new QueryException(QueryException.Cause.UNAVAILABLE, view.absence());
            }
            return snapshot.embedding(item).orElseThrow(() -> unknown(item));
        }
    }

    private void requireSpace(Embedding embedding) {
        if (!embedding.space().equals(space())) {
            throw new QueryException(
                    QueryException.Cause.FOREIGN_SPACE,
                    "the vector lies in the space %s, and the view in %s".formatted(embedding.space(), space()));
        }
    }

    private static QueryException failure(@Nullable Throwable cause) {
        return cause instanceof UnreadableImageException unreadable
                ? new QueryException(
                        QueryException.Cause.UNREADABLE_IMAGE, String.valueOf(unreadable.getMessage()), unreadable)
                : new QueryException(QueryException.Cause.FAILED, "the query can't be encoded: " + cause);
    }

    /**
     * Checks what can be checked before a stream begins.
     *
     * @throws QueryException if the query can't be answered
     */
    public void check(SearchQuery query) {
        if (query.subject() instanceof SearchQuery.Subject.Vector(Embedding embedding)) {
            requireSpace(embedding);
        }
        if (query.rerank() > 0 && !encoder.canMatch()) {
            throw new QueryException(
                    QueryException.Cause.NO_RERANKER,
                    "'rerank' needs a model with a reranker, and that of the space %s has none".formatted(space()));
        }
        try (IndexSnapshot snapshot = view.snapshot().orElse(null)) {
            if (snapshot == null) {
                throw new QueryException(QueryException.Cause.UNAVAILABLE, view.absence());
            }
            if (query.subject() instanceof SearchQuery.Subject.Like(ItemId item)
                    && query.fresh().isEmpty()
                    && snapshot.embedding(item).isEmpty()) {
                throw unknown(item);
            }
        }
    }

    static QueryException unknown(ItemId item) {
        return new QueryException(QueryException.Cause.UNKNOWN_ITEM, "there is no item %s in the view".formatted(item));
    }

    /**
     * Answers a query. Each subscription searches anew. The stream ends with {@link SearchEvent.Final} or
     * {@link SearchEvent.Problem}; it is as fast as its subscriber asks, and what he does not ask for waits in bounded
     * space. Cancelling ends the search.
     */
    public Multi<SearchEvent> search(SearchQuery query) {
        return answer(query, null, () -> null);
    }

    /**
     * Goes on with the matches of an answer that was given before.
     *
     * @param from by partition of the embeddings topic, from where on none was told
     */
    public Multi<SearchEvent> resume(SearchQuery query, Map<Integer, Long> from) {
        return answer(query, from, () -> null);
    }

    /**
     * The next page of an answer, as {@link #search} gives answers. To ask for it again gives it again.
     *
     * @param cursor  that the page before ended with
     * @param timeout how long it may take
     * @throws QueryException if the cursor has expired
     */
    public Multi<SearchEvent> page(String cursor, Duration timeout) {
        Pages.Page known = pages.open(cursor);
        SearchQuery query = known.answer().query().within(timeout);
        known.answer().release();
        return answer(query, null, () -> pages.open(cursor));
    }

    private Multi<SearchEvent> answer(
            SearchQuery query, @Nullable Map<Integer, Long> resume, Supplier<Pages.@Nullable Page> page) {
        return Multi.createFrom().publisher(subscriber -> {
            AnswerTimes times = new AnswerTimes(metrics, query.ranking(), query.subject());
            if (resume != null) {
                times.ignore();
            }
            Pages.Page further = page.get();
            try {
                Answer answer = new Answer(query, further, resume, this, encoder, view, pages, metrics);
                AnswerStream stream = new AnswerStream(subscriber, answer::cancel, times);
                subscriber.onSubscribe(stream);
                answer.start(stream);
            } catch (RuntimeException e) {
                if (further != null) {
                    further.answer().release();
                }
                throw e;
            }
        });
    }

    /**
     * Runs a search on one of the bounded number of threads.
     *
     * @throws RejectedExecutionException if too many wait already
     */
    Future<?> submit(Runnable search) {
        return searches.submit(search);
    }

    /** Whether a search would begin at once, as far as can be told. */
    boolean isIdle() {
        return searches.getActiveCount() < searches.getMaximumPoolSize();
    }

    AtomicInteger answers() {
        return answers;
    }

    LiveRankings rankings() {
        return rankings;
    }

    LiveMatches matches() {
        return matches;
    }

    /** All stages of a search. */
    SnapshotSearch.Outcome answer(SnapshotSearch search) {
        return search.answer(view.exactBelow(), encoder);
    }

    @PreDestroy
    void stop() {
        searches.shutdownNow();
    }
}
