package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.scene.Scene;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drawn scenes of which something else is said each time. */
@Tag("train")
class SceneBankIT {

    private static final int SCENES_A_STEP = 40;

    @TempDir
    private Path folder;

    private final NDManager manager = Engine.getEngine("PyTorch").newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void saysOtherThingsOfTheSameScenesAndKnowsOfWhichTheyAreTrue() throws Exception {
        Path file = folder.resolve("tokenizer.json");
        BytePairs.learn(SceneExamples.captions(1), 1000).write(file, 40);
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(file)) {
            SceneBank bank = bank(new SceneExamples(1, 64, tokenizer));

            Examples examples = bank.of(3, SCENES_A_STEP);

            assertThat(texts(bank.of(3, SCENES_A_STEP))).isEqualTo(texts(examples));
            assertThat(texts(bank.of(4, SCENES_A_STEP))).isNotEqualTo(texts(examples));
            assertThat(examples.scenes()).hasSize(SCENES_A_STEP);
            float[][] right = bank.right(examples).toArray(float[][]::new);
            assertThat(right)
                    .hasDimensions(
                            SCENES_A_STEP * SceneExamples.BINDING.captions(),
                            bank.scenes().size());
            int[] order = examples.order();
            for (int i = 0; i < order.length; i++) {
                int of = order[i] / SceneExamples.BINDING.captions();
                int own = (int) examples.pictures().get(of)[0];
                assertThat(bank.scenes().get(own)).isEqualTo(examples.scenes().get(of));
                assertThat(right[i][own]).isEqualTo(1);
                Scene twin = bank.scenes().get(own ^ 1);
                if (order[i] % SceneExamples.BINDING.captions() == 0
                        && !twin.equals(bank.scenes().get(own))) {
                    assertThat(right[i][own ^ 1])
                            .as("the first of its captions is wrong of the twin")
                            .isZero();
                }
            }
            // Some captions say so little that they are true of others, too; none is true of all.
            assertThat(List.of(right)).allSatisfy(row -> assertThat(sum(row)).isLessThan(row.length));
            assertThat(Arrays.stream(right).mapToDouble(SceneBankIT::sum).max().orElseThrow())
                    .isGreaterThan(1);
        }
    }

    /** Of which the one feature of a scene is its number. */
    private SceneBank bank(SceneExamples drawn) {
        List<SceneExamples.Pairing> pairings =
                LongStream.range(0, 40).mapToObj(i -> drawn.pairing(-1 - i)).toList();
        List<Scene> scenes = pairings.stream()
                .flatMap(of -> Stream.of(of.scene(), of.twin()))
                .toList();
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < scenes.size(); i++) {
            rows.add(new float[] {i});
        }
        return new SceneBank(
                drawn, pairings, scenes, Examples.rows(manager, rows, new Shape(1)), rows.toArray(float[][]::new));
    }

    private static List<List<Long>> texts(Examples examples) {
        return examples.captions().stream()
                .map(ids -> Arrays.stream(ids).boxed().toList())
                .toList();
    }

    private static double sum(float[] row) {
        double sum = 0;
        for (float x : row) {
            sum += x;
        }
        return sum;
    }
}
