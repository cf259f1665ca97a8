package dev.glimpse.scene;

/** What stands on a scene, with neither place nor size: a shape in a colour and a texture. */
public record Figure(Colour colour, Texture texture, Shape shape) {

    /** @throws IllegalArgumentException if the shape is too slender for the texture */
    public Figure {
        if (texture != Texture.SOLID && !shape.isBroad()) {
            throw new IllegalArgumentException("a %s must not be %s".formatted(shape.word(), texture.word()));
        }
    }

    /** One all in its colour. */
    public Figure(Colour colour, Shape shape) {
        this(colour, Texture.SOLID, shape);
    }

    Figure with(Colour other) {
        return new Figure(other, texture, shape);
    }

    Figure with(Texture other) {
        return new Figure(colour, other, shape);
    }

    Figure with(Shape other) {
        return new Figure(colour, texture, other);
    }
}
