/**
 * From the source topics to the embeddings topic. {@link dev.glimpse.encode.SourceConsumer} takes a batch of source
 * records from a channel and hands it to the {@link dev.glimpse.encode.BatchEncoder}: each record is read and, where it
 * is a picture, decoded ({@code encode.image}), and what was not seen lately is encoded by the port
 * {@link dev.glimpse.encode.Encoder} on one bounded pool ({@link dev.glimpse.encode.InferencePool}). What comes of the
 * batch leaves in one Kafka transaction by {@link dev.glimpse.topic.TransactionPublisher}. When an encoder was away too long,
 * {@link dev.glimpse.encode.Absence} removes what its sources no longer hold.
 *
 * <p>A model may have a {@link dev.glimpse.encode.Reranker}; what it reads of pictures then travels with their embeddings.
 *
 * <p>The adapter of the port lies in {@code encode.onnx}. May import {@code topic}, {@code embedding} and {@code item};
 * never {@code index}, which it meets only in the topic.
 */
@NullMarked
package dev.glimpse.encode;

import org.jspecify.annotations.NullMarked;
