package dev.glimpse.scene;

import java.util.List;

/** How much of the world the scenes show. Every basic scene and its captions would be possible in the wide domain too. */
public enum Domain {
    /** Solid figures of eight shapes and eight colours on pale flat backgrounds: the demo's. */
    BASIC(8, 8),
    /**
     * All shapes, with digits and letters, all colours and textures, counts to six, sizes in pairs, figures that
     * overlap, relations among three, and more backgrounds.
     */
    WIDE(Colour.values().length, Shape.values().length);

    private final List<Colour> colours;
    private final List<Shape> shapes;

    Domain(int colours, int shapes) {
        this.colours = List.of(Colour.values()).subList(0, colours);
        this.shapes = List.of(Shape.values()).subList(0, shapes);
    }

    /** What the full caption of one of its scenes claims. */
    public Statement claim(Scene scene) {
        return switch (this) {
            case BASIC -> scene.statement();
            case WIDE -> Claims.full(scene);
        };
    }

    /** The colours that its figures have. */
    public List<Colour> colours() {
        return colours;
    }

    /** The shapes that its figures have. */
    public List<Shape> shapes() {
        return shapes;
    }
}
