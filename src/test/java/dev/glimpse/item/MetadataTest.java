package dev.glimpse.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MetadataTest {

    @Test
    void isAnObject() {
        assertThat(Metadata.parse("{\"price\": 3}").json()).isEqualTo("{\"price\":3}");
        assertThatThrownBy(() -> Metadata.parse("[1]")).hasMessageContaining("must be a JSON object, and is array");
        assertThatThrownBy(() -> Metadata.parse("{\"a\":1")).hasMessageContaining("not JSON");
        assertThatThrownBy(() -> Metadata.parse("{\"a\":1,\"a\":2}")).hasMessageContaining("Duplicate");
        assertThatThrownBy(() -> Metadata.parse("{} {}")).hasMessageContaining("not JSON");
    }

    @Test
    void hasAtMost64KiB() {
        assertThatThrownBy(() -> Metadata.parse("{\"a\":\"" + "x".repeat(Metadata.MAX_BYTES) + "\"}"))
                .hasMessageContaining("at most 65536");
    }

    @Test
    void keepsItsOwnFieldsWhereOthersJoin() {
        assertThat(Metadata.parse("{\"a\":1}").and(Map.of("a", "x", "b", "y")))
                .isEqualTo(Metadata.parse("{\"b\":\"y\",\"a\":1}"));
    }
}
