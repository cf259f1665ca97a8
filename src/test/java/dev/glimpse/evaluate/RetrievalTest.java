package dev.glimpse.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.glimpse.evaluate.Retrieval.Answer;
import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.Split;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetrievalTest {

    private static final float[] EAST = {1, 0};
    private static final float[] NORTH = {0, 1};
    private static final float[] BETWEEN = {0.6f, 0.8f};

    @Test
    void countsTheWrongOnesThatAreMoreSimilar() {
        List<Answer> answers = Retrieval.answers(
                new float[][] {EAST, EAST}, new float[][] {NORTH, BETWEEN, EAST}, new int[][] {{1}, {0}});

        assertThat(answers).containsExactly(new Answer(2, 1, 0.6f, 2, 1), new Answer(3, 0, 0, 2, 1));
    }

    @Test
    void countsATieForTheRightOne() {
        List<Answer> answers =
                Retrieval.answers(new float[][] {EAST}, new float[][] {EAST, NORTH, EAST}, new int[][] {{2}});

        assertThat(answers).containsExactly(new Answer(1, 2, 1, 2, 1));
    }

    @Test
    void takesTheBestOfSeveralRightOnes() {
        List<Answer> answers =
                Retrieval.answers(new float[][] {EAST}, new float[][] {NORTH, EAST, BETWEEN}, new int[][] {{0, 2}});

        assertThat(answers).containsExactly(new Answer(2, 2, 0.6f, 1, 1));
    }

    @Test
    void ranksAsBruteForceDoes() {
        Random random = new Random(1);
        // With some vectors twice, so that there are ties.
        float[][] gallery =
                IntStream.range(0, 300).mapToObj(i -> unit(new Random(i % 250))).toArray(float[][]::new);
        float[][] queries = Stream.generate(() -> unit(random)).limit(35).toArray(float[][]::new);
        int[][] right = IntStream.range(0, queries.length)
                .mapToObj(i -> random.ints(1 + i % 3, 0, gallery.length).toArray())
                .toArray(int[][]::new);

        List<Answer> answers = Retrieval.answers(queries, gallery, right);

        assertThat(answers).hasSize(queries.length);
        for (int i = 0; i < queries.length; i++) {
            float[] query = queries[i];
            double best = Arrays.stream(right[i])
                    .mapToDouble(row -> Retrieval.similarity(query, gallery[row]))
                    .max()
                    .orElseThrow();
            long better = Arrays.stream(gallery)
                    .filter(row -> Retrieval.similarity(query, row) > best)
                    .count();
            assertThat(answers.get(i).rank()).isEqualTo((int) better + 1);
            assertThat((double) answers.get(i).rightSimilarity()).isCloseTo(best, within(1e-6));
        }
    }

    @Test
    void holdsEqualCaptionsForOneTextOfAllTheirPictures() {
        Captions captions = Captions.byLanguage(List.of(
                        pair("a", new Caption("Rain", "en"), new Caption("Regen", "de")),
                        pair("b", new Caption("rain ", "en"), new Caption("wet", "en")),
                        pair("c", new Caption("Rain", "de"))))
                .values()
                .iterator()
                .next();

        assertThat(captions.texts()).containsExactly("Rain", "wet");
        assertThat(captions.picturesOfTexts()).isDeepEqualTo(new int[][] {{0, 1}, {1}});
        assertThat(captions.pictures()).containsExactly(0, 1);
        assertThat(captions.textsOfPictures()).isDeepEqualTo(new int[][] {{0}, {0, 1}});
    }

    @Test
    void takesATextForRightOfAPictureThatHasNoneOfItsLanguage() {
        Pair english = new Pair(
                "a",
                Path.of("a"),
                List.of(new Caption("a red circle", "en")),
                List.of("Ein roter Kreis"),
                List.of(),
                Split.TEST);
        Captions german = Objects.requireNonNull(Captions.byLanguage(
                        List.of(english, pair("b", new Caption("ein roter Kreis", "de"))))
                .get("de"));

        assertThat(german.picturesOfTexts()).isDeepEqualTo(new int[][] {{1, 0}});
        assertThat(german.pictures()).containsExactly(1);
    }

    @Test
    void asksARerankerOfARightPictureAndTheBestWrongOne() {
        assertThat(Reranked.told(List.of(4, 2, 0, 1), new LinkedHashSet<>(List.of(2, 4))))
                .containsExactly(2, 0);
        assertThat(Reranked.told(List.of(1, 0), new LinkedHashSet<>(List.of(0, 1))))
                .containsExactly(0);
    }

    @Test
    void summarisesRanks() {
        Recall recall = Recall.of(
                Stream.of(1, 12, 5, 2).map(rank -> new Answer(rank, 0, 0, 0, 0)).toList());

        assertThat(recall.at1()).isEqualTo(0.25);
        assertThat(recall.at5()).isEqualTo(0.75);
        assertThat(recall.at10()).isEqualTo(0.75);
        assertThat(recall.medianRank()).isEqualTo(3.5);
        assertThat(recall.curve()).hasSize(50).endsWith(1.0);
    }

    @Test
    void saysHowOftenASimilarityIsRight() {
        // Similarities 0.00 to 0.19: the upper half is right.
        List<Answer> answers = IntStream.range(0, 20)
                .mapToObj(i -> new Answer(i < 10 ? 2 : 1, 0, 0, 0, i / 100f))
                .toList();

        Calibration calibration = Calibration.of(answers);

        assertThat(calibration.bins())
                .hasSize(10)
                .allSatisfy(bin -> assertThat(bin.count()).isEqualTo(2));
        assertThat(calibration.bins())
                .extracting(Calibration.Bin::accuracy)
                .containsExactly(0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0);
        assertThat(calibration.thresholds().getFirst()).isEqualTo(new Calibration.Threshold(0, 1, 0.5));
        assertThat(calibration.thresholds().getLast()).isEqualTo(new Calibration.Threshold(0.15, 0.25, 1));
    }

    private static Pair pair(String id, Caption... captions) {
        return new Pair(id, Path.of(id), List.of(captions), List.of(), List.of(), Split.TEST);
    }

    private static float[] unit(Random random) {
        float[] vector = new float[16];
        double squares = 0;
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
            squares += vector[i] * vector[i];
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }
}
