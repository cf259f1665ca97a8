package dev.glimpse.scene.caption;

import dev.glimpse.scene.Description;
import dev.glimpse.scene.Statement;
import java.util.List;
import java.util.StringJoiner;

/** The order of words in captions: puts a vocabulary's words in order, with articles and plurals. */
record Phrasing(Vocabulary vocabulary) {

    String phrase(Statement statement) {
        return switch (statement) {
            case Statement.Shown shown -> shown(shown.objects(), shown.links());
            case Statement.Counted counted ->
                vocabulary.number(counted.count()) + ' ' + Grammar.plural(words(counted.objects()));
        };
    }

    private String shown(List<Description> objects, List<Statement.Link> links) {
        return links.isEmpty() ? listed(objects) : related(objects, links);
    }

    private String listed(List<Description> objects) {
        return Grammar.list(
                objects.stream().map(object -> Grammar.one(words(object))).toList());
    }

    /** "a red circle above a blue square, and a pink heart left of the blue square". */
    private String related(List<Description> objects, List<Statement.Link> links) {
        String first = words(objects.getFirst());
        String relation = vocabulary.words(links.getFirst().relation());
        String second = words(objects.get(1));
        String pair = Grammar.one(first) + ' ' + relation + ' ' + Grammar.one(second);
        if (links.size() == 1) {
            return pair;
        }
        Statement.Link last = links.getLast();
        return pair + ", and " + Grammar.one(words(objects.getLast())) + ' ' + vocabulary.words(last.relation())
                + " the " + (last.second() == 0 ? first : second);
    }

    String words(Description description) {
        var words = new StringJoiner(" ");
        if (description.size() != null) {
            words.add(vocabulary.word(description.size()));
        }
        if (description.texture() != null) {
            words.add(vocabulary.word(description.texture()));
        }
        if (description.colour() != null) {
            words.add(vocabulary.word(description.colour()));
        }
        words.add(description.shape() == null ? vocabulary.thing() : vocabulary.word(description.shape()));
        return words.toString();
    }
}
