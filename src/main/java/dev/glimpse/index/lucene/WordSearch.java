package dev.glimpse.index.lucene;

import dev.glimpse.index.TopNeighbours;
import dev.glimpse.index.WordMatch;
import dev.glimpse.index.WordQuery;
import dev.glimpse.item.ItemId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.QueryBuilder;

/**
 * Searches texts and captions for words. What can't come among the best is passed over by blocks (Ding and Suel 2011, block-max
 * WAND); what is as good as the last of them is not, so that ties go by id and not by place in the index.
 */
final class WordSearch {

    private static final int CHUNK = 1024;

    private WordSearch() {}

    /** What no better one can have is passed over; of equal ones the id decides. */
    private static float least(TopNeighbours top) {
        return Math.max(0, top.least());
    }

    /** The id of a document. */
    interface Keys {
        ItemId of(BinaryDocValues keys, int doc);
    }

    /** @return empty where it was not to go on to the end */
    static Optional<List<WordMatch>> search(DirectoryReader reader, WordQuery query, BooleanSupplier proceed, Keys keys)
            throws IOException {
        TopNeighbours top = new TopNeighbours(query.k());
        // Null where analysis leaves no word.
        Query words = new QueryBuilder(LuceneIndex.analyzer()).createBooleanQuery(LuceneIndex.TEXT, query.words());
        if (words == null) {
            return Optional.of(List.of());
        }
        BooleanQuery.Builder all = new BooleanQuery.Builder()
                .add(words, Occur.MUST)
                .add(new FieldExistsQuery(LuceneIndex.vectorField(query.kind())), Occur.FILTER);
        if (query.filter() != null) {
            all.add(FilterFields.query(query.filter()), Occur.FILTER);
        }
        IndexSearcher searcher = new IndexSearcher(reader);
        Weight weight = searcher.createWeight(searcher.rewrite(all.build()), ScoreMode.TOP_SCORES, 1);
        int seen = 0;
        for (LeafReaderContext context : reader.leaves()) {
            ScorerSupplier supplier = weight.scorerSupplier(context);
            if (supplier == null) {
                continue;
            }
            supplier.setTopLevelScoringClause();
            Scorer scorer = supplier.get(Long.MAX_VALUE);
            scorer.setMinCompetitiveScore(least(top));
            Bits live = context.reader().getLiveDocs();
            BinaryDocValues ids = DocValues.getBinary(context.reader(), LuceneIndex.KEY);
            DocIdSetIterator docs = scorer.iterator();
            for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
                if (++seen % CHUNK == 0 && !proceed.getAsBoolean()) {
                    return Optional.empty();
                }
                if (live == null || live.get(doc)) {
                    int at = doc;
                    if (top.offer(scorer.score(), () -> keys.of(ids, at))) {
                        scorer.setMinCompetitiveScore(least(top));
                    }
                }
            }
        }
        return Optional.of(top.ranked().stream()
                .map(best -> new WordMatch(best.item(), best.similarity()))
                .toList());
    }
}
