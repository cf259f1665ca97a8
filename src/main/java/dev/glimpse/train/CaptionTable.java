package dev.glimpse.train;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.glimpse.pairs.Caption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Captions by number, from 0 on: those that differ only in case, or in space around them, are one. */
final class CaptionTable {

    private final HuggingFaceTokenizer tokenizer;
    private final List<String> texts = new ArrayList<>();
    private final List<String> languages = new ArrayList<>();
    private final List<long[]> tokens = new ArrayList<>();
    private final Map<String, Integer> known = new HashMap<>();

    CaptionTable(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The same captions by the same numbers, cut into other tokens. */
    CaptionTable in(HuggingFaceTokenizer other) {
        CaptionTable table = new CaptionTable(other);
        table.texts.addAll(texts);
        table.languages.addAll(languages);
        texts.forEach(text -> table.tokens.add(other.encode(text).getIds()));
        table.known.putAll(known);
        return table;
    }

    /** A caption's number; the next one where it is new. */
    int number(Caption caption) {
        return known.computeIfAbsent(folded(caption.text()), text -> {
            texts.add(caption.text());
            languages.add(caption.language());
            tokens.add(tokenizer.encode(caption.text()).getIds());
            return tokens.size() - 1;
        });
    }

    /** The number of a text, or null where no caption says that. */
    @Nullable
    Integer numberOf(String text) {
        return known.get(folded(text));
    }

    private static String folded(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }

    int size() {
        return tokens.size();
    }

    /** A caption as it was first written. */
    String text(int number) {
        return texts.get(number);
    }

    /** A BCP 47 tag. */
    String language(int number) {
        return languages.get(number);
    }

    /** The tokens of a caption, those among them that begin and end it: not to be written to. */
    long[] tokens(int number) {
        return tokens.get(number);
    }

    /** The tokens of several captions, put to one by commas: not to be written to. */
    long[] tokens(int[] numbers) {
        if (numbers.length == 1) {
            return tokens(numbers[0]);
        }
        String text = Arrays.stream(numbers).mapToObj(texts::get).collect(Collectors.joining(", "));
        return tokenizer.encode(text).getIds();
    }
}
