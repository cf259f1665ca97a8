/**
 * Cross-modal search as an event stream. The way of a picture or a text, from topic to stream:
 *
 * <ol>
 *   <li>{@link dev.glimpse.ingest} (or any Kafka client; {@link dev.glimpse.demo} is one) writes it to a source topic; what the topics
 *       hold is the contract of {@link dev.glimpse.topic}.
 *   <li>{@link dev.glimpse.encode} reads it from there, makes an {@link dev.glimpse.embedding} of it, and writes that to the embeddings
 *       topic.
 *   <li>{@link dev.glimpse.index} follows that topic and keeps a view that can be searched; {@link dev.glimpse.match} follows it too, and
 *       tells what matches standing queries on a topic of theirs.
 *   <li>{@link dev.glimpse.query} answers a query from the view as a stream of events, and goes on when the view changes; how queries are
 *       written is told by {@link dev.glimpse.query.syntax} and {@link dev.glimpse.filter}.
 *   <li>{@link dev.glimpse.http} sends the events over Server-Sent Events.
 * </ol>
 *
 * <p>{@link dev.glimpse.broker} is the Kafka in the process, for who has no other. {@link dev.glimpse.train} and
 * {@link dev.glimpse.evaluate} make and measure models, on {@link dev.glimpse.pairs} and drawn {@link dev.glimpse.scene}s, and are no part
 * of the running service.
 */
@NullMarked
package dev.glimpse;

import org.jspecify.annotations.NullMarked;
