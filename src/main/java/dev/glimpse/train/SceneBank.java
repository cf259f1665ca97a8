package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.glimpse.scene.Scene;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Drawn scenes and their twins that stay where they lie, while the captions that are said of them change: each caption is
 * told apart from all of them.
 *
 * @param drawn    draws them
 * @param pairings of scenes
 * @param scenes   of the pairings, one after the other
 * @param pictures where they lie, {@code [scenes, dimension]} of length 1
 * @param rows     the same
 */
record SceneBank(
        SceneExamples drawn,
        List<SceneExamples.Pairing> pairings,
        List<Scene> scenes,
        NDArray pictures,
        float[][] rows) {

    private static final int PAIRINGS = 1536;

    /** Draws and sees them. */
    static SceneBank of(NDManager at, Trainer trainer, SceneExamples drawn) {
        // No step has numbers below 0.
        List<SceneExamples.Pairing> pairings = LongStream.range(0, PAIRINGS)
                .parallel()
                .mapToObj(i -> drawn.pairing(-1 - i))
                .toList();
        List<Scene> scenes = pairings.stream()
                .flatMap(of -> Stream.of(of.scene(), of.twin()))
                .toList();
        NDArray pictures = trainer.images(
                at,
                scenes.size(),
                numbers -> Arrays.stream(numbers)
                        .parallel()
                        .mapToObj(number -> drawn.picture(scenes.get(number)))
                        .toList());
        return new SceneBank(drawn, pairings, scenes, pictures, Trainer.rows(pictures));
    }

    /**
     * Some of them, and what is said of those at a step.
     *
     * @param count of scenes, an even number
     */
    Examples of(int step, int count) {
        SplittableRandom random = new SplittableRandom(drawn.seed() * 15_485_863 + step);
        List<SceneExamples.Pairing> chosen = new ArrayList<>();
        List<float[]> features = new ArrayList<>();
        for (int i = 0; i < count / 2; i++) {
            int which = random.nextInt(pairings.size());
            chosen.add(pairings.get(which));
            Collections.addAll(features, rows[2 * which], rows[2 * which + 1]);
        }
        return drawn.of(chosen, features, step);
    }

    /** Of all scenes for each caption, in the order of a batch: 1 where it is true. Any thread may ask. */
    List<float[]> right(Examples examples) {
        return IntStream.of(examples.order())
                .parallel()
                .mapToObj(caption -> {
                    float[] row = new float[scenes.size()];
                    for (int i = 0; i < row.length; i++) {
                        row[i] = examples.claims().get(caption).isTrueOf(scenes.get(i)) ? 1 : 0;
                    }
                    return row;
                })
                .toList();
    }
}
