/**
 * From a parsed query to the stream of its answer. {@link dev.glimpse.query.Searcher} takes a
 * {@link dev.glimpse.query.SearchQuery} and gives a {@code Multi} of {@link dev.glimpse.query.SearchEvent}s: it waits for
 * what the query wants to be fresh, encodes it (of several parts: {@link dev.glimpse.query.Composition}), shows meanwhile what its
 * words find, searches one snapshot of the index
 * stage by stage, fuses several rankings to one ({@link dev.glimpse.query.Ranked}), lets a model's reranker put the first in
 * order anew where the query asks for it ({@link dev.glimpse.query.Reranking}), counts its
 * {@link dev.glimpse.query.Facets}, and hands each better ranking to the {@link dev.glimpse.query.AnswerStream}, which tells the subscriber only what has changed, and only
 * as fast as the subscriber asks. Where the query asks for it, what is nearly the same is shown as one
 * ({@link dev.glimpse.query.Collapse}), and the answer goes on page by page on the same snapshot
 * ({@link dev.glimpse.query.Pages}), or goes on for good: {@link dev.glimpse.query.LiveFeed} hears what the view applied, and
 * {@link dev.glimpse.query.LiveRankings} keep lists what they are while {@link dev.glimpse.query.LiveMatches} tell each arriving
 * item that matches. {@link dev.glimpse.query.Annotations} finds labels for an image. {@link dev.glimpse.query.RankedList} is the other end: it turns events into a list.
 *
 * <p>May import {@code encode}, {@code index}, {@code filter}, {@code embedding} and {@code item}.
 */
@NullMarked
package dev.glimpse.query;

import org.jspecify.annotations.NullMarked;
