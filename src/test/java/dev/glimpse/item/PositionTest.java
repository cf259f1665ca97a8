package dev.glimpse.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

    @Test
    void isWrittenAsTopicPartitionAndOffset() {
        Position position = new Position(Kind.IMAGE, 0, 42);

        assertThat(position).hasToString("images-0-42");
        assertThat(Position.parse("images-0-42")).isEqualTo(position);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "images",
                "images-0",
                "images-0-",
                "images-0--1",
                "videos-0-1",
                "images-0-99999999999999999999"
            })
    void refusesWhatIsNone(String token) {
        assertThatThrownBy(() -> Position.parse(token))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + token + "'")
                .hasMessageContaining("images-0-42");
    }
}
