package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Activation;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.network.Operators;

/** What training makes small. */
enum Loss {
    /**
     * Symmetric and contrastive, with a learned temperature (InfoNCE: Radford et al. 2021, arXiv:2103.00020): the share of
     * all right answers together, where several are right.
     */
    CONTRASTIVE {
        @Override
        NDArray of(Batch batch, NDArray images, NDArray texts, Operators<NDArray> on, double done, double temperature) {
            NDArray similarities = images.matMul(texts.transpose());
            NDArray scaled =
                    temperature > 0 ? NDArrayOperators.times(similarities, temperature) : similarities.mul(learned(on));
            NDArray logits = scaled.sub(batch.unknown().mul(FAR));
            NDArray right = logits.add(batch.right().sub(1).mul(FAR));
            NDArray toTexts = logSumExp(logits, 1).sub(logSumExp(right, 1)).mean();
            NDArray toImages = logSumExp(logits, 0).sub(logSumExp(right, 0)).mean();
            return NDArrayOperators.times(toTexts.add(toImages), 0.5);
        }
    },

    /**
     * The hardest wrong answer of the batch must lie a margin below the right one (VSE++: Faghri et al. 2018,
     * arXiv:1707.05612). From the first step on that ends with all embeddings alike, at a loss of two margins: so it begins
     * with the mean of all wrong answers that come too near, and turns to the hardest by and by.
     */
    TRIPLET {
        @Override
        NDArray of(Batch batch, NDArray images, NDArray texts, Operators<NDArray> on, double done, double temperature) {
            NDArray similarities = images.matMul(texts.transpose());
            NDArray own = similarities.mul(batch.own()).sum(new int[] {0}, true);
            NDArray ownOfPicture = batch.own().mul(own);
            NDArray far = batch.right().add(batch.unknown()).mul(FAR);
            // By caption: each wrong picture against the right one. By caption of a picture: each wrong caption against
            // it.
            NDArray byCaption = on.relu(similarities.sub(far).sub(own).add(MARGIN));
            NDArray hardest = byCaption.max(new int[] {0}).mean();
            NDArray wrongCaption = similarities.sub(far).max(new int[] {1}, true);
            NDArray hardestCaption = batch.own()
                    .mul(on.relu(wrongCaption.sub(own).add(MARGIN)))
                    .sum(new int[] {0})
                    .mean();
            NDArray meanOwn =
                    ownOfPicture.sum(new int[] {1}, true).div(batch.own().sum(new int[] {1}, true));
            NDArray byPicture = on.relu(similarities.sub(far).sub(meanOwn).add(MARGIN));
            NDArray near = mean(byCaption).add(mean(byPicture));
            float turned = (float) Math.clamp((done - 0.1) / 0.3, 0, 1);
            return NDArrayOperators.times(hardest.add(hardestCaption), turned)
                    .add(NDArrayOperators.times(near, 1 - turned));
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
     * @param images      {@code [b, dimension]} of length 1
     * @param texts       {@code [m, dimension]} of length 1
     * @param on          what the loss trains beside the networks
     * @param done        the share of the steps that are done
     * @param temperature by which similarities are multiplied; 0 for the one that is learned
     */
    abstract NDArray of(
            Batch batch, NDArray images, NDArray texts, Operators<NDArray> on, double done, double temperature);

    /**
     * How small the share of right answers is: the mean of {@code -log} of what the right ones have of all, along an axis.
     *
     * @param logits {@code [n, m]}
     * @param right  {@code [n, m]}: 1 where right, at least once along the axis
     */
    static NDArray share(NDArray logits, NDArray right, int axis) {
        return logSumExp(logits, axis)
                .sub(logSumExp(logits.add(right.sub(1).mul(FAR)), axis))
                .mean();
    }

    /**
     * How small the share of each right answer is beside the wrong ones alone: the mean of {@code -log} of it over the right ones of a
     * row, and over rows. Where {@link #share} is content with one right answer before the wrong ones, this asks it of all.
     *
     * @param logits {@code [n, m]}
     * @param right  {@code [n, m]}: 1 where right, at least once in each row, and 0 where wrong
     */
    static NDArray shareOfEach(NDArray logits, NDArray right) {
        NDArray wrong = logSumExp(logits.sub(right.mul(FAR)), 1);
        return softplus(wrong.sub(logits))
                .mul(right)
                .sum(new int[] {1})
                .div(right.sum(new int[] {1}))
                .mean();
    }

    /** {@code log(1 + exp(x))}, of any x; not with {@code maximum} of a number: see {@link NDArrayOperators#constant}. */
    static NDArray softplus(NDArray x) {
        return Activation.relu(x).add(x.abs().neg().exp().add(1).log());
    }

    /** By which similarities are multiplied. */
    private static NDArray learned(Operators<NDArray> on) {
        NDArray logarithm = on.weights("logit.scale", LOG_SCALE, 1);
        return logarithm
                .minimum(NDArrayOperators.constant(logarithm, MAX_LOG_SCALE))
                .exp();
    }

    /** Of those that are more than 0. */
    private static NDArray mean(NDArray hinges) {
        return hinges.sum()
                .div(hinges.gt(0).toType(DataType.FLOAT32, false).sum().add(1));
    }

    private static NDArray logSumExp(NDArray x, int axis) {
        NDArray most = x.max(new int[] {axis}, true).stopGradient();
        return x.sub(most).exp().sum(new int[] {axis}, true).log().add(most);
    }
}
