package dev.glimpse.index.lucene;

/**
 * How an index is built and searched.
 *
 * @param format     of the vectors that the graph search compares
 * @param smallest   below so many comparisons that a search of its graph would cost, a segment has none, and is scanned
 * @param candidates that the graph search keeps at least (hnswlib's {@code ef}), whatever k is
 */
record LuceneSettings(VectorFormat format, int smallest, int candidates) {

    static final LuceneSettings DEFAULT = new LuceneSettings(VectorFormat.FLOAT32, 100, 150);

    /** @throws IllegalArgumentException if a number is below 1 */
    LuceneSettings {
        if (smallest < 1 || candidates < 1) {
            throw new IllegalArgumentException(
                    "smallest is %d and candidates is %d; each must be 1 or more".formatted(smallest, candidates));
        }
    }
}
