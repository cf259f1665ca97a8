/**
 * The ports of the index on Apache Lucene. {@link dev.glimpse.index.lucene.LuceneIndex} keeps one document an item, with
 * its vector in an HNSW graph of its kind and its metadata in {@link dev.glimpse.index.lucene.FilterFields}; {@link dev.glimpse.index.lucene.LucenePreviewStore} keeps the previews. In
 * both, the view's positions lie in the user data of the same commit.
 */
@NullMarked
package dev.glimpse.index.lucene;

import org.jspecify.annotations.NullMarked;
