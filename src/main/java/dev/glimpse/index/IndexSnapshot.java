package dev.glimpse.index;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.filter.Filter;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What an index held at one moment. Any number of threads may use it until it is closed. */
public interface IndexSnapshot extends AutoCloseable {

    /** How far the view had read. */
    ViewPositions positions();

    /** How many items of a kind have an embedding. */
    int size(Kind kind);

    /** How many items of a kind have an embedding and such metadata; null for any. */
    int size(Kind kind, @Nullable Filter filter);

    /** What is known of an item. */
    Optional<IndexedItem> find(ItemId item);

    /** An item's embedding, if it has one. */
    Optional<Embedding> embedding(ItemId item);

    /** What a reranker reads of an image, if it was encoded with one. */
    Optional<ImageFeatures> features(ItemId item);

    /**
     * Searches for neighbours.
     *
     * @param listener asked before the search goes on, and told of what it finds
     * @return what was found when the search ended, by itself or by its listener
     */
    SearchOutcome search(NeighbourQuery query, SearchListener listener);

    /**
     * Searches for words in texts and captions: they are analysed as those are, and any of them suffices. Ranked by BM25 with
     * k1 = 1.2 and b = 0.75 (Robertson and Zaragoza 2009), ties by id.
     *
     * @param listener asked before the search goes on, and told of what it finds
     * @return at most k, best first; empty where it was not to go on to the end
     */
    Optional<List<WordMatch>> words(WordQuery query, WordListener listener);

    /**
     * Counts the values of fields.
     *
     * @param proceed asked whether to go on, from time to time
     * @return empty where it was not to go on to the end
     */
    Optional<FacetCounts> facets(FacetQuery query, BooleanSupplier proceed);

    @Override
    void close();
}
