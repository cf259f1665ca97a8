/**
 * The service's face over HTTP. {@link dev.glimpse.http.SearchResource} answers a query as Server-Sent Events, or as one
 * JSON document; {@link dev.glimpse.http.ItemResource} writes, reads and deletes items; every failure is a problem
 * document ({@link dev.glimpse.http.Problem}, RFC 9457). The page at {@code /} is static and uses nothing else.
 *
 * <p>May import {@code query}, {@code query.syntax}, {@code filter}, {@code ingest}, {@code index} (its status and previews),
 * {@code embedding} and {@code item}.
 */
@NullMarked
package dev.glimpse.http;

import org.jspecify.annotations.NullMarked;
