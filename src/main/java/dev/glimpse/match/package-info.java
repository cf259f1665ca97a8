/**
 * Standing queries: {@link dev.glimpse.match.QueryFeed} follows the queries topic, and {@link dev.glimpse.match.Matcher} compares
 * each arriving embedding with all of them, in one product of matrices, and writes what matches to the matches topic, in one
 * transaction with how far it has come. Matchers share the partitions of the embeddings topic as one consumer group; each knows all
 * queries. {@link dev.glimpse.match.Annotator} gives arriving images their labels on the way.
 *
 * <p>May import {@code query}, {@code query.syntax}, {@code index}, {@code filter}, {@code topic}, {@code embedding} and {@code item}.
 */
@NullMarked
package dev.glimpse.match;

import org.jspecify.annotations.NullMarked;
