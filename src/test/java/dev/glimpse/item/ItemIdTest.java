package dev.glimpse.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ItemIdTest {

    @Test
    void isWrittenAsKindAndId() {
        ItemId item = new ItemId(Kind.IMAGE, "a/b c");

        assertThat(item).hasToString("image/a/b c");
        assertThat(ItemId.parse("image/a/b c")).isEqualTo(item);
    }

    @Test
    void takes512BytesOfUtf8AndNotOneMore() {
        assertThat(new ItemId(Kind.TEXT, "é".repeat(256)).key()).hasSize(512);
        assertThatThrownBy(() -> new ItemId(Kind.TEXT, "é".repeat(256) + "x"))
                .hasMessageContaining("513 bytes")
                .hasMessageContaining("1 to 512");
        assertThatThrownBy(() -> new ItemId(Kind.TEXT, "")).hasMessageContaining("0 bytes");
    }

    @Test
    void refusesAKeyThatIsBrokenUtf8() {
        assertThatThrownBy(() -> ItemId.ofKey(Kind.IMAGE, new byte[] {'a', (byte) 0xc3}))
                .hasMessage("the id of an image is not valid UTF-8");
        assertThatThrownBy(() -> new ItemId(Kind.IMAGE, "\ud800")).hasMessageContaining("surrogate");
    }

    @Test
    void readsAKeyBack() {
        byte[] key = "smørrebrød".getBytes(StandardCharsets.UTF_8);

        assertThat(ItemId.ofKey(Kind.LABEL, key).key()).isEqualTo(key);
    }

    @Test
    void refusesAnUnknownKind() {
        assertThatThrownBy(() -> ItemId.parse("video/1")).hasMessageContaining("image, text or label");
        assertThatThrownBy(() -> ItemId.parse("image")).hasMessageContaining("kind/id");
    }

    @Test
    void isOrderedByKindThenId() {
        List<ItemId> sorted = Stream.of("text/a", "image/b", "label/a", "image/a")
                .map(ItemId::parse)
                .sorted()
                .toList();

        assertThat(sorted).extracting(ItemId::toString).containsExactly("image/a", "image/b", "text/a", "label/a");
    }
}
