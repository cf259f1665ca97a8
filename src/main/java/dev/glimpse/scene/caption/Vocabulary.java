package dev.glimpse.scene.caption;

import dev.glimpse.scene.Colour;
import dev.glimpse.scene.Relation;
import dev.glimpse.scene.Shape;
import dev.glimpse.scene.Size;
import dev.glimpse.scene.Texture;
import java.util.List;

/** The words for the parts of a claim; the plain ones unless overridden. */
interface Vocabulary {

    List<String> NUMBERS = List.of("zero", "one", "two", "three", "four", "five", "six");

    default String word(Colour colour) {
        return colour.word();
    }

    default String word(Shape shape) {
        return shape.word();
    }

    /** The noun for a figure whose shape is left unsaid. */
    default String thing() {
        return "shape";
    }

    default String word(Texture texture) {
        return texture.word();
    }

    default String word(Size size) {
        return size.word();
    }

    default String words(Relation relation) {
        return relation.words();
    }

    default String number(int count) {
        return NUMBERS.get(count);
    }
}
