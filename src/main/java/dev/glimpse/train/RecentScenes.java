package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.Statement;
import dev.glimpse.train.network.NDArrayOperators;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * Scenes of the last steps, what was claimed of them, and where both lay: the branches move so little in a step that captions may
 * be told apart from them as from those of their own batch, and pictures likewise (cross-batch memory: Wang et al. 2020,
 * arXiv:1912.06798). No checkpoint keeps them: after a stop they are gathered anew.
 */
final class RecentScenes {

    private final Memory<Scene> scenes;
    private final Memory<Statement> claims;

    /**
     * What was embedded, all about it that counts.
     *
     * @param of   what it is
     * @param rows where it lies, {@code [n, dimension]} of length 1
     */
    record Embedded<T>(List<T> of, NDArray rows) {}

    /** @param capacity how many scenes are remembered at most, and as many as are said of them */
    RecentScenes(int capacity) {
        scenes = new Memory<>(capacity);
        claims = new Memory<>(capacity * SceneExamples.HARD.captions());
    }

    /**
     * How badly claims are told apart from those scenes that they are wrong of, where one right scene is enough, and each claim of a
     * scene from those that are wrong of it.
     *
     * @param said  the claims of a batch, each true of one of its scenes at least
     * @param shown the scenes of the batch, of each of which one of the claims is true at least
     */
    NDArray loss(NDManager at, Embedded<Statement> said, Embedded<Scene> shown, double temperature) {
        Embedded<Scene> allShown = scenes.with(at, shown);
        Embedded<Statement> allSaid = claims.with(at, said);
        NDArray toScenes =
                Loss.share(logits(said, allShown, temperature), right(at, said, allShown, Statement::isTrueOf), 1);
        // Of all that is said of a scene, its full description is nearest: with that, one right answer would be enough.
        NDArray toClaims = Loss.shareOfEach(
                logits(shown, allSaid, temperature),
                right(at, shown, allSaid, (scene, claim) -> claim.isTrueOf(scene)));
        return toScenes.add(toClaims);
    }

    private static NDArray logits(Embedded<?> of, Embedded<?> among, double temperature) {
        return NDArrayOperators.times(of.rows().matMul(among.rows().transpose()), temperature);
    }

    /** {@code [of, among]}: 1 where right. */
    private static <A, B> NDArray right(NDManager at, Embedded<A> of, Embedded<B> among, BiPredicate<A, B> isRight) {
        List<float[]> right = of.of().parallelStream()
                .map(one -> {
                    float[] row = new float[among.of().size()];
                    for (int i = 0; i < row.length; i++) {
                        row[i] = isRight.test(one, among.of().get(i)) ? 1 : 0;
                    }
                    return row;
                })
                .toList();
        return Examples.rows(at, right, new Shape(among.of().size()));
    }

    /** Remembers a batch's, and forgets the oldest. */
    void add(List<Statement> said, float[][] saidRows, List<Scene> shown, float[][] shownRows) {
        claims.add(said, saidRows);
        scenes.add(shown, shownRows);
    }

    private static final class Memory<T> {

        private record Item<T>(T of, float[] row) {}

        private final int capacity;
        private final Deque<Item<T>> items = new ArrayDeque<>();

        Memory(int capacity) {
            this.capacity = capacity;
        }

        /** What is remembered after what is new. */
        Embedded<T> with(NDManager at, Embedded<T> fresh) {
            if (items.isEmpty()) {
                return fresh;
            }
            List<T> all = Stream.concat(fresh.of().stream(), items.stream().map(Item::of))
                    .toList();
            List<float[]> rows = items.stream().map(Item::row).toList();
            NDArray known = Examples.rows(at, rows, new Shape(rows.getFirst().length));
            return new Embedded<>(all, fresh.rows().concat(known, 0));
        }

        void add(List<T> of, float[][] rows) {
            for (int i = 0; i < rows.length; i++) {
                items.add(new Item<>(of.get(i), rows[i]));
            }
            while (items.size() > capacity) {
                items.remove();
            }
        }
    }
}
