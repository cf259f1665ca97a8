package dev.glimpse.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A vocabulary of the words that come most often, in lower case; all others are one token, unknown. */
final class Words implements Tokens {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();

    private Words() {}

    /**
     * Learns from captions. Equal captions give equal vocabularies.
     *
     * @param size at most so many tokens, the 4 special ones among them
     */
    static Words learn(List<String> captions, int size) {
        Words words = new Words();
        TokenizerFile.SPECIAL.forEach(words::add);
        Map<String, Integer> counts = new HashMap<>();
        for (String caption : captions) {
            in(caption).forEach(word -> counts.merge(word, 1, Integer::sum));
        }
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(Math.max(0, size - words.size()))
                .forEach(entry -> words.add(entry.getKey()));
        return words;
    }

    /** The words of a text, in lower case: runs of letters and digits. */
    static List<String> in(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private void add(String word) {
        vocabulary.put(word, vocabulary.size());
    }

    @Override
    public int size() {
        return vocabulary.size();
    }

    @Override
    public void write(Path file, int length) throws IOException {
        ObjectNode model = JSON.createObjectNode();
        model.put("type", "WordLevel").put("unk_token", TokenizerFile.UNKNOWN);
        model.set("vocab", JSON.valueToTree(vocabulary));
        TokenizerFile.write(file, length, """
                {"type": "Split", "pattern": {"Regex": "[^\\\\p{L}\\\\p{N}]+"}, "behavior": "Removed", "invert": false}""", model);
    }
}
