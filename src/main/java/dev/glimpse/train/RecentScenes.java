package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.Statement;
import dev.glimpse.train.network.NDArrayOperators;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Scenes of the last steps and where they lay: a branch moves so little in a step that captions may be told apart from them as
 * from those of their own batch (cross-batch memory: Wang et al. 2020, arXiv:1912.06798). No checkpoint keeps them: after a stop
 * they are gathered anew.
 */
final class RecentScenes {

    private final int capacity;
    private final Deque<Seen> seen = new ArrayDeque<>();

    private record Seen(Scene scene, float[] row) {}

    /** @param capacity how many are remembered at most */
    RecentScenes(int capacity) {
        this.capacity = capacity;
    }

    /**
     * How badly claims are told apart from those that they are wrong of.
     *
     * @param claims      about the batch's scenes, each true of one at least
     * @param texts       of the claims, {@code [m, dimension]} of length 1
     * @param scenes      of the batch
     * @param images      of those, {@code [n, dimension]} of length 1
     * @param temperature by which similarities are multiplied
     */
    NDArray loss(
            NDManager at,
            List<Statement> claims,
            NDArray texts,
            List<Scene> scenes,
            NDArray images,
            double temperature) {
        List<Scene> all =
                Stream.concat(scenes.stream(), seen.stream().map(Seen::scene)).toList();
        List<float[]> right = claims.parallelStream().map(of -> right(of, all)).toList();
        NDArray known = images;
        if (!seen.isEmpty()) {
            List<float[]> rows = seen.stream().map(Seen::row).toList();
            known = images.concat(Examples.rows(at, rows, new Shape(rows.getFirst().length)), 0);
        }
        NDArray logits = NDArrayOperators.times(texts.matMul(known.transpose()), temperature);
        return Loss.share(logits, Examples.rows(at, right, new Shape(all.size())), 1);
    }

    private static float[] right(Statement claim, Collection<Scene> scenes) {
        float[] row = new float[scenes.size()];
        int i = 0;
        for (Scene scene : scenes) {
            row[i++] = claim.isTrueOf(scene) ? 1 : 0;
        }
        return row;
    }

    /** Remembers a batch's, and forgets the oldest. */
    void add(List<Scene> scenes, float[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            seen.add(new Seen(scenes.get(i), rows[i]));
        }
        while (seen.size() > capacity) {
            seen.remove();
        }
    }
}
