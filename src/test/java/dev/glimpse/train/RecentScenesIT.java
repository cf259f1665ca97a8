package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.glimpse.scene.Claims;
import dev.glimpse.scene.Domain;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.Statement;
import dev.glimpse.scene.Twin;
import dev.glimpse.scene.Twins;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What was seen and said in the steps before, beside a scene and a claim that lie in one place. */
@Tag("train")
class RecentScenesIT {

    private static final float[] HERE = {1, 0};
    private static final float[] ELSEWHERE = {0, 1};
    private static final double TEMPERATURE = 20;

    private final NDManager manager = Engine.getEngine("PyTorch").newBaseManager();
    private final Scene scene = new SceneGenerator(Domain.WIDE, 1).scene(0);
    private final Statement claim = Claims.full(scene);
    private final Twin twin = new Twins(Domain.WIDE, 1).of(scene, 0).getFirst();
    private final RecentScenes recent = new RecentScenes(2);

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void tellsBothApartFromWhatIsWrongAndLiesInTheSamePlace() {
        assertThat(loss()).isCloseTo(0, within(1e-6));

        remember(twin.ofTwin(), HERE, twin.scene(), ELSEWHERE);
        assertThat(loss()).as("of two claims in one place, one is right").isCloseTo(Math.log(2), within(1e-5));

        remember(twin.ofTwin(), ELSEWHERE, twin.scene(), HERE);
        assertThat(loss()).as("and of two scenes, too").isCloseTo(2 * Math.log(2), within(1e-5));
    }

    @Test
    void takesWhatIsRightForRight() {
        remember(claim, HERE, scene, HERE);

        assertThat(loss()).isCloseTo(0, within(1e-6));
    }

    @Test
    void asksOfEachRightClaimToLieBeforeTheWrongOne() {
        remember(claim, ELSEWHERE, scene, HERE);
        remember(twin.ofTwin(), HERE, twin.scene(), ELSEWHERE);

        assertThat(loss())
                .as("one as near as the wrong one, one farther by a similarity of 1")
                .isCloseTo((Math.log(2) + Math.log1p(Math.exp(TEMPERATURE))) / 2, within(1e-3));
    }

    @Test
    void forgetsTheOldest() {
        remember(claim, ELSEWHERE, twin.scene(), HERE);
        assertThat(loss()).isCloseTo(Math.log(2), within(1e-5));

        remember(claim, ELSEWHERE, scene, ELSEWHERE);
        remember(claim, ELSEWHERE, scene, ELSEWHERE);

        assertThat(loss()).isCloseTo(0, within(1e-6));
    }

    @Test
    void forgetsTheOldestClaims() {
        remember(twin.ofTwin(), HERE, scene, ELSEWHERE);
        assertThat(loss()).isCloseTo(Math.log(2), within(1e-5));

        for (int i = 0; i < 2 * SceneExamples.HARD.captions(); i++) {
            remember(claim, HERE, scene, HERE);
        }

        assertThat(loss()).isCloseTo(0, within(1e-6));
    }

    private void remember(Statement said, float[] saidAt, Scene shown, float[] shownAt) {
        recent.remember(List.of(said), List.of(shown));
        recent.rememberRows(new float[][] {saidAt}, new float[][] {shownAt});
    }

    private double loss() {
        NDArray here = manager.create(new float[][] {HERE});
        return recent.loss(manager, here, here, recent.right(List.of(claim), List.of(scene)), TEMPERATURE)
                .getFloat();
    }
}
