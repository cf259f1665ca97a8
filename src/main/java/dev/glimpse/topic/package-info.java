/**
 * The topics as a written contract. A {@link dev.glimpse.topic.Namespace} names them, and
 * {@link dev.glimpse.topic.TopicContract} creates or checks them when the service starts.
 *
 * <p>A record of a source topic is read by {@link dev.glimpse.topic.SourceCodec} into a
 * {@link dev.glimpse.topic.SourceRecord}, or refused with a {@link dev.glimpse.topic.RejectedRecordException} whose
 * {@link dev.glimpse.topic.Reason} goes to the dead letters ({@link dev.glimpse.topic.DeadLetter}). What an encoder
 * made of it is an {@link dev.glimpse.topic.EmbeddingRecord}, written and read by
 * {@link dev.glimpse.topic.EmbeddingCodec}, and stamped with the {@link dev.glimpse.topic.SourceStamp} of the record
 * that it came from. {@link dev.glimpse.topic.MatchCodec} and {@link dev.glimpse.topic.AnnotationCodec} write what is made of
 * embeddings. {@link dev.glimpse.topic.KafkaClients} makes the clients that read and write them, and
 * {@link dev.glimpse.topic.TransactionPublisher} writes all that came of some records at once, or nothing.
 *
 * <p>May import {@code embedding} and {@code item}.
 */
@NullMarked
package dev.glimpse.topic;

import org.jspecify.annotations.NullMarked;
