package dev.glimpse.index.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimdTest {

    /** The flags with which everything here is run switch it on. */
    @Test
    void isActive() {
        assertThat(Simd.provider()).isEqualTo("PanamaVectorUtilSupport");
    }
}
