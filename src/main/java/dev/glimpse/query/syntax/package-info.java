/**
 * How queries are written: as the parameters of an address ({@link dev.glimpse.query.syntax.SearchParameters}), and as JSON
 * ({@link dev.glimpse.query.syntax.JsonQuery}). What is none is an {@link dev.glimpse.query.syntax.InvalidQueryException}, whoever
 * reads it: an HTTP request becomes a problem document, a record of the queries topic a dead letter.
 *
 * <p>May import {@code query}, {@code filter}, {@code embedding} and {@code item}.
 */
@NullMarked
package dev.glimpse.query.syntax;

import org.jspecify.annotations.NullMarked;
