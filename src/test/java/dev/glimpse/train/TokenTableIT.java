package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.Split;
import dev.glimpse.train.network.ImageNetwork;
import dev.glimpse.train.network.TextNetwork;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where tokens begin, of which captions or a teacher know something. */
@Tag("train")
class TokenTableIT {

    private static final int DIMENSION = 3;

    @TempDir
    private Path folder;

    private final NDManager manager = Engine.getEngine("PyTorch").newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void beginsWhereCaptionsLieAndWhereTheTeacherSays() throws Exception {
        List<List<Caption>> said = List.of(
                List.of(new Caption("dog", "en"), new Caption("hund", "de")),
                List.of(new Caption("cat", "en"), new Caption("katze", "de")),
                List.of(new Caption("car", "en"), new Caption("auto", "de")));
        BytePairs tokens = BytePairs.learn(
                List.of("dog dog", "hund hund", "cat cat", "katze katze", "car car", "auto auto", "puppy puppy"), 400);
        List<String> texts = tokens.texts();
        float[][] pictures = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

        float[][] rows = Trainer.rows(table(said, tokens, pictures, DIMENSION));

        // Away from the middle of all pictures, towards its own.
        double along = 2 / Math.sqrt(6);
        assertThat(cosine(rows[texts.lastIndexOf("hund")], pictures[0])).isCloseTo(along, within(1e-3));
        assertThat(cosine(rows[texts.lastIndexOf("katze")], pictures[1])).isCloseTo(along, within(1e-3));
        // The teacher takes a dog and a puppy for alike: of the one it is heard beside the captions, of the other
        // alone.
        assertThat(cosine(rows[texts.lastIndexOf("dog")], pictures[0])).isGreaterThan(0.5);
        assertThat(cosine(rows[texts.lastIndexOf("dog")], rows[texts.lastIndexOf("hund")]))
                .isBetween(0.5, 0.999);
        assertThat(cosine(rows[texts.lastIndexOf("puppy")], pictures[2])).isGreaterThan(0.9);
        // What is said in another language alone means something else there, though the teacher knows it as a word.
        assertThat(cosine(rows[texts.lastIndexOf("auto")], pictures[2])).isCloseTo(along, within(1e-3));
        for (float[] row : rows) {
            assertThat(Math.sqrt(dot(row, row))).isCloseTo(0.5 * Math.sqrt(DIMENSION), within(1e-3));
        }
    }

    @Test
    void keepsAnglesInRowsOfAnotherWidth() throws Exception {
        List<List<Caption>> said = List.of(List.of(new Caption("dog", "en")), List.of(new Caption("cat", "en")));
        BytePairs tokens = BytePairs.learn(List.of("dog dog", "cat cat", "puppy puppy"), 400);
        List<String> texts = tokens.texts();

        float[][] rows = Trainer.rows(table(said, tokens, new float[][] {{1, 0, 0}, {0, 1, 0}}, 96));

        assertThat(rows[0]).hasSize(96);
        assertThat(cosine(rows[texts.lastIndexOf("dog")], rows[texts.lastIndexOf("cat")]))
                .isLessThan(0);
        assertThat(Math.sqrt(dot(rows[texts.lastIndexOf("dog")], rows[texts.lastIndexOf("dog")])))
                .isCloseTo(0.5 * Math.sqrt(96), within(1e-2));
    }

    /** With a teacher that has dogs and puppies in the third direction, and all else nowhere in particular. */
    private NDArray table(List<List<Caption>> said, BytePairs tokens, float[][] pictures, int width) throws Exception {
        Path picture = folder.resolve("p.png");
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
        List<Pair> pairs = new ArrayList<>();
        said.forEach(captions ->
                pairs.add(new Pair("p" + pairs.size(), picture, captions, List.of(), List.of(), Split.TRAIN)));
        List<String> texts = tokens.texts();
        float[] places = new float[texts.size() * DIMENSION];
        boolean[] words = new boolean[texts.size()];
        for (String word : List.of("dog", "puppy", "auto")) {
            if (!texts.contains(word)) {
                continue;
            }
            places[texts.lastIndexOf(word) * DIMENSION + (word.equals("auto") ? 0 : 2)] = 1;
            words[texts.lastIndexOf(word)] = true;
        }
        Path file = folder.resolve("tokenizer.json");
        tokens.write(file, 40);
        TextTeacher.KnownTokens taught =
                new TextTeacher.KnownTokens(manager.create(places, new Shape(texts.size(), DIMENSION)), words, "en");
        TextBranch branch =
                new TextBranch.Whole(new TextNetwork.Lstm(texts.size(), 40, width, 8, 0, DIMENSION), tokens);
        try (HuggingFaceTokenizer tokenizer = branch.openTokenizer(file)) {
            TrainingSet set = TrainingSet.toMeasureOn(
                    pairs, new ImageBranch.Whole(ImageNetwork.small(DIMENSION)), branch, tokenizer);
            return TokenTable.of(manager, set, pictures, taught, width);
        }
    }

    private static double cosine(float[] a, float[] b) {
        return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
