package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.glimpse.train.network.NDArrayOperators;
import java.util.ArrayList;
import java.util.List;

/**
 * How badly scenes are told from their twins: the first caption of each is right of the one and wrong of the other. In a batch
 * that is one wrong answer among hundreds; here it is all that counts.
 */
final class TwinLoss {

    /** By which similarities are multiplied. */
    private static final double TEMPERATURE = 20;

    private TwinLoss() {}

    /**
     * The mean of {@code -log} of the probability of the right one of two, over both captions of a scene and both scenes of a
     * caption; 0 where there are no twins.
     *
     * @param images {@code [n, dimension]} of length 1, scenes last, twins side by side
     * @param texts  {@code [m, dimension]} of length 1
     * @param order  of the captions in {@code texts}
     */
    static NDArray of(NDManager at, NDArray images, NDArray texts, int[] order, Examples examples) {
        int scenes = examples.scenes().size();
        int firstScene = examples.pictures().size() - scenes;
        int firstClaim = order.length - examples.claims().size();
        int each = scenes == 0 ? 0 : examples.claims().size() / scenes;
        int[] place = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            place[order[i]] = i;
        }
        List<Long> rows = new ArrayList<>();
        List<Long> own = new ArrayList<>();
        List<Long> others = new ArrayList<>();
        for (int i = 0; i + 1 < scenes; i += 2) {
            for (int one : new int[] {i, i + 1}) {
                int other = one == i ? i + 1 : i;
                int caption = firstClaim + one * each;
                int foil = firstClaim + other * each;
                if (examples.truth()[firstScene + one][foil] == Truth.WRONG) {
                    rows.add((long) firstScene + one);
                    own.add((long) place[caption]);
                    others.add((long) place[foil]);
                }
            }
        }
        if (rows.isEmpty()) {
            return at.zeros(new ai.djl.ndarray.types.Shape());
        }
        NDArray seen = images.get(indices(at, rows));
        NDArray right = seen.mul(texts.get(indices(at, own))).sum(new int[] {1});
        NDArray wrongCaption = seen.mul(texts.get(indices(at, others))).sum(new int[] {1});
        // Twins come in pairs: the other scene's row is that whose own caption is this one's foil.
        NDArray wrongScene = images.get(indices(at, exchanged(rows)))
                .mul(texts.get(indices(at, own)))
                .sum(new int[] {1});
        NDArray foils = wrongCaption.concat(wrongScene, 0);
        NDArray margins = right.concat(right, 0).sub(foils);
        return Loss.softplus(NDArrayOperators.times(margins, -TEMPERATURE)).mean();
    }

    private static List<Long> exchanged(List<Long> rows) {
        List<Long> exchanged = new ArrayList<>(rows);
        for (int i = 0; i + 1 < rows.size(); i += 2) {
            exchanged.set(i, rows.get(i + 1));
            exchanged.set(i + 1, rows.get(i));
        }
        return exchanged;
    }

    private static NDArray indices(NDManager at, List<Long> of) {
        return at.create(of.stream().mapToLong(Long::longValue).toArray());
    }
}
