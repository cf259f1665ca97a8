package dev.glimpse.evaluate;

import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.Pair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The captions of one language, each text once whatever its case, and the pictures that they are right of. */
final class Captions {

    private final Map<String, Integer> known = new LinkedHashMap<>();
    private final List<String> texts = new ArrayList<>();
    private final List<Set<Integer>> picturesOfTexts = new ArrayList<>();
    private final Map<Integer, Set<Integer>> textsOfPictures = new LinkedHashMap<>();

    private Captions() {}

    /** By language, in the order in which they come. A picture's number is its pair's place in the list, from 0. */
    static Map<String, Captions> byLanguage(List<Pair> pairs) {
        Map<String, Captions> all = new LinkedHashMap<>();
        for (int picture = 0; picture < pairs.size(); picture++) {
            for (Caption caption : pairs.get(picture).captions()) {
                all.computeIfAbsent(caption.language(), language -> new Captions())
                        .add(picture, caption.text());
            }
        }
        for (int picture = 0; picture < pairs.size(); picture++) {
            for (String text : pairs.get(picture).also()) {
                for (Captions captions : all.values()) {
                    captions.addKnown(picture, text);
                }
            }
        }
        return all;
    }

    private static String folded(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }

    /** Right of a picture that itself may have no caption of this language. */
    private void addKnown(int picture, String text) {
        Integer number = known.get(folded(text));
        Set<Integer> texts = textsOfPictures.get(picture);
        if (number != null) {
            picturesOfTexts.get(number).add(picture);
            if (texts != null) {
                texts.add(number);
            }
        }
    }

    private void add(int picture, String text) {
        int number = known.computeIfAbsent(folded(text), folded -> {
            texts.add(text);
            picturesOfTexts.add(new LinkedHashSet<>());
            return texts.size() - 1;
        });
        picturesOfTexts.get(number).add(picture);
        textsOfPictures.computeIfAbsent(picture, of -> new LinkedHashSet<>()).add(number);
    }

    /** Each as it was written first. */
    List<String> texts() {
        return texts;
    }

    /** For each text the pictures that it is right of. */
    int[][] picturesOfTexts() {
        return picturesOfTexts.stream().map(Captions::numbers).toArray(int[][]::new);
    }

    /** The pictures that have a caption of this language. */
    int[] pictures() {
        return numbers(textsOfPictures.keySet());
    }

    /** For each of {@link #pictures()} the texts that it has. */
    int[][] textsOfPictures() {
        return textsOfPictures.values().stream().map(Captions::numbers).toArray(int[][]::new);
    }

    private static int[] numbers(Set<Integer> set) {
        return set.stream().mapToInt(Integer::intValue).toArray();
    }
}
