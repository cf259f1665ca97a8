package dev.glimpse.encode;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.encode.ContentEncoder.Outcome;
import dev.glimpse.item.Content;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Position;
import dev.glimpse.topic.DeadLetter;
import dev.glimpse.topic.EmbeddingCodec;
import dev.glimpse.topic.EmbeddingRecord;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.Reason;
import dev.glimpse.topic.RejectedRecordException;
import dev.glimpse.topic.SourceCodec;
import dev.glimpse.topic.SourceRecord;
import dev.glimpse.topic.SourceStamp;
import dev.glimpse.topic.TopicContract;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Turns a batch of source records into the records that an encoder publishes. The batch is cut into chunks, which the
 * {@link InferencePool} decodes and encodes side by side; what comes out has the order of what went in. A record at fault
 * becomes a dead letter, and, where it names an item, a rejection; its neighbours pass.
 */
@ApplicationScoped
class BatchEncoder {

    private final Namespace namespace;
    private final TopicContract topics;
    private final EmbeddingCodec codec;
    private final ContentEncoder contents;
    private final InferencePool pool;
    private final EncodeConfig config;
    private final MeterRegistry metrics;

    BatchEncoder(
            Namespace namespace,
            EmbeddingSpace space,
            TopicContract topics,
            ContentEncoder contents,
            InferencePool pool,
            EncodeConfig config,
            MeterRegistry metrics) {
        this.namespace = namespace;
        this.topics = topics;
        this.codec = new EmbeddingCodec(namespace, space);
        this.contents = contents;
        this.pool = pool;
        this.config = config;
        this.metrics = metrics;
    }

    /** What a record turned out to be, before anything is encoded. */
    private sealed interface Step {
        /** An item's content is to be encoded. */
        record Encode(SourceRecord.Upsert upsert) implements Step {}

        /** An item is gone. */
        record Delete(ItemId item) implements Step {}

        /** The record is at fault; its item is null where it names none, or may not speak of it. */
        record Refuse(@Nullable ItemId item, RejectedRecordException why) implements Step {}
    }

    /** A batch that the pool works on. */
    final class Pending {
        private final Kind kind;
        private final List<ConsumerRecord<byte[], byte[]>> sources;
        private final List<Step> steps;
        private final List<Chunk> chunks;
        private final boolean alone;

        private Pending(Kind kind, List<ConsumerRecord<byte[], byte[]>> sources, boolean alone) {
            this.kind = kind;
            this.sources = sources;
            this.alone = alone;
            this.steps = sources.stream().map(source -> read(kind, source)).toList();
            List<Step.Encode> wanted = steps.stream()
                    .filter(Step.Encode.class::isInstance)
                    .map(Step.Encode.class::cast)
                    .toList();
            int even = Math.ceilDiv(wanted.size(), pool.threads());
            this.chunks = beginChunks(wanted, alone ? 1 : Math.max(1, Math.min(config.batchSize(), even)));
        }

        /**
         * Waits until all is encoded.
         *
         * @throws EncoderException     by no fault of the records: to be begun again
         * @throws InterruptedException if the service stops
         */
        EncodedBatch await() throws InterruptedException {
            Publication publication = new Publication(kind);
            Iterator<Outcome> outcomes = outcomes().iterator();
            for (int i = 0; i < steps.size(); i++) {
                ConsumerRecord<byte[], byte[]> source = sources.get(i);
                switch (steps.get(i)) {
                    case Step.Encode(SourceRecord.Upsert upsert) -> publication.add(source, upsert, outcomes.next());
                    case Step.Delete(ItemId item) -> publication.delete(source, item);
                    case Step.Refuse(ItemId item, RejectedRecordException why) -> publication.refuse(source, item, why);
                }
            }
            return publication.finish();
        }

        private List<Outcome> outcomes() throws InterruptedException {
            List<Outcome> outcomes = new ArrayList<>(steps.size());
            for (Chunk chunk : chunks) {
                try {
                    outcomes.addAll(chunk.outcomes().get());
                } catch (ExecutionException e) {
                    if (!alone || !isItsOwnFault(e.getCause())) {
                        chunks.forEach(other -> other.outcomes().cancel(false));
                        throw new EncoderException("the batch can't be encoded: " + e.getMessage(), e);
                    }
                    outcomes.add(new Outcome.Refused(new RejectedRecordException(
                            Reason.NOT_ENCODABLE,
                            "%s can't be encoded, while others can: %s"
                                    .formatted(chunk.items().getFirst(), e.getCause()),
                            e)));
                }
            }
            return outcomes;
        }

        /** Whether it is the content that fails, and not what it is read from or encoded by. */
        private boolean isItsOwnFault(@Nullable Throwable why) throws InterruptedException {
            if (why instanceof UncheckedIOException) {
                return false;
            }
            try {
                pool.submitIngestion(() -> contents.probe(kind)).get();
                return true;
            } catch (ExecutionException e) {
                return false;
            }
        }
    }

    /** Contents that are encoded together. */
    private record Chunk(List<ItemId> items, Future<List<Outcome>> outcomes) {}

    /**
     * Begins to encode a batch, after those that were begun before it.
     *
     * @param records of one kind's source topic, those of each partition in order
     * @param alone   whether each is encoded for itself, and one that fails, while others could be encoded, is refused; else it
     *                holds up the batch
     */
    Pending begin(Kind kind, Iterable<ConsumerRecord<byte[], byte[]>> records, boolean alone) {
        List<ConsumerRecord<byte[], byte[]>> sources = new ArrayList<>();
        records.forEach(sources::add);
        return new Pending(kind, sources, alone);
    }

    private Step read(Kind kind, ConsumerRecord<byte[], byte[]> record) {
        ItemId item = null;
        try {
            ItemId id = SourceCodec.readId(kind, record.key());
            requirePartition(id, record);
            item = id;
            return switch (SourceCodec.read(id, record.value(), record.headers())) {
                case SourceRecord.Upsert upsert -> new Step.Encode(upsert);
                case SourceRecord.Delete(ItemId deleted) -> new Step.Delete(deleted);
            };
        } catch (RejectedRecordException e) {
            return new Step.Refuse(item, e);
        } catch (RuntimeException e) {
            // Reading a record touches nothing but the record.
            return new Step.Refuse(
                    item,
                    new RejectedRecordException(
                            Reason.MALFORMED_ENVELOPE, "the record can't be read: " + e.getMessage(), e));
        }
    }

    private void requirePartition(ItemId item, ConsumerRecord<byte[], byte[]> record) throws RejectedRecordException {
        int right = BuiltInPartitioner.partitionForKey(record.key(), topics.partitions());
        if (right != record.partition()) {
            throw new RejectedRecordException(
                    Reason.WRONG_PARTITION,
                    "%s lies in partition %d; murmur2 of its key gives %d (librdkafka: partitioner=murmur2_random)"
                            .formatted(item, record.partition(), right));
        }
    }

    private List<Chunk> beginChunks(List<Step.Encode> steps, int size) {
        List<Chunk> chunks = new ArrayList<>();
        for (int from = 0; from < steps.size(); from += size) {
            List<SourceRecord.Upsert> chunk = steps.subList(from, Math.min(from + size, steps.size())).stream()
                    .map(Step.Encode::upsert)
                    .toList();
            List<ItemId> items = chunk.stream().map(SourceRecord.Upsert::item).toList();
            List<Content> wanted =
                    chunk.stream().map(SourceRecord.Upsert::content).toList();
            chunks.add(new Chunk(items, pool.submitIngestion(() -> contents.encode(items, wanted))));
        }
        return chunks;
    }

    /** Collects what is published. */
    private final class Publication {
        private final Kind kind;
        private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        private final Map<TopicPartition, SourceStamp> last = new HashMap<>();

        Publication(Kind kind) {
            this.kind = kind;
        }

        void add(ConsumerRecord<byte[], byte[]> source, SourceRecord.Upsert upsert, Outcome outcome) {
            switch (outcome) {
                case Outcome.Refused(RejectedRecordException why) -> refuse(source, upsert.item(), why);
                case Outcome.Encoded(EncodedContent content) -> {
                    String text = upsert.content() instanceof Content.Words words ? words.text() : upsert.caption();
                    records.add(write(new EmbeddingRecord.Embedded(
                            upsert.item(),
                            content.embedding(),
                            content.digest(),
                            text,
                            upsert.metadata(),
                            content.features(),
                            stamp(source))));
                    preview(source, upsert.item(), content.preview());
                    count("encoded");
                }
            }
        }

        void delete(ConsumerRecord<byte[], byte[]> source, ItemId item) {
            records.add(write(new EmbeddingRecord.Deleted(item, stamp(source))));
            preview(source, item, null);
            count("deleted");
        }

        void refuse(ConsumerRecord<byte[], byte[]> source, @Nullable ItemId item, RejectedRecordException why) {
            SourceStamp stamp = stamp(source);
            records.add(DeadLetter.of(namespace, source, stamp.headers(), why));
            if (item != null) {
                records.add(
                        write(new EmbeddingRecord.Rejected(item, why.reason().code(), why.sentence(), stamp)));
                preview(source, item, null);
            }
            count("refused");
        }

        EncodedBatch finish() {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            last.forEach((partition, stamp) -> {
                records.add(write(new EmbeddingRecord.Progress(stamp)));
                offsets.put(partition, new OffsetAndMetadata(stamp.position().offset() + 1));
            });
            return new EncodedBatch(records, offsets);
        }

        private void preview(ConsumerRecord<byte[], byte[]> source, ItemId item, byte @Nullable [] preview) {
            if (kind == Kind.IMAGE && config.previews()) {
                records.add(new ProducerRecord<>(
                        namespace.previews(),
                        source.partition(),
                        item.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        preview,
                        stamp(source).headers()));
            }
        }

        private SourceStamp stamp(ConsumerRecord<byte[], byte[]> source) {
            SourceStamp stamp = new SourceStamp(
                    source.topic(),
                    topics.topicId(source.topic()),
                    new Position(kind, source.partition(), source.offset()));
            last.put(new TopicPartition(source.topic(), source.partition()), stamp);
            return stamp;
        }

        private void count(String outcome) {
            metrics.counter("glimpse.encode.records", "kind", kind.word(), "outcome", outcome)
                    .increment();
        }
    }

    private ProducerRecord<byte[], byte[]> write(EmbeddingRecord record) {
        return codec.write(record);
    }
}
