package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.network.Operators;
import java.util.ArrayList;
import java.util.List;

/**
 * A trained row of the joint space for each unlike first caption: what pictures of one thing by several hands have in common
 * (Movshovitz-Attias et al. 2017, arXiv:1703.07464). Each picture of a step, and each caption, is told apart from all of
 * them, not only from those that happen to be in the batch; the right one by a margin (Wang et al. 2018, arXiv:1801.09414).
 *
 * @param set       of the pictures and captions
 * @param dimension of the joint space
 */
record Proxies(TrainingSet set, int dimension) {

    private static final String ROWS = "proxies.rows";
    private static final float SCALE = 20;
    private static final float MARGIN = 0.1f;

    /** How far a similarity is moved to count no more. */
    private static final float FAR = 1e4f;

    /**
     * The loss of a step's pairs.
     *
     * @param images {@code [b, dimension]} of length 1: those of the examples' numbers are the first
     * @param texts  {@code [m, dimension]} of length 1, in the order of a batch
     */
    NDArray loss(NDManager at, Operators<NDArray> on, Examples examples, NDArray images, NDArray texts) {
        NDArray rows = NDArrayOperators.normalised(
                on.weights(ROWS, Operators.Start.linear(dimension), set.names(), dimension));
        int[] order = examples.order();
        int captionsEach = examples.said().size() / examples.numbers().length;
        List<float[]> ofPictures = new ArrayList<>();
        for (int picture : examples.numbers()) {
            ofPictures.add(row(picture, set.namesOf(picture)));
        }
        List<float[]> ofCaptions = new ArrayList<>();
        NDList chosen = new NDList();
        for (int i = 0; i < order.length; i++) {
            if (order[i] < examples.said().size()) {
                int[] said = examples.said().get(order[i]);
                ofCaptions.add(row(examples.numbers()[order[i] / captionsEach], set.namesOf(said)));
                chosen.add(texts.get("%d:%d".formatted(i, i + 1)));
            }
        }
        NDArray pictures = images.get("0:%d".formatted(ofPictures.size()));
        return share(at, pictures, rows, ofPictures).add(share(at, NDArrays.concat(chosen, 0), rows, ofCaptions));
    }

    /** What is added to similarities: the margin, taken from the own name, and for others that are right that they don't count. */
    private float[] row(int picture, int[] right) {
        float[] row = new float[set.names()];
        for (int name : right) {
            row[name] = -FAR;
        }
        row[set.nameOf(picture)] = -MARGIN;
        return row;
    }

    private static NDArray share(NDManager at, NDArray embeddings, NDArray rows, List<float[]> added) {
        NDArray changes = Examples.rows(at, added, new Shape(added.getFirst().length));
        NDArray own = changes.eq(-MARGIN).toType(embeddings.getDataType(), false);
        NDArray logits =
                NDArrayOperators.times(embeddings.matMul(rows.transpose()).add(changes), SCALE);
        return Loss.share(logits, own, 1);
    }
}
