package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import dev.glimpse.train.network.Operators;

/** What training makes small. */
enum Loss {
    /**
     * Symmetric and contrastive, with a learned temperature (InfoNCE: Radford et al. 2021, arXiv:2103.00020): the share of
     * all right answers together, where several are right.
     */
    CONTRASTIVE {
        @Override
        NDArray of(Batch batch, NDArray images, NDArray texts, Operators<NDArray> on) {
            NDArray logScale = on.weights("logit.scale", LOG_SCALE, 1).minimum(MAX_LOG_SCALE);
            NDArray logits = images.matMul(texts.transpose()).mul(logScale.exp());
            NDArray right = logits.add(batch.right().sub(1).mul(FAR));
            NDArray toTexts = logSumExp(logits, 1).sub(logSumExp(right, 1)).mean();
            NDArray toImages = logSumExp(logits, 0).sub(logSumExp(right, 0)).mean();
            return toTexts.add(toImages).mul(0.5f);
        }
    },

    /** The hardest wrong answer of the batch must lie a margin below the right one (VSE++: Faghri et al. 2018, arXiv:1707.05612). */
    TRIPLET {
        @Override
        NDArray of(Batch batch, NDArray images, NDArray texts, Operators<NDArray> on) {
            NDArray similarities = images.matMul(texts.transpose());
            NDArray wrong = similarities.sub(batch.right().mul(FAR));
            NDArray own = similarities.mul(batch.own()).sum(new int[] {0});
            NDArray hardestImage = wrong.max(new int[] {0});
            NDArray hardestText =
                    batch.own().mul(wrong.max(new int[] {1}, true)).sum(new int[] {0});
            NDArray toImages = hardestImage.sub(own).add(MARGIN).maximum(0).mean();
            NDArray toTexts = hardestText.sub(own).add(MARGIN).maximum(0).mean();
            return toImages.add(toTexts);
        }
    };

    /** How far a similarity is moved to count no more. */
    private static final float FAR = 1e4f;

    private static final float MARGIN = 0.2f;

    /** The temperature at the beginning: similarities times 14, as in CLIP. */
    private static final Operators.Start LOG_SCALE = new Operators.Start.Constant(Math.log(1 / 0.07));

    /** Similarities times 100 at most, as in CLIP. */
    private static final double MAX_LOG_SCALE = Math.log(100);

    /**
     * Of one batch.
     *
     * @param images {@code [b, dimension]} of length 1
     * @param texts  {@code [m, dimension]} of length 1
     * @param on     what the loss trains beside the networks
     */
    abstract NDArray of(Batch batch, NDArray images, NDArray texts, Operators<NDArray> on);

    private static NDArray logSumExp(NDArray x, int axis) {
        NDArray most = x.max(new int[] {axis}, true).stopGradient();
        return x.sub(most).exp().sum(new int[] {axis}, true).log().add(most);
    }
}
