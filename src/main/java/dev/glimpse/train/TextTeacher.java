package dev.glimpse.train;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.Pair;
import dev.glimpse.train.network.NDArrayOperators;
import dev.glimpse.train.onnx.Backbone;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A network of texts that somebody else trained on far more words than captions have. Where captions lie among pictures, and
 * what the network makes of them, tells where other texts belong; our own text branch learns those places beside its captions
 * (distillation: Hinton et al. 2015, arXiv:1503.02531). The network itself is served nowhere.
 */
final class TextTeacher implements AutoCloseable {

    /** Of captions that it learns places from, so many at most: a matrix of them and them is inverted. */
    private static final int MOST = 8192;

    /** So many of its words are given to a vocabulary, */
    private static final int GIVEN = 8000;

    /** each as often as if so many captions had it. */
    private static final int OFTEN = 4;

    private static final int LONGEST = 64;
    private static final int CHUNK = 512;
    private static final int AT_ONCE = 64;
    private static final String WORD_PIECE = "WordPiece";
    private static final Pattern WORD = Pattern.compile("\\p{L}{3,}");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Backbone backbone;
    private final HuggingFaceTokenizer tokenizer;
    private final List<String> commonFirst;
    private final List<String> words;
    private final String language;

    private TextTeacher(Backbone backbone, HuggingFaceTokenizer tokenizer, List<String> commonFirst, String language) {
        this.backbone = backbone;
        this.tokenizer = tokenizer;
        this.commonFirst = commonFirst;
        this.words = commonFirst.stream().sorted().toList();
        this.language = language;
    }

    /**
     * @param backbone  which is closed with this, or where this fails
     * @param tokenizer of the backbone, a file
     * @param language  that it knows, a BCP 47 tag
     * @throws IOException if the tokenizer can't be read, or is none of whole words
     */
    static TextTeacher of(Backbone backbone, Path tokenizer, String language) throws IOException {
        try {
            List<String> words = words(tokenizer);
            HuggingFaceTokenizer opened = HuggingFaceTokenizer.builder()
                    .optTokenizerPath(tokenizer)
                    .optTruncation(true)
                    .optPadding(false)
                    .optMaxLength(LONGEST)
                    .build();
            return new TextTeacher(backbone, opened, words, language);
        } catch (IOException | RuntimeException e) {
            backbone.close();
            throw e;
        }
    }

    /**
     * The whole words of a vocabulary, in its order: such vocabularies are written down with what comes most often first.
     * What continues a word, and what is none, is left out.
     */
    private static List<String> words(Path tokenizer) throws IOException {
        JsonNode model = JSON.readTree(tokenizer.toFile()).path("model");
        String type = model.path("type").asText();
        if (!type.equals(WORD_PIECE)) {
            throw new IOException("%s is of type '%s'; a teacher's must be %s, whose vocabulary has whole words"
                    .formatted(tokenizer, type, WORD_PIECE));
        }
        var names = model.path("vocab").fieldNames();
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(names, 0), false)
                .filter(WORD.asMatchPredicate())
                .filter(word -> word.equals(word.toLowerCase(Locale.ROOT)))
                .toList();
    }

    /**
     * Texts, and where they belong.
     *
     * @param texts  that no caption is
     * @param places {@code [n, dimension]} of length 1, the place of each
     * @param tokens of a vocabulary that was asked for; null for none
     */
    record Lesson(
            List<String> texts, NDArray places, @Nullable KnownTokens tokens) {}

    /**
     * Tokens of a vocabulary, each by itself.
     *
     * @param places   {@code [tokens, dimension]}, be it a word or not
     * @param words    whether the teacher knows it as one
     * @param language that the teacher speaks, a BCP 47 tag
     */
    record KnownTokens(NDArray places, boolean[] words, String language) {}

    /** Words that a vocabulary shall have, besides those of captions: each of them as often as it counts. */
    List<String> given() {
        return Collections.nCopies(OFTEN, commonFirst.subList(0, Math.min(GIVEN, commonFirst.size()))).stream()
                .flatMap(List::stream)
                .toList();
    }

    /** @throws IllegalArgumentException if no caption is in its language */
    void check(List<Pair> learned) {
        if (learned.stream().map(this::known).allMatch(List::isEmpty)) {
            throw new IllegalArgumentException(
                    "--teacher-language is '%s', and no caption is in that language".formatted(language));
        }
    }

    /**
     * What it has to say beside captions.
     *
     * @param at       has what is kept
     * @param learned  pictures and their captions
     * @param pictures where they lie, {@code [pictures, dimension]} of length 1, in the same order
     * @param tokens   what the tokens of a vocabulary stand for; empty for none
     * @param stopped  whether nobody wants it any more; it takes minutes
     * @throws CancellationException if so
     */
    Lesson lesson(
            NDManager at,
            List<Pair> learned,
            float[][] pictures,
            List<String> tokens,
            long seed,
            BooleanSupplier stopped) {
        List<List<String>> captions = learned.stream().map(this::known).toList();
        try (NDManager scratch = at.newSubManager()) {
            KernelRegression places = places(scratch, captions, pictures, seed, stopped);
            List<String> texts = new Wordings(words, features(scratch, words, stopped)).of(captions, seed);
            Shape row = new Shape(pictures[0].length);
            NDArray ofTexts =
                    NDArrayOperators.normalised(Examples.rows(scratch, placed(scratch, texts, places, stopped), row));
            KnownTokens known = tokens.isEmpty()
                    ? null
                    : known(tokens, Examples.rows(at, placed(scratch, tokens, places, stopped), row));
            ofTexts.attach(at);
            return new Lesson(texts, ofTexts, known);
        }
    }

    private KnownTokens known(List<String> tokens, NDArray places) {
        boolean[] known = new boolean[tokens.size()];
        for (int i = 0; i < known.length; i++) {
            known[i] = Collections.binarySearch(words, tokens.get(i)) >= 0;
        }
        return new KnownTokens(places, known, language);
    }

    private List<float[]> placed(
            NDManager scratch, List<String> texts, KernelRegression places, BooleanSupplier stopped) {
        List<float[]> rows = new ArrayList<>();
        for (int from = 0; from < texts.size(); from += CHUNK) {
            try (NDManager chunk = scratch.newSubManager()) {
                List<String> some = texts.subList(from, Math.min(from + CHUNK, texts.size()));
                Collections.addAll(rows, Trainer.rows(places.at(features(chunk, some, stopped))));
            }
        }
        return rows;
    }

    private List<String> known(Pair pair) {
        return pair.captions().stream()
                .filter(caption -> caption.language().equals(language))
                .map(Caption::text)
                .distinct()
                .toList();
    }

    /** From features to the mean of the pictures that captions are said of. */
    private KernelRegression places(
            NDManager at, List<List<String>> captions, float[][] pictures, long seed, BooleanSupplier stopped) {
        Map<String, float[]> sums = new LinkedHashMap<>();
        for (int picture = 0; picture < pictures.length; picture++) {
            for (String caption : captions.get(picture)) {
                float[] sum = sums.computeIfAbsent(caption, key -> new float[pictures[0].length]);
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += pictures[picture][i];
                }
            }
        }
        List<String> chosen = new ArrayList<>(sums.keySet());
        Collections.shuffle(chosen, new Random(seed));
        chosen = List.copyOf(chosen.subList(0, Math.min(MOST, chosen.size())));
        NDArray targets = NDArrayOperators.normalised(
                Examples.rows(at, chosen.stream().map(sums::get).toList(), new Shape(pictures[0].length)));
        return new KernelRegression(at, features(at, chosen, stopped), targets);
    }

    private NDArray features(NDManager at, List<String> texts, BooleanSupplier stopped) {
        List<long[]> tokens =
                texts.stream().map(text -> tokenizer.encode(text).getIds()).toList();
        List<Integer> shortFirst = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> tokens.get(i).length))
                .toList();
        float[][] rows = new float[texts.size()][];
        for (int from = 0; from < rows.length; from += AT_ONCE) {
            if (stopped.getAsBoolean()) {
                throw new CancellationException("stopped while the teacher was asked");
            }
            List<Integer> some = shortFirst.subList(from, Math.min(from + AT_ONCE, rows.length));
            List<float[]> features =
                    backbone.ofTokens(some.stream().map(tokens::get).toList());
            for (int i = 0; i < some.size(); i++) {
                rows[some.get(i)] = features.get(i);
            }
        }
        return NDArrayOperators.normalised(Examples.rows(at, List.of(rows), new Shape(rows[0].length)));
    }

    @Override
    public void close() throws IOException {
        try (backbone) {
            tokenizer.close();
        }
    }
}
