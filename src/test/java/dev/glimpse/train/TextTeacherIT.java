package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.Pair;
import dev.glimpse.pairs.Split;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.onnx.Backbone;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What texts learn from a network that knows more words than captions have. */
@Tag("train")
class TextTeacherIT {

    /** What is said of pictures that lie in four directions. */
    private static final List<List<String>> SAID = List.of(
            List.of("red", "a red ball", "something red", "the colour red"),
            List.of("blue", "a blue ball", "something blue", "the colour blue"),
            List.of("dog", "a dog that barks", "a small dog", "the dog"),
            List.of("airplane", "an airplane in the sky", "a large airplane", "the airplane"));

    private static final Map<String, Integer> UNSAID =
            Map.of("crimson", 0, "scarlet", 0, "turquoise", 1, "puppy", 2, "hound", 2, "aircraft", 3, "jet", 3);

    private static final List<String> TOKENS = List.of("", "hound", "houn", "red");

    @TempDir
    private Path folder;

    private final NDManager manager = Engine.getEngine("PyTorch").newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void placesWordsThatNoCaptionHas() throws Exception {
        List<Pair> learned = new ArrayList<>();
        float[][] pictures = new float[SAID.size()][SAID.size()];
        for (int i = 0; i < SAID.size(); i++) {
            pictures[i][i] = 1;
            learned.add(pair(i, "en"));
        }
        TextTeacher.Lesson lesson = lesson(learned, pictures);

        List<String> texts = lesson.texts();
        float[][] places = Trainer.rows(lesson.places());
        UNSAID.forEach((word, right) -> {
            float[] place = places[texts.indexOf(word)];
            for (int other = 0; other < place.length; other++) {
                assertThat(place[right]).as(word).isGreaterThanOrEqualTo(place[other]);
            }
        });
        assertThat(texts).doesNotHaveDuplicates().doesNotContain("red", "dog", "a red ball");
        assertThat(texts.stream().filter(text -> text.endsWith(" that barks"))).isNotEmpty();
        TextTeacher.KnownTokens known = Objects.requireNonNull(lesson.tokens());
        assertThat(known.words()).containsExactly(false, true, false, true);
        assertThat(known.language()).isEqualTo("en");
        float[][] tokens = Trainer.rows(known.places());
        assertThat(tokens[TOKENS.indexOf("hound")][2]).isGreaterThan(tokens[TOKENS.indexOf("red")][2]);
        for (float[] place : places) {
            double length = 0;
            for (float x : place) {
                length += x * x;
            }
            assertThat(length).isBetween(0.999, 1.001);
        }
    }

    @Test
    void saysWhereNoCaptionIsInItsLanguage() throws Exception {
        try (TextTeacher teacher = teacher()) {
            assertThatThrownBy(() -> teacher.check(List.of(pair(0, "de"))))
                    .hasMessage("--teacher-language is 'en', and no caption is in that language");
            teacher.check(List.of(pair(0, "de"), pair(1, "en")));
        }
    }

    @Test
    void saysWhereATokenizerHasNoWholeWords() throws Exception {
        Path pieces = Files.writeString(
                folder.resolve("pieces.json"),
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"\u0120dog\": 0, \"ing\": 1}}}");
        Backbone network = Backbone.ofTexts(copied("all-minilm-l6-v2.onnx"));

        assertThatThrownBy(() -> TextTeacher.of(network, pieces, "en"))
                .hasMessage(
                        "%s is of type 'BPE'; a teacher's must be WordPiece, whose vocabulary has whole words", pieces);
    }

    private static Pair pair(int i, String language) {
        return new Pair(
                "p" + i,
                Path.of("p.png"),
                SAID.get(i).stream().map(text -> new Caption(text, language)).toList(),
                List.of(),
                List.of(),
                Split.TRAIN);
    }

    private TextTeacher.Lesson lesson(List<Pair> learned, float[][] pictures) throws Exception {
        try (TextTeacher teacher = teacher()) {
            return teacher.lesson(manager, learned, pictures, TOKENS, 1, () -> false);
        }
    }

    @Test
    void saysNothingOfTokensThatNobodyAsksFor() throws Exception {
        try (TextTeacher teacher = teacher()) {
            TextTeacher.Lesson lesson = teacher.lesson(
                    manager,
                    List.of(pair(0, "en"), pair(1, "en")),
                    new float[][] {{1, 0}, {0, 1}},
                    List.of(),
                    1,
                    () -> false);

            assertThat(lesson.tokens()).isNull();
            assertThat(teacher.given()).contains("government").doesNotContain("##ing", "[CLS]");
            assertThat(lesson.places().getShape())
                    .isEqualTo(new Shape(lesson.texts().size(), 2));
        }
    }

    @Test
    void endsWhereNobodyWantsItAnyMore() throws Exception {
        try (TextTeacher teacher = teacher()) {
            assertThatThrownBy(() -> teacher.lesson(
                            manager, List.of(pair(0, "en")), new float[][] {{1, 0}}, List.of(), 1, () -> true))
                    .isInstanceOf(CancellationException.class);
        }
    }

    private TextTeacher teacher() throws Exception {
        Backbone network = Backbone.ofTexts(copied("all-minilm-l6-v2.onnx"));
        return TextTeacher.of(network, copied("all-minilm-l6-v2-tokenizer.json"), "en");
    }

    private Path copied(String name) throws Exception {
        try (var resource = Objects.requireNonNull(getClass().getClassLoader().getResourceAsStream(name))) {
            Path copy = folder.resolve(name);
            Files.copy(resource, copy);
            return copy;
        }
    }

    @Test
    void changesAWordForOneThatLiesNear() {
        List<String> colours =
                List.of("red", "crimson", "scarlet", "ruby", "pink", "rose", "maroon", "coral", "rust", "wine", "plum");
        List<String> animals =
                List.of("dog", "puppy", "hound", "wolf", "fox", "cat", "lion", "tiger", "bear", "mouse", "rat");
        List<String> words = new ArrayList<>(colours);
        words.addAll(animals);
        float[] near = new float[2 * words.size()];
        for (int i = 0; i < words.size(); i++) {
            near[2 * i + (i < colours.size() ? 0 : 1)] = 1;
        }
        List<List<String>> captions = List.of(List.of("Red dog", "a dog"), List.of("Red!", "a red thing"));
        Wordings wordings = new Wordings(words, manager.create(near, new Shape(words.size(), 2)));

        List<String> texts = wordings.of(captions, 3);

        assertThat(texts).isEqualTo(wordings.of(captions, 3)).isNotEqualTo(wordings.of(captions, 4));
        assertThat(texts)
                .doesNotContain("red dog", "a dog", "red", "a red thing")
                .contains("crimson", "rat");
        // "a dog" and "a red thing", changed in one word: what two captions are mixed to has others, or fewer.
        List<String> many = LongStream.range(0, 20)
                .boxed()
                .flatMap(seed -> wordings.of(captions, seed).stream())
                .toList();
        assertThat(many.stream().filter(text -> text.matches("a (?!red|thing)\\w+")))
                .isNotEmpty()
                .allSatisfy(text -> assertThat(animals).contains(text.substring(2)));
        assertThat(many.stream().filter(text -> text.matches("a \\w+ thing")))
                .isNotEmpty()
                .allSatisfy(text -> assertThat(colours).contains(text.split(" ")[1]));
    }

    @Test
    void findsWhatGoesWithARowByThoseThatAreNear() {
        Random random = new Random(2);
        float[] rows = new float[400 * 3];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.nextGaussian();
        }
        NDArray known = NDArrayOperators.normalised(manager.create(rows, new Shape(400, 3)));
        // No line goes through it: by the sign of a product.
        NDArray targets = known.get(":, 0:1").mul(known.get(":, 1:2")).sign();

        KernelRegression regression = new KernelRegression(manager, known.get("0:300"), targets.get("0:300"));

        NDArray found = regression.at(known.get("300:")).sign();
        assertThat(found.eq(targets.get("300:"))
                        .toType(DataType.FLOAT32, false)
                        .mean()
                        .getFloat())
                .isGreaterThan(0.9f);
    }
}
