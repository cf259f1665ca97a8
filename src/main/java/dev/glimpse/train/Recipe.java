package dev.glimpse.train;

import dev.glimpse.scene.Domain;
import dev.glimpse.train.network.TextNetwork;

/**
 * How a model is trained.
 *
 * @param text          which branch reads the captions
 * @param loss          what is made small
 * @param dimension     of the joint space
 * @param vocabulary    at most so many tokens
 * @param length        the longest caption, in tokens
 * @param batch         pictures a step
 * @param captions      a picture and step
 * @param joined        how often captions are put together, from 0 to 1
 * @param augmentation  how much pictures are changed
 * @param proxies       whether pictures and captions are told apart from trained rows of all first captions, too
 * @param hard          whether a batch holds pictures that are taken for alike, from the first measurement on
 * @param scenes        drawn scenes a step, beside the pictures: half of them twins of the others
 * @param scenesFirst   so many steps on scenes alone come first, {@value #SCENES_ALONE} a step
 * @param steps         at most
 * @param textSteps     on captions alone, after those
 * @param textVocabulary in those texts are read anew, with so many tokens at most; 0: as they were before
 * @param teacher       in those: a network of texts by others, and its language; empty for none
 * @param sceneSteps    on scenes, after those: pictures keep their places
 * @param rate          of learning, at its highest
 * @param evaluateEvery so many steps recall is measured on held-out pairs
 * @param patience      so many measurements without a new best end the training; 0: none do, and no best is taken up
 * @param seed          equal seeds give equal batches
 */
record Recipe(
        Text text,
        Loss loss,
        int dimension,
        int vocabulary,
        int length,
        int batch,
        int captions,
        double joined,
        Augmentation.Strength augmentation,
        boolean proxies,
        boolean hard,
        int scenes,
        int scenesFirst,
        int steps,
        int textSteps,
        int textVocabulary,
        String teacher,
        int sceneSteps,
        double rate,
        int evaluateEvery,
        int patience,
        long seed) {

    /** The branches that read captions. */
    enum Text {
        /** Two layers of self-attention. */
        TRANSFORMER,
        /** A long short-term memory. */
        LSTM
    }

    /** Scenes of a step that has nothing else. */
    static final int SCENES_ALONE = 96;

    /** By which similarities are multiplied while there is nothing else: low, so that near wrong answers count. */
    private static final double SCENES_TEMPERATURE = 12;

    private static final int WIDTH = 192;
    private static final int LONGEST_RISE = 100;

    /** @param tokens that the tokenizer came to have */
    TextNetwork textNetwork(int tokens) {
        return switch (text) {
            case TRANSFORMER -> new TextNetwork.Attention(tokens, length, WIDTH, 2, 6, 0.1, dimension);
            case LSTM -> new TextNetwork.Lstm(tokens, length, 100, 256, 0.1, dimension);
        };
    }

    /** Whether texts are read by another network in the steps on captions, and from then on. */
    boolean readsAnew() {
        return textVocabulary > 0;
    }

    /** By which similarities are multiplied in the loss; 0 where that is learned. */
    double temperature(int step) {
        return step <= scenesFirst ? SCENES_TEMPERATURE : 0;
    }

    /**
     * What the scenes of a step show: the first third of those alone few shapes and colours, on which it is soon learned what
     * belongs to what, as in a curriculum (Bengio et al. 2009, doi:10.1145/1553374.1553380).
     */
    Domain domain(int step) {
        return step <= scenesFirst / 3 ? Domain.BASIC : Domain.WIDE;
    }

    /** The share of the rate that a step of so many has: risen over the first hundred, then falling as a cosine to a hundredth. */
    static double course(int step, int steps) {
        return Math.min(1, step / (double) LONGEST_RISE) * (0.505 + 0.495 * Math.cos(Math.PI * step / steps));
    }

    /**
     * The rate of a step: risen linearly over the first twentieth, {@value #LONGEST_RISE} steps at most, then falling as a
     * cosine to a hundredth.
     */
    double rate(int step) {
        double rise = Math.clamp(steps / 20.0, 1, LONGEST_RISE);
        double fall = Math.cos(Math.PI * Math.min(1, step / (double) steps));
        return rate * Math.min(1, step / rise) * (0.505 + 0.495 * fall);
    }
}
