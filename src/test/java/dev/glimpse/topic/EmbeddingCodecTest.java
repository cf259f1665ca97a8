package dev.glimpse.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.Position;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class EmbeddingCodecTest {

    private static final Namespace NAMESPACE = new Namespace("glimpse");
    private static final EmbeddingSpace SPACE = new EmbeddingSpace("test", "0123456789ab", 2);
    private static final SourceStamp SOURCE =
            new SourceStamp("glimpse.images", "AAAAAAAAAAAAAAAAAAAAAQ", Position.parse("images-3-42"));
    private static final EmbeddingRecord.Embedded EMBEDDED = new EmbeddingRecord.Embedded(
            ItemId.parse("image/1"),
            Embedding.normalised(SPACE, new float[] {3, -4}),
            ContentDigest.of(new byte[] {1}),
            "a cat",
            Metadata.parse("{\"a\":1}"),
            null,
            SOURCE);

    private final EmbeddingCodec codec = new EmbeddingCodec(NAMESPACE, SPACE);

    @Test
    void carriesImageFeaturesAsFloat16() {
        EmbeddingRecord.Embedded with = new EmbeddingRecord.Embedded(
                EMBEDDED.item(),
                EMBEDDED.embedding(),
                EMBEDDED.digest(),
                null,
                Metadata.NONE,
                ImageFeatures.of(new float[] {1, -0.5f}),
                SOURCE);

        // A length of 4 bytes (zigzag 08), 1.0 = 3c00 and -0.5 = b800 (IEEE 754), little-endian.
        assertThat(hex(codec.write(with))).endsWith("0208" + "003c" + "00b8");
        assertThat(codec.read(consumed(codec.write(with)))).isEqualTo(with);
    }

    /** Marker and fingerprint; then with their lengths vector (0.6, -0.8), digest, text, metadata; no image features. */
    @Test
    void writesAnEmbeddingInTheseBytes() {
        String vector = "109a99193fcdcc4cbf";
        String digest = "404bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a";
        String text = "020a6120636174";
        String metadata = "020e7b2261223a317d";

        assertThat(hex(codec.write(EMBEDDED)))
                .isEqualTo("c301" + "95ec15cbda62ad78" + vector + digest + text + metadata + "00");
    }

    @Test
    void writesARejectionInTheseBytes() {
        assertThat(hex(codec.write(new EmbeddingRecord.Rejected(ItemId.parse("image/1"), "empty", "it is", SOURCE))))
                .isEqualTo("c30156f15d23af2f75820a656d7074790a6974206973");
    }

    @Test
    void writesProgressInTheseBytes() {
        assertThat(hex(codec.write(new EmbeddingRecord.Progress(SOURCE)))).isEqualTo("c301504f9fb330d7571c54");
    }

    @Test
    void writesToTheSourcesPartitionWithItsPosition() {
        ProducerRecord<byte[], byte[]> record = codec.write(EMBEDDED);

        assertThat(record.topic()).isEqualTo("glimpse.embeddings.test.0123456789ab.2");
        assertThat(record.partition()).isEqualTo(3);
        assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("image/1");
        assertThat(record.headers())
                .extracting(header -> header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8))
                .containsExactly(
                        "glimpse-source-topic=glimpse.images",
                        "glimpse-source-topic-id=AAAAAAAAAAAAAAAAAAAAAQ",
                        "glimpse-source-partition=3",
                        "glimpse-source-offset=42");
        assertThat(new String(codec.write(new EmbeddingRecord.Progress(SOURCE)).key(), StandardCharsets.UTF_8))
                .isEqualTo("progress/glimpse.images/3");
    }

    @Test
    void readsWhatItWrote() {
        EmbeddingRecord rejected = new EmbeddingRecord.Rejected(ItemId.parse("image/2"), "empty", "it is", SOURCE);
        EmbeddingRecord deleted = new EmbeddingRecord.Deleted(ItemId.parse("text/a/b"), SOURCE);
        EmbeddingRecord progress = new EmbeddingRecord.Progress(SOURCE);

        assertThat(readBack(EMBEDDED)).isEqualTo(EMBEDDED);
        assertThat(readBack(rejected)).isEqualTo(rejected);
        assertThat(readBack(deleted)).isEqualTo(deleted);
        assertThat(readBack(progress)).isEqualTo(progress);
    }

    @Test
    void refusesWhatIsNotOfTheContract() {
        ConsumerRecord<byte[], byte[]> record = consumed(codec.write(EMBEDDED));
        assertThatThrownBy(() -> codec.read(with(record, new byte[] {1, 2, 3}))).hasMessageContaining("C3 01");
        byte[] unknown = record.value().clone();
        unknown[2]++;
        assertThatThrownBy(() -> codec.read(with(record, unknown))).hasMessageContaining("no schema is known");
        byte[] cut = java.util.Arrays.copyOf(record.value(), 20);
        assertThatThrownBy(() -> codec.read(with(record, cut))).hasMessageContaining("no embedding");
        record.headers().remove("glimpse-source-offset");
        assertThatThrownBy(() -> codec.read(record)).hasMessageContaining("glimpse-source-offset is missing");
    }

    private EmbeddingRecord readBack(EmbeddingRecord record) {
        return codec.read(consumed(codec.write(record)));
    }

    private static ConsumerRecord<byte[], byte[]> consumed(ProducerRecord<byte[], byte[]> record) {
        ConsumerRecord<byte[], byte[]> consumed =
                new ConsumerRecord<>(record.topic(), record.partition(), 0, record.key(), record.value());
        record.headers().forEach(consumed.headers()::add);
        return consumed;
    }

    private static ConsumerRecord<byte[], byte[]> with(ConsumerRecord<byte[], byte[]> record, byte[] value) {
        ConsumerRecord<byte[], byte[]> other =
                new ConsumerRecord<>(record.topic(), record.partition(), 0, record.key(), value);
        record.headers().forEach(other.headers()::add);
        return other;
    }

    private static String hex(ProducerRecord<byte[], byte[]> record) {
        return HexFormat.of().formatHex(record.value());
    }
}
