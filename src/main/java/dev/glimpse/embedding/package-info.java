/**
 * Vectors and when they may be compared. An encoder turns the content of an item into an
 * {@link dev.glimpse.embedding.Embedding}: a unit vector of one {@link dev.glimpse.embedding.EmbeddingSpace}. Only
 * embeddings of equal spaces have a similarity, which is their cosine.
 *
 * <p>May import {@code item}.
 */
@NullMarked
package dev.glimpse.embedding;

import org.jspecify.annotations.NullMarked;
