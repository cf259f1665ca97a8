package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.Statement;
import dev.glimpse.train.network.NDArrayOperators;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Scenes of the last steps, what was claimed of them, and where both lay: the branches move so little in a step that captions may
 * be told apart from them as from those of their own batch, and pictures likewise (cross-batch memory: Wang et al. 2020,
 * arXiv:1912.06798). No checkpoint keeps them: after a stop they are gathered anew.
 *
 * <p>What they are is known before where they lie: so one thread may ask what is right, and remember what is shown and said, while
 * another takes the steps before.
 */
final class RecentScenes {

    private final Memory<Scene> scenes;
    private final Memory<Statement> claims;
    private final Memory<float[]> sceneRows;
    private final Memory<float[]> claimRows;

    /**
     * What is right of a batch, 1 where it is.
     *
     * @param scenes of each claim, the scenes of the batch and then those that are remembered
     * @param claims of each scene, likewise
     */
    record Right(List<float[]> scenes, List<float[]> claims) {}

    /** @param capacity how many scenes are remembered at most, and as many as are said of them */
    RecentScenes(int capacity) {
        scenes = new Memory<>(capacity);
        sceneRows = new Memory<>(capacity);
        claims = new Memory<>(capacity * SceneExamples.HARD.captions());
        claimRows = new Memory<>(capacity * SceneExamples.HARD.captions());
    }

    /** What is right of a batch, and of what is remembered now. */
    Right right(List<Statement> said, List<Scene> shown) {
        return new Right(
                right(said, scenes.after(shown), Statement::isTrueOf),
                right(shown, claims.after(said), (scene, claim) -> claim.isTrueOf(scene)));
    }

    private static <A, B> List<float[]> right(List<A> of, List<B> among, BiPredicate<A, B> isRight) {
        return of.parallelStream()
                .map(one -> {
                    float[] row = new float[among.size()];
                    for (int i = 0; i < row.length; i++) {
                        row[i] = isRight.test(one, among.get(i)) ? 1 : 0;
                    }
                    return row;
                })
                .toList();
    }

    /** Remembers a batch, and forgets the oldest. */
    void remember(List<Statement> said, List<Scene> shown) {
        claims.add(said);
        scenes.add(shown);
    }

    /** Remembers where a batch lay, in the order that it was remembered in, and forgets the oldest. */
    void rememberRows(float[][] said, float[][] shown) {
        claimRows.add(List.of(said));
        sceneRows.add(List.of(shown));
    }

    /**
     * How badly claims are told apart from those scenes that they are wrong of, where one right scene is enough, and each claim of a
     * scene from those that are wrong of it.
     *
     * @param said  where the claims of a batch lie, {@code [claims, dimension]} of length 1: each true of one of its scenes at least
     * @param shown where the scenes of the batch lie, {@code [scenes, dimension]}: of each one of the claims is true at least
     * @param right of them
     */
    NDArray loss(NDManager at, NDArray said, NDArray shown, Right right, double temperature) {
        NDArray toScenes =
                Loss.share(logits(said, after(at, shown, sceneRows), temperature), matrix(at, right.scenes()), 1);
        // Of all that is said of a scene, its full description is nearest: with that, one right answer would be enough.
        NDArray toClaims =
                Loss.shareOfEach(logits(shown, after(at, said, claimRows), temperature), matrix(at, right.claims()));
        return toScenes.add(toClaims);
    }

    private static NDArray logits(NDArray of, NDArray among, double temperature) {
        return NDArrayOperators.times(of.matMul(among.transpose()), temperature);
    }

    private static NDArray after(NDManager at, NDArray fresh, Memory<float[]> rows) {
        List<float[]> known = rows.after(List.of());
        return known.isEmpty() ? fresh : fresh.concat(matrix(at, known), 0);
    }

    private static NDArray matrix(NDManager at, List<float[]> rows) {
        return Examples.rows(at, rows, new Shape(rows.getFirst().length));
    }

    private static final class Memory<T> {

        private final int capacity;
        private final Deque<T> items = new ArrayDeque<>();

        Memory(int capacity) {
            this.capacity = capacity;
        }

        /** What is remembered after what is new. */
        List<T> after(List<T> fresh) {
            List<T> all = new ArrayList<>(fresh);
            all.addAll(items);
            return all;
        }

        void add(List<T> fresh) {
            items.addAll(fresh);
            while (items.size() > capacity) {
                items.remove();
            }
        }
    }
}
