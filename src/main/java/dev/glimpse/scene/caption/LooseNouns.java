package dev.glimpse.scene.caption;

import dev.glimpse.scene.Description;
import dev.glimpse.scene.Draws;
import dev.glimpse.scene.Relation;
import dev.glimpse.scene.Statement;
import java.util.StringJoiner;

/**
 * Names objects in many ways: "a red circle", "a disc in red", "red dot".
 *
 * @param isTerse whether articles are left out
 */
record LooseNouns(Draws draws, boolean isTerse) {

    /** What names an object, with its article and without. */
    record Noun(String phrase, String bare) {}

    Noun one(Description object) {
        String bare = words(object, false);
        return new Noun(isTerse ? bare : Grammar.one(bare), bare);
    }

    String counted(Statement.Counted counted) {
        return new LooseVocabulary(draws).number(counted.count()) + ' ' + words(counted.objects(), true);
    }

    String words(Relation relation) {
        return new LooseVocabulary(draws).words(relation);
    }

    private String words(Description object, boolean isPlural) {
        var vocabulary = new LooseVocabulary(draws);
        var before = new StringJoiner(" ", "", " ").setEmptyValue("");
        if (object.size() != null) {
            before.add(vocabulary.word(object.size()));
        }
        if (object.texture() != null) {
            before.add(vocabulary.word(object.texture()));
        }
        String after = "";
        if (object.colour() != null) {
            String colour = vocabulary.word(object.colour());
            if (draws.oneIn(6)) {
                after = " in " + colour;
            } else {
                before.add(colour);
            }
        }
        String noun = object.shape() == null ? vocabulary.thing() : vocabulary.word(object.shape());
        String named =
                object.shape() != null && before.length() > 0 ? vocabulary.shortened(object.shape(), noun) : noun;
        return before + (isPlural ? Grammar.plural(named) : named) + after;
    }
}
