package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PictureCaptionsTest {

    private static final Offset<Float> NEAR = Offset.offset(1e-5f);

    @Test
    void givesEachLanguageTheRootOfItsShare() {
        float[] evened = PictureCaptions.evened(new float[] {27, 9, 3, 1, 0}, List.of("en", "en", "de", "de", "fr"));

        assertThat(evened[0] + evened[1]).isCloseTo(6, NEAR);
        assertThat(evened[0] / evened[1]).isCloseTo(3, NEAR);
        assertThat(evened[2] + evened[3]).isCloseTo(2, NEAR);
        assertThat(evened[2] / evened[3]).isCloseTo(3, NEAR);
        assertThat(evened[4]).isZero();
    }
}
