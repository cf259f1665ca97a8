package dev.glimpse.scene;

import java.util.List;

/** The grammar of captions: puts a vocabulary's words in order, with articles and plurals. */
record Phrasing(Vocabulary vocabulary) {

    String phrase(Statement statement) {
        return switch (statement) {
            case Statement.Sized(Size size, Figure figure) -> one(vocabulary.word(size) + ' ' + words(figure));
            case Statement.Related(Figure first, Relation relation, Figure second) ->
                one(words(first)) + ' ' + vocabulary.words(relation) + ' ' + one(words(second));
            case Statement.Counted(int count, Figure figure) -> vocabulary.number(count) + ' ' + plural(words(figure));
            case Statement.Listed(List<Figure> figures) ->
                list(figures.stream().map(figure -> one(words(figure))).toList());
        };
    }

    private String words(Figure figure) {
        return vocabulary.word(figure.colour()) + ' ' + vocabulary.word(figure.shape());
    }

    private static String one(String words) {
        return ("aeiou".indexOf(words.charAt(0)) < 0 ? "a " : "an ") + words;
    }

    private static String plural(String words) {
        return words + (words.endsWith("s") || words.endsWith("x") ? "es" : "s");
    }

    private static String list(List<String> parts) {
        int last = parts.size() - 1;
        return String.join(", ", parts.subList(0, last)) + " and " + parts.get(last);
    }
}
