package dev.glimpse.index.lucene;

/**
 * How an index is built and searched.
 *
 * @param format     of the vectors that the graph search compares
 * @param tail       below so many documents a segment has no graph, and is scanned: what costs about as much as a walk of a large graph
 * @param candidates that the graph search keeps at least (hnswlib's {@code ef}), whatever k is
 */
record LuceneSettings(VectorFormat format, int tail, int candidates) {

    static final LuceneSettings DEFAULT = new LuceneSettings(VectorFormat.FLOAT32, 8192, 150);

    /** @throws IllegalArgumentException if the tail is below 2, or the candidates below 1 */
    LuceneSettings {
        if (tail < 2 || candidates < 1) {
            throw new IllegalArgumentException(
                    "tail is %d and candidates is %d; they must be at least 2 and 1".formatted(tail, candidates));
        }
    }
}
