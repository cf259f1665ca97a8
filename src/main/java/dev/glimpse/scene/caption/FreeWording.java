package dev.glimpse.scene.caption;

import dev.glimpse.scene.Draws;
import dev.glimpse.scene.Relation;
import dev.glimpse.scene.Shape;
import dev.glimpse.scene.Size;
import dev.glimpse.scene.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * One of many wordings of each claim of the basic domain: other words for shapes, sizes, relations
 * and numbers, a relation told from its other end ("a blue square below a red circle"), and an opening ("there is").
 * Which ones is a function of the seed, the number and the claim. {@link LooseWording} has more of them.
 *
 * @param seed   what tells one series of wordings from another
 * @param number which wording of the series
 */
public record FreeWording(long seed, long number) implements Wording {

    private static final List<String> OPENINGS = List.of("a picture of ", "there is ", "a scene with ");

    @Override
    public String caption(Statement statement) {
        Draws draws = Draws.of(seed, number);
        String opening = draws.oneIn(2) ? draws.oneOf(OPENINGS) : "";
        Statement turned = draws.oneIn(2) ? turned(statement) : statement;
        return agreeing(opening, turned) + new Phrasing(new Synonyms(draws)).phrase(turned);
    }

    /** The same claim from the relation's other end, where it has one. */
    private static Statement turned(Statement statement) {
        return statement instanceof Statement.Shown shown ? shown.turned().orElse(shown) : statement;
    }

    private static String agreeing(String opening, Statement statement) {
        return statement instanceof Statement.Counted ? opening.replace("there is", "there are") : opening;
    }

    /** Draws among the plain word and those that mean the same. */
    private record Synonyms(Draws draws) implements Vocabulary {

        @Override
        public String word(Shape shape) {
            return among(
                    shape.word(),
                    switch (shape) {
                        case CIRCLE -> List.of("disc", "dot");
                        case SQUARE -> List.of("box");
                        case DIAMOND -> List.of("rhombus");
                        case CROSS -> List.of("plus");
                        case RING -> List.of("hoop");
                        default -> List.of();
                    });
        }

        @Override
        public String word(Size size) {
            return among(
                    size.word(),
                    switch (size) {
                        case SMALL -> List.of("little", "tiny");
                        case LARGE -> List.of("big");
                    });
        }

        @Override
        public String words(Relation relation) {
            return among(
                    relation.words(),
                    switch (relation) {
                        case ABOVE -> List.of("over", "on top of");
                        case BELOW -> List.of("under", "beneath");
                        case LEFT_OF, RIGHT_OF -> List.of("to the " + relation.words());
                        case INSIDE -> List.of("in", "within");
                        case OVERLAPPING -> List.of();
                    });
        }

        @Override
        public String number(int count) {
            return among(Vocabulary.super.number(count), List.of(Integer.toString(count)));
        }

        private String among(String plain, List<String> others) {
            List<String> words = new ArrayList<>(others);
            words.add(plain);
            return draws.oneOf(words);
        }
    }
}
