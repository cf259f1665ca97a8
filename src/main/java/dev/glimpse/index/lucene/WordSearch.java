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
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.QueryBuilder;
import org.apache.lucene.util.SparseFixedBitSet;
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
        // Null where analysis leaves no word.
        Query words = new QueryBuilder(LuceneIndex.analyzer()).createBooleanQuery(LuceneIndex.TEXT, query.words());
        if (words == null) {
            return Optional.of(List.of());
        }
        Search search = new Search(reader, query, listener, keys);
        if (words instanceof BooleanQuery several
                && several.clauses().stream().distinct().count() > 1) {
            // What has all words is found soon, mostly among the best, and how good they are tells what to pass over.
            if (!search.run(filtered(all(several), query), true)) {
                return Optional.empty();
            }
            List<WordMatch> best = search.best();
            if (best.size() == query.k() && listener.isContent()) {
                return Optional.of(best);
            }
            if (!best.isEmpty()) {
                search.tell();
            }
        }
        return search.run(filtered(words, query), false) ? Optional.of(search.best()) : Optional.empty();
    }

    private static Query all(BooleanQuery words) {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        words.clauses().forEach(word -> all.add(word.query(), Occur.MUST));
        return all.build();
    }

    /** The words, and all that the query asks for beside them: in one, so that Lucene passes over what can't be among the best. */
    private static Query filtered(Query words, WordQuery query) {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        if (words instanceof BooleanQuery several) {
            several.clauses().forEach(all::add);
            all.setMinimumNumberShouldMatch(several.getClauses(Occur.SHOULD).isEmpty() ? 0 : 1);
        } else {
            all.add(words, Occur.MUST);
        }
        all.add(new FieldExistsQuery(LuceneIndex.vectorField(query.kind())), Occur.FILTER);
        if (query.filter() != null) {
            all.add(FilterFields.query(query.filter()), Occur.FILTER);
        }
        return all.build();
    }

    /** One search of one query or two: what the first collects is not collected again. */
    private static final class Search {

        private final DirectoryReader reader;
        private final IndexSearcher searcher;
        private final WordListener listener;
        private final Keys keys;
        private final TopNeighbours top;

        /** Documents that were offered. */
        private final BitSet seen;

        private long told = System.nanoTime();
        private long silence = SILENCE;
        private float worst;

        Search(DirectoryReader reader, WordQuery query, WordListener listener, Keys keys) {
            this.reader = reader;
            this.searcher = new IndexSearcher(reader);
            this.listener = listener;
            this.keys = keys;
            this.top = new TopNeighbours(query.k());
            this.seen = new SparseFixedBitSet(Math.max(1, reader.maxDoc()));
        }

        /**
         * Says whether it was to go on to the end.
         *
         * @param again whether another follows, that would find the same
         */
        boolean run(Query query, boolean again) throws IOException {
            Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.TOP_SCORES, 1);
            for (LeafReaderContext context : reader.leaves()) {
                ScorerSupplier supplier = weight.scorerSupplier(context);
                if (supplier == null) {
                    continue;
                }
                supplier.setTopLevelScoringClause();
                BulkScorer scorer = supplier.bulkScorer();
                Best best = new Best(this, again, context, DocValues.getBinary(context.reader(), LuceneIndex.KEY));
                Bits live = context.reader().getLiveDocs();
                int end = context.reader().maxDoc();
                for (int doc = 0; doc != DocIdSetIterator.NO_MORE_DOCS; ) {
                    doc = scorer.score(best, live, doc, Math.min(doc + CHUNK, end));
                    if (doc >= end) {
                        break;
                    }
                    if (!listener.proceed()) {
                        return false;
                    }
                    if (System.nanoTime() - told > silence && top.least() > worst) {
                        tell();
                    }
                }
            }
            return true;
        }

        /** Tells what is best so far. */
        void tell() {
            long began = System.nanoTime();
            worst = top.least();
            listener.improved(best());
            told = System.nanoTime();
            silence = Math.max(SILENCE, told - began);
        }

        List<WordMatch> best() {
            return top.ranked().stream()
                    .map(best -> new WordMatch(best.item(), best.similarity()))
                    .toList();
        }
    }

    /** Offers what is found to the best. */
    private static final class Best implements LeafCollector {

        private final Search search;
        private final boolean again;
        private final int base;
        private final BinaryDocValues ids;
        private @Nullable Scorable scorer;

        Best(Search search, boolean again, LeafReaderContext context, BinaryDocValues ids) {
            this.search = search;
            this.again = again;
            this.base = context.docBase;
            this.ids = ids;
        }

        @Override
        public void setScorer(Scorable of) throws IOException {
            scorer = of;
            of.setMinCompetitiveScore(least(search.top));
        }

        @Override
        public void collect(int doc) throws IOException {
            Scorable of = Objects.requireNonNull(scorer);
            if (again) {
                search.seen.set(base + doc);
            }
            if (again || !search.seen.get(base + doc)) {
                if (search.top.offer(of.score(), () -> search.keys.of(ids, doc))) {
                    of.setMinCompetitiveScore(least(search.top));
                }
            }
        }
    }
}
