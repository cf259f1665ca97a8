package dev.glimpse.match;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatchProgressTest {

    @Test
    void readsWhatItWrites() {
        MatchProgress progress = new MatchProgress("kX_1-A", "q9", Map.of(0, 7L, 12, 1L << 40));

        assertThat(progress.written()).isEqualTo("kX_1-A q9 0:7,12:1099511627776");
        assertThat(MatchProgress.parse(progress.written())).isEqualTo(progress);
        assertThat(MatchProgress.parse(MatchProgress.NONE.written())).isEqualTo(MatchProgress.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "one", "a b", "a b c", "a b 0", "a b 0:x", "a b 0:1,", "a b 0:1 c"})
    void takesWhatItDidNotWriteForNothing(String written) {
        assertThat(MatchProgress.parse(written)).isEqualTo(MatchProgress.NONE);
    }
}
