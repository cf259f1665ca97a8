/**
 * The view of the embeddings topic that answers queries. The {@link dev.glimpse.index.IndexView} reads the topic from the
 * positions that its store itself holds, and applies each batch, together with the new
 * {@link dev.glimpse.index.ViewPositions}, to the port {@link dev.glimpse.index.VectorIndex}. A query takes an
 * {@link dev.glimpse.index.IndexSnapshot} and searches it for {@link dev.glimpse.index.Neighbour}s or
 * {@link dev.glimpse.index.WordMatch}es, among those that a {@link dev.glimpse.filter.Filter} lets pass, and has their metadata
 * counted ({@link dev.glimpse.index.FacetCounts}). The
 * {@link dev.glimpse.index.PreviewView} does the same with the topic of previews. Both are kept in a
 * {@link dev.glimpse.index.ViewDirectory}, can be thrown away, and are then built anew from their topic.
 *
 * <p>Adapters of the ports lie in {@code index.exact} (brute force, the oracle) and {@code index.lucene}. May import
 * {@code topic}, {@code filter}, {@code embedding} and {@code item}; never {@code encode}, which it meets only in the topic.
 */
@NullMarked
package dev.glimpse.index;

import org.jspecify.annotations.NullMarked;
