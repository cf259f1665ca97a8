package dev.glimpse.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What cuts captions into tokens. */
interface Tokens {

    /** What tokens are. */
    enum Sort {
        /** Bytes, and what comes together often: no text is unknown. */
        BYTE_PAIRS,
        /** Whole words: one that was not learned is unknown. */
        WORDS;

        /**
         * Learns a vocabulary from captions.
         *
         * @param size at most so many tokens
         */
        Tokens learn(List<String> captions, int size) {
            return switch (this) {
                case BYTE_PAIRS -> BytePairs.learn(captions, size);
                case WORDS -> Words.learn(captions, size);
            };
        }
    }

    /** How many there are. */
    int size();

    /**
     * Writes them as a {@code tokenizer.json} of Hugging Face's tokenizers.
     *
     * @param length the longest input, in tokens, the first and the last included
     */
    void write(Path file, int length) throws IOException;
}
