package dev.glimpse.encode;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What an encoder publishes of one batch, all of it in one transaction.
 *
 * @param records embeddings, rejections, previews, dead letters and progress, in the order of the sources
 * @param offsets where the group goes on reading
 */
record EncodedBatch(List<ProducerRecord<byte[], byte[]>> records, Map<TopicPartition, OffsetAndMetadata> offsets) {}
