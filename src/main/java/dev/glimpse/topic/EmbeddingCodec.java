package dev.glimpse.topic;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import dev.glimpse.topic.avro.ItemEmbedding;
import dev.glimpse.topic.avro.ItemRejection;
import dev.glimpse.topic.avro.SourceProgress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the records of an embeddings topic: keys {@code kind/id} and {@code progress/<topic>/<partition>},
 * values in Avro's single-object encoding (Avro specification, "Single object encoding": two bytes of marker, eight of
 * the schema's CRC-64-AVRO fingerprint, the body). Every schema ever written is kept under {@code avro/} and found by
 * its fingerprint. Thread-safe.
 */
public final class EmbeddingCodec {

    private static final List<String> SCHEMAS =
            List.of("item-embedding-1.avsc", "item-rejection-1.avsc", "source-progress-1.avsc");
    private static final String PROGRESS = "progress/";
    private static final int FINGERPRINT_AT = 2;
    private static final int HEADER_BYTES = 10;

    private final Namespace namespace;
    private final EmbeddingSpace space;
    private final Map<Long, Schema> schemas = new HashMap<>();
    private final BinaryMessageDecoder<ItemEmbedding> embeddings;
    private final BinaryMessageDecoder<ItemRejection> rejections;

    /** A codec for the embeddings topic of one space. */
    public EmbeddingCodec(Namespace namespace, EmbeddingSpace space) {
        this.namespace = namespace;
        this.space = space;
        for (String name : SCHEMAS) {
            Schema schema = load(name);
            schemas.put(SchemaNormalization.parsingFingerprint64(schema), schema);
        }
        embeddings = decoder(ItemEmbedding.getClassSchema());
        rejections = decoder(ItemRejection.getClassSchema());
    }

    /** The record as it is sent: to the partition with the number of the source's, stamped with its position. */
    public ProducerRecord<byte[], byte[]> write(EmbeddingRecord record) {
        return switch (record) {
            case EmbeddingRecord.Embedded embedded ->
                record(embedded.item().toString(), encode(embedded), embedded.source());
            case EmbeddingRecord.Rejected rejected ->
                record(rejected.item().toString(), encode(rejected), rejected.source());
            case EmbeddingRecord.Deleted deleted -> record(deleted.item().toString(), null, deleted.source());
            case EmbeddingRecord.Progress reached ->
                record(
                        PROGRESS + reached.source().topic() + "/"
                                + reached.source().position().partition(),
                        encode(reached),
                        reached.source());
        };
    }

    /**
     * Reads a record.
     *
     * @throws IllegalArgumentException if it is not of the topic's contract
     */
    public EmbeddingRecord read(ConsumerRecord<byte[], byte[]> record) {
        SourceStamp source = SourceStamp.read(namespace, record.headers());
        String key = new String(record.key(), StandardCharsets.UTF_8);
        byte[] value = record.value();
        if (key.startsWith(PROGRESS)) {
            return new EmbeddingRecord.Progress(source);
        }
        ItemId item = ItemId.parse(key);
        return value == null ? new EmbeddingRecord.Deleted(item, source) : read(item, value, source);
    }

    private EmbeddingRecord read(ItemId item, byte[] value, SourceStamp source) {
        try {
            String type = schemaOf(value).getFullName();
            if (type.equals(ItemEmbedding.getClassSchema().getFullName())) {
                ItemEmbedding read = embeddings.decode(value);
                return new EmbeddingRecord.Embedded(
                        item,
                        Embedding.ofBytes(space, read.getVector()),
                        ContentDigest.ofBytes(bytes(read.getDigest())),
                        read.getText(),
                        read.getMetadata() == null ? Metadata.NONE : Metadata.parse(read.getMetadata()),
                        read.getImageFeatures() == null ? null : ImageFeatures.ofBytes(read.getImageFeatures()),
                        source);
            }
            ItemRejection read = rejections.decode(value);
            return new EmbeddingRecord.Rejected(item, read.getReason(), read.getMessage(), source);
        } catch (IOException | AvroRuntimeException e) {
            throw new IllegalArgumentException(
                    "the value of %s is no embedding: %s".formatted(item, e.getMessage()), e);
        }
    }

    private static byte[] encode(EmbeddingRecord.Embedded embedded) {
        ItemEmbedding value = new ItemEmbedding();
        value.setVector(embedded.embedding().bytes());
        value.setDigest(ByteBuffer.wrap(embedded.digest().bytes()));
        value.setText(embedded.text());
        value.setMetadata(
                embedded.metadata().isEmpty() ? null : embedded.metadata().json());
        ImageFeatures features = embedded.features();
        value.setImageFeatures(features == null ? null : features.bytes());
        return bytes(() -> value.toByteBuffer());
    }

    private static byte[] encode(EmbeddingRecord.Rejected rejected) {
        ItemRejection value = new ItemRejection();
        value.setReason(rejected.reason());
        value.setMessage(rejected.message());
        return bytes(() -> value.toByteBuffer());
    }

    private static byte[] encode(EmbeddingRecord.Progress reached) {
        SourceProgress value = new SourceProgress();
        value.setOffset(reached.source().position().offset());
        return bytes(() -> value.toByteBuffer());
    }

    private ProducerRecord<byte[], byte[]> record(String key, byte @Nullable [] value, SourceStamp source) {
        return new ProducerRecord<>(
                namespace.embeddings(space),
                source.position().partition(),
                key.getBytes(StandardCharsets.UTF_8),
                value,
                source.headers());
    }

    private Schema schemaOf(byte[] value) {
        if (value.length < HEADER_BYTES || (value[0] & 0xff) != 0xc3 || value[1] != 0x01) {
            throw new IllegalArgumentException("the value does not begin with Avro's single-object marker C3 01");
        }
        long fingerprint = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong(FINGERPRINT_AT);
        Schema schema = schemas.get(fingerprint);
        if (schema == null) {
            throw new IllegalArgumentException("no schema is known with the fingerprint %016x".formatted(fingerprint));
        }
        return schema;
    }

    private <T extends SpecificRecordBase> BinaryMessageDecoder<T> decoder(Schema reader) {
        return new BinaryMessageDecoder<>(SpecificData.get(), reader, schemas::get);
    }

    private static Schema load(String name) {
        try (InputStream stream = EmbeddingCodec.class.getResourceAsStream("/avro/" + name)) {
            if (stream == null) {
                throw new IllegalStateException("the schema avro/%s is missing".formatted(name));
            }
            return new Schema.Parser().parse(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Encoding {
        ByteBuffer run() throws IOException;
    }

    private static byte[] bytes(Encoding encoding) {
        try {
            return bytes(encoding.run());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
