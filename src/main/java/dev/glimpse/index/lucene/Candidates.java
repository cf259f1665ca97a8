package dev.glimpse.index.lucene;

import java.util.function.LongPredicate;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.hnsw.NeighborQueue;

/**
 * The best of a walk through one graph by itself, which may be stopped: in one class, since this is asked for each comparison, and
 * each layer of Lucene's costs.
 */
final class Candidates implements KnnCollector {

    private final int most;
    private final NeighborQueue worstFirst;
    private final LongPredicate stopped;
    private long visited;

    /**
     * @param most    how many are kept, 1 or more
     * @param stopped is asked after so many comparisons whether to end
     */
    Candidates(int most, LongPredicate stopped) {
        this.most = most;
        this.stopped = stopped;
        this.worstFirst = new NeighborQueue(most, false);
    }

    @Override
    public boolean earlyTerminated() {
        return stopped.test(visited);
    }

    @Override
    public void incVisitedCount(int count) {
        visited += count;
    }

    @Override
    public long visitedCount() {
        return visited;
    }

    @Override
    public long visitLimit() {
        return Long.MAX_VALUE;
    }

    @Override
    public int k() {
        return most;
    }

    @Override
    public boolean collect(int doc, float similarity) {
        return worstFirst.insertWithOverflow(doc, similarity);
    }

    @Override
    public float minCompetitiveSimilarity() {
        return worstFirst.size() < most ? Float.NEGATIVE_INFINITY : worstFirst.topScore();
    }

    @Override
    public TopDocs topDocs() {
        ScoreDoc[] bestFirst = new ScoreDoc[worstFirst.size()];
        for (int i = bestFirst.length - 1; i >= 0; i--) {
            bestFirst[i] = new ScoreDoc(worstFirst.topNode(), worstFirst.topScore());
            worstFirst.pop();
        }
        return new TopDocs(new TotalHits(visited, TotalHits.Relation.EQUAL_TO), bestFirst);
    }

    @Override
    public KnnSearchStrategy getSearchStrategy() {
        return KnnSearchStrategy.Hnsw.DEFAULT;
    }

    /** The same around Lucene's collectors, where several graphs share what the best are. */
    static final class OfManyGraphs extends KnnCollector.Decorator {
        private final LongPredicate stopped;

        OfManyGraphs(KnnCollector collector, LongPredicate stopped) {
            super(collector);
            this.stopped = stopped;
        }

        @Override
        public boolean earlyTerminated() {
            return stopped.test(visitedCount()) || super.earlyTerminated();
        }
    }
}
