package dev.glimpse.index.lucene;

import dev.glimpse.index.TopNeighbours;
import dev.glimpse.index.WordListener;
import dev.glimpse.index.WordMatch;
import dev.glimpse.index.WordQuery;
import dev.glimpse.item.ItemId;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BulkScorer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.QueryBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Searches texts and captions for words. What can't come among the best is passed over by blocks (Ding and Suel 2011, block-max
 * WAND); what is as good as the last of them is not, so that ties go by id and not by place in the index.
 */
final class WordSearch {

    private static final int CHUNK = 4096;

    /** Nanoseconds between two tellings of what is best so far; or as many as a telling takes, where those are more. */
    private static final long SILENCE = 500_000;

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
    static Optional<List<WordMatch>> search(DirectoryReader reader, WordQuery query, WordListener listener, Keys keys)
            throws IOException {
        TopNeighbours top = new TopNeighbours(query.k());
        // Null where analysis leaves no word.
        Query words = new QueryBuilder(LuceneIndex.analyzer()).createBooleanQuery(LuceneIndex.TEXT, query.words());
        if (words == null) {
            return Optional.of(List.of());
        }
        IndexSearcher searcher = new IndexSearcher(reader);
        Weight weight = searcher.createWeight(searcher.rewrite(filtered(words, query)), ScoreMode.TOP_SCORES, 1);
        long told = System.nanoTime();
        long silence = SILENCE;
        float worst = 0;
        for (LeafReaderContext context : reader.leaves()) {
            ScorerSupplier supplier = weight.scorerSupplier(context);
            if (supplier == null) {
                continue;
            }
            supplier.setTopLevelScoringClause();
            BulkScorer scorer = supplier.bulkScorer();
            Best best = new Best(top, DocValues.getBinary(context.reader(), LuceneIndex.KEY), keys);
            Bits live = context.reader().getLiveDocs();
            for (int doc = 0; doc != DocIdSetIterator.NO_MORE_DOCS; ) {
                doc = scorer.score(
                        best, live, doc, Math.min(doc + CHUNK, context.reader().maxDoc()));
                if (doc >= context.reader().maxDoc()) {
                    break;
                }
                if (!listener.proceed()) {
                    return Optional.empty();
                }
                long now = System.nanoTime();
                if (now - told > silence && top.least() > worst) {
                    worst = top.least();
                    listener.improved(matches(top));
                    told = System.nanoTime();
                    silence = Math.max(SILENCE, told - now);
                }
            }
        }
        return Optional.of(matches(top));
    }

    /** Any of the words, and all that the query asks for beside them: in one, so that Lucene passes over what can't be among the best. */
    private static Query filtered(Query words, WordQuery query) {
        BooleanQuery.Builder all = new BooleanQuery.Builder().setMinimumNumberShouldMatch(1);
        if (words instanceof BooleanQuery several) {
            several.clauses().forEach(all::add);
        } else {
            all.add(words, Occur.SHOULD);
        }
        all.add(new FieldExistsQuery(LuceneIndex.vectorField(query.kind())), Occur.FILTER);
        if (query.filter() != null) {
            all.add(FilterFields.query(query.filter()), Occur.FILTER);
        }
        return all.build();
    }

    /** Offers what is found to the best. */
    private static final class Best implements LeafCollector {

        private final TopNeighbours top;
        private final BinaryDocValues ids;
        private final Keys keys;
        private @Nullable Scorable scorer;

        Best(TopNeighbours top, BinaryDocValues ids, Keys keys) {
            this.top = top;
            this.ids = ids;
            this.keys = keys;
        }

        @Override
        public void setScorer(Scorable of) throws IOException {
            scorer = of;
            of.setMinCompetitiveScore(least(top));
        }

        @Override
        public void collect(int doc) throws IOException {
            Scorable of = Objects.requireNonNull(scorer);
            if (top.offer(of.score(), () -> keys.of(ids, doc))) {
                of.setMinCompetitiveScore(least(top));
            }
        }
    }

    private static List<WordMatch> matches(TopNeighbours top) {
        return top.ranked().stream()
                .map(best -> new WordMatch(best.item(), best.similarity()))
                .toList();
    }
}
