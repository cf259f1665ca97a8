package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.train.network.NDArrayOperators;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where a table of tokens begins: each token where the captions lie that have it, by their pictures; a word of a teacher's,
 * where the teacher has it. Rows drawn by chance are as long, and a word that few texts have is hardly moved from there by
 * all steps together.
 */
final class TokenTable {

    private TokenTable() {}

    /**
     * The rows.
     *
     * @param at       has them
     * @param set      captions, in the tokens that the table is of
     * @param pictures where the set's lie, {@code [pictures, dimension]} of length 1
     * @param taught   where a teacher has each token
     * @param width    of a row
     * @return {@code [tokens, width]}, as long as those that chance gives
     */
    static NDArray of(NDManager at, TrainingSet set, float[][] pictures, TextTeacher.KnownTokens taught, int width) {
        try (NDManager scratch = at.newSubManager()) {
            NDArray places = taught.places();
            places.tempAttach(scratch);
            float[][] rows = Trainer.rows(NDArrayOperators.normalised(places.sub(places.mean(new int[] {0}, true))));
            Said said = said(set, pictures, taught.language());
            said.rows().forEach((token, heard) -> {
                normalise(heard);
                // What it is to the teacher as a piece of words of other languages says nothing.
                if (said.inLanguage().contains(token) && taught.words()[token]) {
                    add(heard, rows[token], 1);
                }
                rows[token] = heard;
            });
            Shape dimension = new Shape(pictures[0].length);
            NDArray table = NDArrayOperators.normalised(Examples.rows(scratch, List.of(rows), dimension));
            if (width != pictures[0].length) {
                // Lengths and angles come through, more or less (Johnson and Lindenstrauss 1984).
                table = NDArrayOperators.normalised(
                        table.matMul(scratch.randomNormal(new Shape(pictures[0].length, width))));
            }
            NDArray begun = table.mul(NDArrayOperators.TOKEN_DEVIATION * Math.sqrt(width));
            begun.attach(at);
            return begun;
        }
    }

    /**
     * What captions have to say.
     *
     * @param rows       of each token that some have, the sum of where those lie
     * @param inLanguage tokens that some have in the language that was asked for
     */
    private record Said(Map<Integer, float[]> rows, Set<Integer> inLanguage) {}

    private static Said said(TrainingSet set, float[][] pictures, String language) {
        float[] middle = new float[pictures[0].length];
        for (float[] picture : pictures) {
            add(middle, picture, 1f / pictures.length);
        }
        Said said = new Said(new HashMap<>(), new HashSet<>());
        for (int caption = 0; caption < set.captions(); caption++) {
            float[] place = new float[middle.length];
            for (int picture : set.pictures(caption)) {
                add(place, pictures[picture], 1);
                add(place, middle, -1);
            }
            normalise(place);
            Set<Integer> tokens = new HashSet<>();
            for (long token : set.tokensOf(caption)) {
                tokens.add(Math.toIntExact(token));
            }
            tokens.forEach(token -> add(said.rows().computeIfAbsent(token, key -> new float[middle.length]), place, 1));
            if (set.languageOf(caption).equals(language)) {
                said.inLanguage().addAll(tokens);
            }
        }
        return said;
    }

    private static void add(float[] to, float[] others, float times) {
        for (int i = 0; i < to.length; i++) {
            to[i] += times * others[i];
        }
    }

    private static void normalise(float[] row) {
        double squares = 0;
        for (float x : row) {
            squares += x * x;
        }
        float by = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
        for (int i = 0; i < row.length; i++) {
            row[i] *= by;
        }
    }
}
