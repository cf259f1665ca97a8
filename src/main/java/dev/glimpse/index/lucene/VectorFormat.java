package dev.glimpse.index.lucene;

import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;

/**
 * By what numbers the graph search compares. All keep the float32 vectors as well: what is found is compared anew by those. What
 * was written in one format is read in any, and becomes the new one as segments are merged.
 */
public enum VectorFormat {
    /** Float32: four bytes a component. */
    FLOAT32,
    /** Eight bits a component (optimised scalar quantisation, as in Lucene 10.4). */
    INT8,
    /** Seven bits a component, in a byte. */
    INT7,
    /** Four bits a component, two in a byte. */
    INT4,
    /** One bit a component, the query's at four (RaBitQ, arXiv:2405.12497, as Lucene has it). */
    BIT;

    /** What Lucene calls the format of {@link #FLOAT32}: a segment's field tells it. */
    static final String FLOAT32_NAME = "Lucene99HnswVectorsFormat";

    /**
     * Lucene's format.
     *
     * @param links      a node of the graph has, M (Malkov and Yashunin 2018)
     * @param candidates while building, efConstruction
     * @param tail       below so many vectors a segment has no graph, and is scanned
     */
    KnnVectorsFormat lucene(int links, int candidates, int tail) {
        // Lucene takes a k, and makes a graph where its search is expected to compare with fewer than all: k ln n.
        int smallest = (int) (tail / Math.log(tail));
        return switch (this) {
            case FLOAT32 -> new Lucene99HnswVectorsFormat(links, candidates, 1, null, smallest);
            case INT8 -> quantised(ScalarEncoding.UNSIGNED_BYTE, links, candidates, smallest);
            case INT7 -> quantised(ScalarEncoding.SEVEN_BIT, links, candidates, smallest);
            case INT4 -> quantised(ScalarEncoding.PACKED_NIBBLE, links, candidates, smallest);
            case BIT -> quantised(ScalarEncoding.SINGLE_BIT_QUERY_NIBBLE, links, candidates, smallest);
        };
    }

    private static KnnVectorsFormat quantised(ScalarEncoding encoding, int links, int candidates, int smallest) {
        return new Lucene104HnswScalarQuantizedVectorsFormat(encoding, links, candidates, 1, null, smallest);
    }
}
