package dev.glimpse.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EmbeddingTest {

    private static final EmbeddingSpace PLANE = new EmbeddingSpace("test", "0123456789ab", 2);
    private static final EmbeddingSpace WIDE = new EmbeddingSpace("test", "0123456789ab", 192);

    @Test
    void hasLengthOne() {
        assertThat(Embedding.normalised(PLANE, new float[] {3, -4}).components())
                .containsExactly(0.6f, -0.8f);
    }

    @Test
    void isFloat32LittleEndianInARecord() {
        ByteBuffer bytes = Embedding.normalised(PLANE, new float[] {3, -4}).bytes();
        byte[] written = new byte[8];
        bytes.duplicate().get(written);

        assertThat(HexFormat.of().formatHex(written)).isEqualTo("9a99193fcdcc4cbf");
        assertThat(Embedding.ofBytes(PLANE, bytes)).isEqualTo(Embedding.normalised(PLANE, new float[] {3, -4}));
    }

    @Test
    void isFloat16InAnAddressAndStaysTheSameThere() {
        Embedding embedding = Embedding.normalised(PLANE, new float[] {3, -4});

        assertThat(embedding.toAddressForm()).isEqualTo("zThmug");
        Embedding once = random(WIDE).roundedToAddressForm();
        assertThat(once.roundedToAddressForm().toAddressForm()).isEqualTo(once.toAddressForm());
    }

    @Test
    void losesLittleInAnAddress() {
        Embedding embedding = random(WIDE);
        double dot = 0;
        for (int i = 0; i < 192; i++) {
            dot += embedding.components()[i] * embedding.roundedToAddressForm().components()[i];
        }

        assertThat(dot).isCloseTo(1, within(1e-6));
    }

    @Test
    void refusesWhatHasNoDirection() {
        assertThatThrownBy(() -> Embedding.normalised(PLANE, new float[] {0, 0}))
                .hasMessageContaining("no direction");
        assertThatThrownBy(() -> Embedding.normalised(PLANE, new float[] {Float.NaN, 1}))
                .hasMessageContaining("no direction");
        assertThatThrownBy(() -> Embedding.normalised(PLANE, new float[] {1})).hasMessageContaining("has 2");
    }

    @Test
    void refusesARecordOfAnotherLength() {
        assertThatThrownBy(() -> Embedding.ofBytes(PLANE, ByteBuffer.allocate(4)))
                .hasMessageContaining("needs 8");
        assertThatThrownBy(() -> Embedding.ofBytes(PLANE, ByteBuffer.allocate(8)))
                .hasMessageContaining("instead of 1");
        assertThatThrownBy(() -> Embedding.parse(PLANE, "?")).hasMessageContaining("not base64url");
        assertThatThrownBy(() -> Embedding.parse(PLANE, "AAAA")).hasMessageContaining("needs 4");
    }

    @Test
    void hasAMean() {
        Embedding right = Embedding.normalised(PLANE, new float[] {1, 0});
        Embedding up = Embedding.normalised(PLANE, new float[] {0, 1});

        assertThat(Embedding.mean(List.of(right, up)).components()[0]).isCloseTo((float) Math.sqrt(0.5), within(1e-6f));
    }

    @Test
    void namesItsSpaceInCharactersThatKafkaAllows() {
        assertThat(EmbeddingSpace.of("CLIP ViT-B/32_x", "0123456789abcdef", 512))
                .hasToString("clip-vit-b-32-x.0123456789ab.512");
        assertThat(EmbeddingSpace.parse("test.0123456789ab.2")).isEqualTo(PLANE);
        assertThatThrownBy(() -> EmbeddingSpace.parse("test.2")).hasMessageContaining("<dimension>");
    }

    private static Embedding random(EmbeddingSpace space) {
        Random random = new Random(1);
        float[] vector = new float[space.dimension()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return Embedding.normalised(space, vector);
    }
}
