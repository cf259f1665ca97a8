package dev.glimpse.index.lucene;

import dev.glimpse.filter.Value;
import dev.glimpse.index.FacetCounts;
import dev.glimpse.index.FacetQuery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;
import org.jspecify.annotations.Nullable;

/** Counts the values of fields, segment by segment: by ordinals, which are looked up only where something was counted. */
final class FacetSearch {

    private static final int CHUNK = 1024;

    private final FacetQuery query;
    private final BooleanSupplier proceed;
    private final FacetCounts counts;
    private int seen;

    /** @param proceed asked whether to go on, from time to time */
    FacetSearch(FacetQuery query, BooleanSupplier proceed) {
        this.query = query;
        this.proceed = proceed;
        this.counts = new FacetCounts(query.fields());
    }

    FacetCounts counts() {
        return counts;
    }

    /** The ordinals of one type of a field's values: consecutive, since they begin alike. */
    private record Range(String field, long from, long[] items) {

        void count(long ordinal) {
            if (ordinal >= from && ordinal < from + items.length) {
                items[(int) (ordinal - from)]++;
            }
        }
    }

    /**
     * Counts a segment.
     *
     * @return whether it was counted to its end
     */
    boolean count(LeafReader leaf, FixedBitSet passing) throws IOException {
        SortedSetDocValues values = leaf.getSortedSetDocValues(FilterFields.VALUES);
        if (values == null) {
            return true;
        }
        FixedBitSet near = near(leaf, passing);
        if (near == null) {
            return false;
        }
        List<Range> ranges = ranges(values);
        BitSetIterator docs = new BitSetIterator(near, near.length());
        for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
            if (stops()) {
                return false;
            }
            if (values.advanceExact(doc)) {
                for (int i = 0; i < values.docValueCount(); i++) {
                    long ordinal = values.nextOrd();
                    ranges.forEach(range -> range.count(ordinal));
                }
            }
        }
        for (Range range : ranges) {
            for (int i = 0; i < range.items().length; i++) {
                if (range.items()[i] > 0) {
                    if (stops()) {
                        return false;
                    }
                    Value value = FilterFields.value(values.lookupOrd(range.from() + i));
                    counts.add(range.field(), value, range.items()[i]);
                }
            }
        }
        return true;
    }

    private List<Range> ranges(SortedSetDocValues values) throws IOException {
        List<Range> ranges = new ArrayList<>();
        for (String field : query.fields()) {
            for (BytesRef beginning : FilterFields.beginnings(field)) {
                long from = place(values, beginning);
                // The separator is the last byte: what begins so lies before what ends in the byte behind it.
                BytesRef behind = BytesRef.deepCopyOf(beginning);
                behind.bytes[behind.offset + behind.length - 1]++;
                long to = place(values, behind);
                if (to > from) {
                    ranges.add(new Range(field, from, new long[(int) (to - from)]));
                }
            }
        }
        return ranges;
    }

    private static long place(SortedSetDocValues values, BytesRef term) throws IOException {
        long found = values.lookupTerm(term);
        return found >= 0 ? found : -found - 1;
    }

    /** Of those that pass, those that are similar enough; null if there was no time to find out. */
    private @Nullable FixedBitSet near(LeafReader leaf, FixedBitSet passing) throws IOException {
        FacetQuery.Near wanted = query.near();
        FloatVectorValues vectors = leaf.getFloatVectorValues(LuceneIndex.vectorField(query.kind()));
        if (wanted == null || vectors == null) {
            return passing;
        }
        FixedBitSet near = new FixedBitSet(passing.length());
        float[] target = wanted.embedding().components();
        KnnVectorValues.DocIndexIterator docs = vectors.iterator();
        for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
            if (stops()) {
                return null;
            }
            if (passing.get(doc)
                    && VectorUtil.dotProduct(target, vectors.vectorValue(docs.index())) >= wanted.minSimilarity()) {
                near.set(doc);
            }
        }
        return near;
    }

    private boolean stops() {
        return ++seen % CHUNK == 0 && !proceed.getAsBoolean();
    }
}
