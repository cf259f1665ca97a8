package dev.glimpse.scene.caption;

import java.util.List;
import java.util.regex.Pattern;

/** Articles, plurals and lists. */
final class Grammar {

    private static final Pattern NAMED = Pattern.compile("(.*\\b(?:digit|number|letter|capital))( .)");

    private Grammar() {}

    static String one(String words) {
        return ("aeiou".indexOf(words.charAt(0)) < 0 ? "a " : "an ") + words;
    }

    /** "red circles", "red crosses", "red letters A". */
    static String plural(String words) {
        var named = NAMED.matcher(words);
        if (named.matches()) {
            return named.group(1) + 's' + named.group(2);
        }
        return words + (words.endsWith("s") || words.endsWith("x") ? "es" : "s");
    }

    /** "a, b and c". */
    static String list(List<String> parts) {
        int last = parts.size() - 1;
        return last == 0 ? parts.getFirst() : String.join(", ", parts.subList(0, last)) + " and " + parts.get(last);
    }
}
