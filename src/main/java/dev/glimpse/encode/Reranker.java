package dev.glimpse.encode;

import dev.glimpse.embedding.ImageFeatures;
import java.util.List;

/** Judges whether a text and a picture belong together, by both at once. Thread-safe. */
public interface Reranker {

    /** How many features it reads of a picture. */
    int features();

    /**
     * Judges pictures for one text, in one inference.
     *
     * @param images at least one, of {@link #features()} each
     * @return for each the probability of a match, from 0 to 1
     * @throws EncoderException if the runtime fails
     */
    float[] match(String text, List<ImageFeatures> images);
}
