package dev.glimpse.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A vocabulary of byte pairs (Sennrich et al. 2016, arXiv:1508.07909; over bytes as GPT-2's), learned from texts and written
 * as a {@code tokenizer.json} of Hugging Face's tokenizers. Lower case; no text is unknown to it. DJL's binding of those
 * tokenizers reads such files, and trains none.
 */
final class BytePairs implements Tokens {

    /** The special tokens and one for each byte. */
    static final int LEAST = 260;

    /** GPT-2's: what is never merged across. */
    private static final Pattern WORDS = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
    private final List<Pair> merges = new ArrayList<>();

    private record Pair(String left, String right) {
        String merged() {
            return left + right;
        }
    }

    private record Candidate(Pair pair, long count) {}

    private static final class Word {
        private final List<String> symbols;
        private final long count;

        Word(List<String> symbols, long count) {
            this.symbols = symbols;
            this.count = count;
        }
    }

    private BytePairs() {}

    /**
     * Learns from texts. Equal texts give equal vocabularies.
     *
     * @param size at most so many tokens, {@value #LEAST} or more: there are 4 special ones and 256 bytes
     */
    static BytePairs learn(Iterable<String> texts, int size) {
        BytePairs pairs = new BytePairs();
        TokenizerFile.SPECIAL.forEach(pairs::add);
        for (int b = 0; b < 256; b++) {
            pairs.add(String.valueOf(letter(b)));
        }
        pairs.merge(words(texts), size);
        return pairs;
    }

    private void add(String token) {
        vocabulary.putIfAbsent(token, vocabulary.size());
    }

    /** How many tokens there are. */
    @Override
    public int size() {
        return vocabulary.size();
    }

    private static List<Word> words(Iterable<String> texts) {
        Map<String, Long> counts = new TreeMap<>();
        for (String text : texts) {
            Matcher matcher = WORDS.matcher(" " + normalised(text).strip());
            while (matcher.find()) {
                counts.merge(matcher.group(), 1L, Long::sum);
            }
        }
        List<Word> words = new ArrayList<>();
        counts.forEach((word, count) -> {
            List<String> symbols = new ArrayList<>();
            for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
                symbols.add(String.valueOf(letter(b & 0xff)));
            }
            words.add(new Word(symbols, count));
        });
        return words;
    }

    /** As the normalizer in the file does. */
    private static String normalised(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replace(':', ' ')
                .replace("\u201c", "")
                .replace("\u201d", "")
                .replace('\u2019', '\'');
    }

    private void merge(List<Word> words, int size) {
        Map<Pair, Long> counts = new HashMap<>();
        Map<Pair, Set<Word>> places = new HashMap<>();
        for (Word word : words) {
            count(word, counts, places, 1);
        }
        PriorityQueue<Candidate> best = new PriorityQueue<>(Comparator.comparingLong(Candidate::count)
                .reversed()
                .thenComparing(candidate -> candidate.pair().left())
                .thenComparing(candidate -> candidate.pair().right()));
        counts.forEach((pair, count) -> best.add(new Candidate(pair, count)));
        while (vocabulary.size() < size && !best.isEmpty()) {
            Candidate candidate = best.poll();
            Pair pair = candidate.pair();
            long now = counts.getOrDefault(pair, 0L);
            if (now < 2 || now != candidate.count()) {
                continue;
            }
            merges.add(pair);
            add(pair.merged());
            Set<Pair> touched = new HashSet<>();
            for (Word word : List.copyOf(places.getOrDefault(pair, Set.of()))) {
                touched.addAll(count(word, counts, places, -1));
                join(word.symbols, pair);
                touched.addAll(count(word, counts, places, 1));
            }
            counts.remove(pair);
            for (Pair changed : touched) {
                best.add(new Candidate(changed, counts.getOrDefault(changed, 0L)));
            }
        }
    }

    /** Counts a word's pairs in or out; says which they are. */
    private static Set<Pair> count(Word word, Map<Pair, Long> counts, Map<Pair, Set<Word>> places, int sign) {
        Set<Pair> pairs = new HashSet<>();
        for (int i = 0; i + 1 < word.symbols.size(); i++) {
            Pair pair = new Pair(word.symbols.get(i), word.symbols.get(i + 1));
            counts.merge(pair, sign * word.count, Long::sum);
            pairs.add(pair);
        }
        for (Pair pair : pairs) {
            Set<Word> at = places.computeIfAbsent(pair, key -> new HashSet<>());
            if (sign > 0) {
                at.add(word);
            } else {
                at.remove(word);
            }
        }
        return pairs;
    }

    private static void join(List<String> symbols, Pair pair) {
        for (int i = 0; i + 1 < symbols.size(); i++) {
            if (symbols.get(i).equals(pair.left()) && symbols.get(i + 1).equals(pair.right())) {
                symbols.set(i, pair.merged());
                symbols.remove(i + 1);
            }
        }
    }

    /** The printable character that stands for a byte, as in GPT-2. */
    private static char letter(int b) {
        if (isPrintable(b)) {
            return (char) b;
        }
        int shifted = 0;
        for (int other = 0; other < b; other++) {
            if (!isPrintable(other)) {
                shifted++;
            }
        }
        return (char) (256 + shifted);
    }

    /** What each stands for, by number, without the space before it; empty where that is no text. */
    List<String> texts() {
        Map<Character, Integer> bytes = new HashMap<>();
        for (int b = 0; b < 256; b++) {
            bytes.put(letter(b), b);
        }
        return vocabulary.keySet().stream()
                .map(token -> TokenizerFile.SPECIAL.contains(token) ? "" : text(token, bytes))
                .toList();
    }

    /** Empty where it begins or ends within a character. */
    private static String text(String token, Map<Character, Integer> bytes) {
        ByteBuffer spelt = ByteBuffer.allocate(token.length());
        for (int i = 0; i < token.length(); i++) {
            spelt.put(Objects.requireNonNull(bytes.get(token.charAt(i))).byteValue());
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(spelt.flip())
                    .toString()
                    .strip();
        } catch (CharacterCodingException e) {
            return "";
        }
    }

    private static boolean isPrintable(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || (b >= 0xae && b <= 0xff);
    }

    @Override
    public void write(Path file, int length) throws IOException {
        ObjectNode model = JSON.createObjectNode();
        model.put("type", "BPE").putNull("dropout").put("unk_token", TokenizerFile.UNKNOWN);
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        model.set("vocab", JSON.valueToTree(vocabulary));
        ArrayNode written = model.putArray("merges");
        merges.forEach(pair -> written.addArray().add(pair.left()).add(pair.right()));
        TokenizerFile.write(file, length, """
                {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}""", model);
    }
}
