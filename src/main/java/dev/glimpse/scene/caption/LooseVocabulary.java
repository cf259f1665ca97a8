package dev.glimpse.scene.caption;

import dev.glimpse.scene.Colour;
import dev.glimpse.scene.Draws;
import dev.glimpse.scene.Relation;
import dev.glimpse.scene.Shape;
import dev.glimpse.scene.Size;
import dev.glimpse.scene.Texture;
import java.util.ArrayList;
import java.util.List;

/** Draws among the plain word and those that mean the same, where figures may have textures and may overlap. */
record LooseVocabulary(Draws draws) implements Vocabulary {

    @Override
    public String word(Colour colour) {
        return among(
                colour.word(),
                switch (colour) {
                    case PURPLE -> List.of("violet");
                    case GREY -> List.of("gray");
                    case TEAL -> List.of("turquoise");
                    case RED, GREEN, BLUE, YELLOW, ORANGE, BLACK, PINK, BROWN -> List.of();
                });
    }

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
                    case CRESCENT -> List.of("moon");
                    case SEMICIRCLE -> List.of("half circle", "half disc");
                    default ->
                        shape.isGlyph()
                                ? List.of(
                                        shape.word().replace("digit", "number").replace("letter", "capital"))
                                : List.of();
                });
    }

    /** Of a digit or letter now and then the character alone: "a red 7". */
    String shortened(Shape shape, String word) {
        return shape.isGlyph() && draws.oneIn(3) ? word.substring(word.length() - 1) : word;
    }

    @Override
    public String thing() {
        return among("shape", List.of("figure", "thing", "object"));
    }

    @Override
    public String word(Texture texture) {
        return among(
                texture.word(),
                switch (texture) {
                    case SOLID -> List.of("plain");
                    case STRIPED -> List.of("stripy");
                    case DOTTED -> List.of("spotted", "polka-dot");
                    case CHECKERED -> List.of("chequered", "checked");
                });
    }

    @Override
    public String word(Size size) {
        return among(
                size.word(),
                switch (size) {
                    case SMALL -> List.of("little", "tiny");
                    case LARGE -> List.of("big", "huge");
                });
    }

    @Override
    public String words(Relation relation) {
        return among(
                relation.words(),
                switch (relation) {
                    case ABOVE -> List.of("over", "higher than");
                    case BELOW -> List.of("under", "beneath", "underneath");
                    case LEFT_OF, RIGHT_OF -> List.of("to the " + relation.words(), "on the " + relation.words());
                    case INSIDE -> List.of("in", "within");
                    case OVERLAPPING -> List.of("overlapping with", "crossing");
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
