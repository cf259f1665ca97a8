package dev.glimpse.index.lucene;

import dev.glimpse.filter.Filter;
import dev.glimpse.item.Kind;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * Which documents of a kind a filter lets pass, segment by segment: none that is deleted, or has no vector.
 *
 * @param filter   that lets pass; null for one that lets all pass
 * @param segments of each, in their order: one bit a document
 * @param size     how many
 */
record Passing(@Nullable Filter filter, List<FixedBitSet> segments, int size) {

    static Passing of(DirectoryReader reader, Kind kind, @Nullable Filter filter) throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        Query query = filter == null ? new MatchAllDocsQuery() : FilterFields.query(filter);
        Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
        FixedBitSet[] segments = new FixedBitSet[reader.leaves().size()];
        int size = 0;
        for (LeafReaderContext context : reader.leaves()) {
            FixedBitSet passing = passing(context, weight, kind);
            segments[context.ord] = passing;
            size += passing.cardinality();
        }
        return new Passing(filter, List.of(segments), size);
    }

    private static FixedBitSet passing(LeafReaderContext context, Weight weight, Kind kind) throws IOException {
        LeafReader leaf = context.reader();
        FixedBitSet passing = new FixedBitSet(leaf.maxDoc());
        Scorer scorer = weight.scorer(context);
        FloatVectorValues vectors = leaf.getFloatVectorValues(LuceneIndex.vectorField(kind));
        if (scorer == null || vectors == null) {
            return passing;
        }
        Bits live = leaf.getLiveDocs();
        DocIdSetIterator found = scorer.iterator();
        DocIdSetIterator ofKind = vectors.iterator();
        for (int doc = found.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = found.nextDoc()) {
            int next = ofKind.docID() < doc ? ofKind.advance(doc) : ofKind.docID();
            if (next == DocIdSetIterator.NO_MORE_DOCS) {
                break;
            }
            if (next == doc && (live == null || live.get(doc))) {
                passing.set(doc);
            }
        }
        return passing;
    }

    FixedBitSet of(int segment) {
        return segments.get(segment);
    }
}
