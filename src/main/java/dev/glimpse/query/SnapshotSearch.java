package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.encode.QueryEncoder;
import dev.glimpse.filter.Filter;
import dev.glimpse.filter.FilterText;
import dev.glimpse.index.FacetCounts;
import dev.glimpse.index.FacetQuery;
import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.Neighbour;
import dev.glimpse.index.NeighbourQuery;
import dev.glimpse.index.SearchListener;
import dev.glimpse.index.SearchOutcome;
import dev.glimpse.index.WordListener;
import dev.glimpse.index.WordMatch;
import dev.glimpse.index.WordQuery;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The stages of an answer on one snapshot. Not thread-safe. */
final class SnapshotSearch {

    /** So many of each list are fused at least, where words count too. */
    private static final int FUSED = 200;

    /** By how much deeper it is searched when too few groups were found. */
    private static final int DEEPER = 4;

    private static final String LEXICAL = "lexical";

    /** So many duplicates are named. */
    static final int NAMED = 10;

    private final SearchQuery query;
    private final @Nullable Embedding embedding;
    private final IndexSnapshot snapshot;
    private final List<ItemId> before;
    private final AnswerSink stream;
    private final Hits hits;
    private final Patience patience;
    private final @Nullable Collapse collapse;
    private final Map<ItemId, Embedding> embeddings = new HashMap<>();

    /** How many items of a list may matter. */
    private int depth;

    /** By kind what the words found, where words count. */
    private List<List<Ranked>> byWords = List.of();

    /** By kind what the last stage found, which may be more than is shown. */
    private List<List<Neighbour>> found = List.of();

    private boolean deeper;
    private List<Ranked> shown = List.of();
    private String stage = "";
    private Map<ItemId, List<String>> duplicates = Map.of();

    /**
     * @param embedding of the query; null where none is searched for, or it is not known yet
     * @param before    what earlier pages showed
     */
    SnapshotSearch(
            SearchQuery query,
            @Nullable Embedding embedding,
            IndexSnapshot snapshot,
            List<ItemId> before,
            AnswerSink stream,
            Hits hits,
            Patience patience) {
        this.query = query;
        this.embedding = embedding;
        this.snapshot = snapshot;
        this.before = before;
        this.stream = stream;
        this.hits = hits;
        this.patience = patience;
        Float alike = query.collapse();
        this.collapse = alike == null ? null : new Collapse(alike, this::embedding, patience::remains);
        int wanted = before.size() + Math.max(query.k(), query.rerank());
        this.depth = query.ranking() instanceof SearchQuery.Ranking.Hybrid ? Math.max(FUSED, 5 * wanted) : wanted;
    }

    /** The ranking that is shown after the last stage. */
    List<Ranked> ranking() {
        return shown;
    }

    /** What is shown after the last stage, in its order. */
    List<ItemId> shown() {
        return shown.stream().map(Ranked::item).toList();
    }

    /**
     * What came of it.
     *
     * @param complete whether there was time for all of it
     * @param exact    whether what is shown is what comparing with every item gives
     * @param ranked   whether at least the ranking is complete
     */
    record Outcome(boolean complete, boolean exact, boolean ranked) {}

    /**
     * All stages.
     *
     * @param exactBelow up to how many items of a kind are compared one by one
     */
    Outcome answer(int exactBelow, QueryEncoder encoder) {
        boolean exact = true;
        boolean complete;
        if (embedding == null) {
            complete = query.ranking() instanceof SearchQuery.Ranking.Words words && words(words);
        } else {
            exact = query.target().kinds().stream().allMatch(kind -> snapshot.size(kind, filter(query)) <= exactBelow);
            complete = vectors(exact, embedding);
        }
        exact &= !isCutShort();
        if (complete && query.rerank() > 0 && query.subject() instanceof SearchQuery.Subject.Text(String text)) {
            complete = rerank(text, encoder);
        }
        boolean ranked = complete;
        return new Outcome(complete && duplicates(exact), exact, ranked);
    }

    /** How many items may be found. */
    long items() {
        return query.target().kinds().stream()
                .mapToLong(kind -> snapshot.size(kind, filter(query)))
                .sum();
    }

    /** Shows what words alone find, if that is known while it is wanted. */
    void glimpse(SearchQuery.Ranking.Words ranking, BooleanSupplier wanted) {
        long began = System.nanoTime();
        BooleanSupplier proceed = () -> patience.remains() && wanted.getAsBoolean();
        // Beside the encoder, for a list that soon gives way: what has all words, if that fills it.
        if (lookUp(ranking, proceed, this::showSoFar, true)) {
            show(byWords, LEXICAL);
            stream.say(new SearchEvent.Stage(LEXICAL, Patience.millisSince(began), 0, 0));
        }
    }

    /** What is best so far: where most items have a word, looking through all of them takes as long as encoding. */
    private void showSoFar(List<List<Ranked>> byWords) {
        // To tell what is alike would cost more than looking on.
        if (collapse == null) {
            show(byWords, LEXICAL);
        }
    }

    /** Ranks by words alone: says whether there was time for it. */
    private boolean words(SearchQuery.Ranking.Words ranking) {
        long began = System.nanoTime();
        boolean complete;
        do {
            complete = lookUp(ranking, patience::remains, query.strict() ? null : this::showSoFar, false);
            if (complete) {
                show(byWords, LEXICAL);
            }
        } while (complete && mustLookDeeper(byWords));
        stream.say(new SearchEvent.Stage(LEXICAL, Patience.millisSince(began), 0, 0));
        return complete;
    }

    /**
     * Ranks by similarity, or by both: by the graph, and, where few items are searched, by all of them.
     *
     * @param exact whether few are
     * @return whether there was time for it
     */
    private boolean vectors(boolean exact, Embedding of) {
        boolean complete;
        do {
            complete = !(query.ranking() instanceof SearchQuery.Ranking.Words ranking)
                    || lookUp(ranking, patience::remains, null, false);
            complete = complete && stage("approximate", NeighbourQuery.Method.APPROXIMATE, of);
            complete = complete && (!exact || stage("exact", NeighbourQuery.Method.EXACT, of));
        } while (complete && mustLookDeeper(found));
        return complete;
    }

    /** Whether duplicates took so much of the lists that too few groups are shown, and there is more to find. */
    private boolean mustLookDeeper(List<? extends List<?>> lists) {
        deeper = lacks(lists) && depth < PagedAnswer.DEEPEST && patience.remains();
        if (deeper) {
            depth = Math.min(depth * DEEPER, PagedAnswer.DEEPEST);
        }
        return deeper;
    }

    private boolean lacks(List<? extends List<?>> lists) {
        return collapse != null && shown.size() < query.k() && lists.stream().anyMatch(list -> list.size() >= depth);
    }

    /** Whether what is shown may lack groups, since it is not searched deeper. */
    private boolean isCutShort() {
        return lacks(found) || lacks(byWords);
    }

    /**
     * Says whether there was time for it.
     *
     * @param content whether it will do to fill the list with what has all words
     */
    private boolean lookUp(
            SearchQuery.Ranking.Words ranking,
            BooleanSupplier proceed,
            @Nullable Consumer<List<List<Ranked>>> improved,
            boolean content) {
        List<List<Ranked>> matches = new ArrayList<>();
        for (Kind kind : query.target().kinds()) {
            WordQuery words = new WordQuery(kind, ranking.words(), depth, filter(query));
            WordListener listener = new WordListener() {
                @Override
                public boolean proceed() {
                    return proceed.getAsBoolean();
                }

                @Override
                public boolean isContent() {
                    return content;
                }

                @Override
                public void improved(List<WordMatch> best) {
                    if (improved == null) {
                        return;
                    }
                    List<List<Ranked>> some = new ArrayList<>(matches);
                    some.add(similarEnoughByWords(best));
                    // Several kinds are ranked by rank, also while nothing is known of the last.
                    while (some.size() < query.target().kinds().size()) {
                        some.add(List.of());
                    }
                    improved.accept(some);
                }
            };
            Optional<List<WordMatch>> of = snapshot.words(words, listener);
            if (of.isEmpty()) {
                return false;
            }
            matches.add(similarEnoughByWords(of.get()));
        }
        byWords = matches;
        return true;
    }

    private List<Ranked> similarEnoughByWords(List<WordMatch> found) {
        List<Ranked> ranked = Ranked.ofWords(found);
        if (embedding == null || query.minSimilarity() <= SearchQuery.ANY_SIMILARITY) {
            return ranked;
        }
        Embedding near = embedding;
        return ranked.stream()
                .filter(one -> near.dot(embedding(one.item())) >= query.minSimilarity())
                .toList();
    }

    /** One stage over the kinds that are wanted; says whether it ran to its end. */
    private boolean stage(String name, NeighbourQuery.Method method, Embedding near) {
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
                    return patience.remains();
                }

                @Override
                public void improved(List<Neighbour> found, long count) {
                    // What has seen little would retract what was known better before.
                    if (method == NeighbourQuery.Method.APPROXIMATE && !deeper) {
                        best.put(kind, similarEnough(found));
                        rank(best, name);
                    }
                }
            };
            SearchOutcome outcome =
                    snapshot.search(new NeighbourQuery(kind, near, depth, filter(query), method), listener);
            scanned += outcome.scanned();
            of += outcome.of();
            best.put(kind, similarEnough(outcome.neighbours()));
            if (!outcome.complete()) {
                complete = false;
                break;
            }
        }
        if (complete || (method == NeighbourQuery.Method.APPROXIMATE && !deeper)) {
            rank(best, name);
            found = List.copyOf(best.values());
        }
        stream.say(new SearchEvent.Stage(name, Patience.millisSince(began), scanned, of));
        return complete;
    }

    /** Counts values over all kinds that are wanted; null if there was no time for it. */
    @Nullable
    Facets facets() {
        long began = System.nanoTime();
        FacetQuery.Near near = embedding == null || query.minSimilarity() == SearchQuery.ANY_SIMILARITY
                ? null
                : new FacetQuery.Near(embedding, query.minSimilarity());
        FacetCounts all = new FacetCounts(query.facets());
        for (Kind kind : query.target().kinds()) {
            Optional<FacetCounts> counts =
                    snapshot.facets(new FacetQuery(kind, filter(query), near, query.facets()), patience::remains);
            if (counts.isEmpty()) {
                return null;
            }
            all.add(counts.get());
        }
        stream.say(new SearchEvent.Stage("facets", Patience.millisSince(began), 0, 0));
        return new Facets(all);
    }

    /** Looks for what is nearly the same as what is shown, where that was asked: says whether there was time for it. */
    private boolean duplicates(boolean exact) {
        if (collapse == null) {
            return true;
        }
        long began = System.nanoTime();
        NeighbourQuery.Method method = exact ? NeighbourQuery.Method.EXACT : NeighbourQuery.Method.APPROXIMATE;
        Map<ItemId, List<String>> all = new HashMap<>();
        for (Ranked of : shown) {
            ItemId item = of.item();
            SearchOutcome near = snapshot.search(
                    new NeighbourQuery(item.kind(), embedding(item), NAMED + 1, filter(query), method),
                    SearchListener.silent(patience::remains));
            if (!near.complete()) {
                return false;
            }
            List<String> others = near.neighbours().stream()
                    .filter(one -> !one.item().equals(item) && collapse.isAlike(one.similarity()))
                    .limit(NAMED)
                    .map(one -> one.item().toString())
                    .toList();
            if (!others.isEmpty()) {
                all.put(item, others);
            }
        }
        duplicates = all;
        stream.rank(hits.of(shown, duplicates, stage, snapshot));
        stream.say(new SearchEvent.Stage("duplicates", Patience.millisSince(began), 0, 0));
        return true;
    }

    /** Puts the first images in order anew: says whether there was time for it. */
    private boolean rerank(String text, QueryEncoder encoder) {
        long began = System.nanoTime();
        List<Neighbour> images = found.getFirst();
        Reranking reranking = Reranking.of(images, query.rerank(), snapshot);
        if (!reranking.features().isEmpty()) {
            try {
                Future<float[]> matching = encoder.match(text, reranking.features());
                try {
                    float[] match = matching.get(patience.nanos(), TimeUnit.NANOSECONDS);
                    show(List.of(reranking.ranking(match)), "rerank");
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
                "rerank",
                Patience.millisSince(began),
                reranking.features().size(),
                Math.min(query.rerank(), images.size())));
        return true;
    }

    private void rank(Map<Kind, List<Neighbour>> best, String stage) {
        List<List<Ranked>> all = new ArrayList<>(byWords);
        best.values().forEach(neighbours -> all.add(Ranked.ofNeighbours(neighbours)));
        show(all, stage);
    }

    private void show(List<List<Ranked>> rankings, String stage) {
        List<Ranked> first = collapse == null
                ? unshown(Ranked.fuse(rankings, before.size() + query.k()))
                : collapse.unlike(Ranked.fuse(rankings, Integer.MAX_VALUE), before, query.k());
        shown = first.stream().map(this::withSimilarity).toList();
        this.stage = stage;
        stream.rank(hits.of(shown, duplicates, stage, snapshot));
    }

    private List<Ranked> unshown(List<Ranked> ranking) {
        Set<ItemId> earlier = Set.copyOf(before);
        return ranking.stream()
                .filter(of -> !earlier.contains(of.item()))
                .limit(query.k())
                .toList();
    }

    /** What words alone found has none yet. */
    private Ranked withSimilarity(Ranked of) {
        return of.similarity() != null || embedding == null
                ? of
                : new Ranked(of.item(), embedding.dot(embedding(of.item())), of.score());
    }

    private Embedding embedding(ItemId item) {
        return embeddings.computeIfAbsent(
                item,
                id -> snapshot.embedding(id)
                        .orElseThrow(
                                () -> new IllegalStateException("%s is found, and has no embedding".formatted(id))));
    }

    /** @param found best first */
    private List<Neighbour> similarEnough(List<Neighbour> found) {
        return found.stream()
                .takeWhile(neighbour -> neighbour.similarity() >= query.minSimilarity())
                .toList();
    }

    static @Nullable Filter filter(SearchQuery query) {
        FilterText written = query.filter();
        return written == null ? null : written.filter();
    }
}
