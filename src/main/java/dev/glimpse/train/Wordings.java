package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Texts such as users may write and no caption has: words alone, captions with a word changed for one that means much the
 * same, and words of two captions of a picture.
 *
 * @param words that are known, lower case
 * @param near  the features of each, {@code [words, width]} of length 1: whose lie near, mean much the same
 */
record Wordings(List<String> words, NDArray near) {

    /** Of so many that mean much the same, one is taken. */
    private static final int NEAREST = 10;

    private static final int CHANGED = 3;
    private static final int MIXED = 3;
    private static final int CHUNK = 256;

    /**
     * Some of them, each once.
     *
     * @param captions of each picture, in one language
     */
    List<String> of(List<List<String>> captions, long seed) {
        Map<String, List<String>> alike = alike(captions);
        SplittableRandom random = new SplittableRandom(seed);
        Set<String> texts = new LinkedHashSet<>(words);
        for (List<String> said : new LinkedHashSet<>(captions)) {
            if (said.isEmpty()) {
                continue;
            }
            for (String caption : said) {
                for (int i = 0; i < CHANGED; i++) {
                    texts.add(changed(caption, alike, random));
                }
            }
            for (int i = 0; i < MIXED; i++) {
                texts.add(mixed(said, random));
            }
        }
        for (List<String> said : captions) {
            // However they are written: these are lower case, and have no stops.
            said.forEach(caption -> texts.remove(String.join(" ", Words.in(caption))));
        }
        texts.remove("");
        return List.copyOf(texts);
    }

    /** For each word that is said, those that lie nearest. */
    private Map<String, List<String>> alike(List<List<String>> captions) {
        Map<String, Integer> known = new HashMap<>();
        words.forEach(word -> known.put(word, known.size()));
        List<String> said = captions.stream()
                .flatMap(List::stream)
                .flatMap(caption -> Words.in(caption).stream())
                .filter(known::containsKey)
                .distinct()
                .toList();
        Map<String, List<String>> alike = new HashMap<>();
        // Each is nearest to itself.
        int nearest = Math.min(NEAREST + 1, words.size());
        for (int from = 0; from < said.size(); from += CHUNK) {
            List<String> some = said.subList(from, Math.min(from + CHUNK, said.size()));
            try (NDManager at = near.getManager().newSubManager()) {
                near.tempAttach(at);
                int[] rows = some.stream().mapToInt(known::get).toArray();
                NDArray similarities = near.get(at.create(rows)).matMul(near.transpose());
                long[] places = similarities.topK(nearest, 1).get(1).toLongArray();
                for (int i = 0; i < some.size(); i++) {
                    int row = i * nearest;
                    alike.put(
                            some.get(i),
                            IntStream.range(row, row + nearest)
                                    .mapToObj(k -> words.get((int) places[k]))
                                    .toList());
                }
            }
        }
        return alike;
    }

    private static String changed(String caption, Map<String, List<String>> alike, SplittableRandom random) {
        List<String> words = new ArrayList<>(Words.in(caption));
        if (words.isEmpty()) {
            return "";
        }
        int which = random.nextInt(words.size());
        List<String> others = alike.getOrDefault(words.get(which), List.of(words.get(which)));
        words.set(which, others.get(random.nextInt(others.size())));
        return String.join(" ", words);
    }

    private static String mixed(List<String> said, SplittableRandom random) {
        List<String> first = Words.in(said.get(random.nextInt(said.size())));
        List<String> second = Words.in(said.get(random.nextInt(said.size())));
        List<String> words = new ArrayList<>();
        for (List<String> of : List.of(first, second)) {
            for (String word : of) {
                if (!words.contains(word) && random.nextInt(3) > 0) {
                    words.add(word);
                }
            }
        }
        return String.join(" ", words);
    }
}
