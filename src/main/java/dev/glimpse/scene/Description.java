package dev.glimpse.scene;

import org.jspecify.annotations.Nullable;

/**
 * What a caption says of a figure: "a large striped red circle", or less of it. What is null is left unsaid, and then
 * anything is right.
 *
 * @param size    by the radius, which is neither where it lies between the two
 * @param texture unsaid in most captions of a solid figure
 */
public record Description(
        @Nullable Size size,
        @Nullable Texture texture,
        @Nullable Colour colour,
        @Nullable Shape shape) {

    /** @throws IllegalArgumentException if nothing is said */
    public Description {
        if (size == null && texture == null && colour == null && shape == null) {
            throw new IllegalArgumentException("a description must say something");
        }
    }

    /** All but the size, and of a solid figure nothing of its texture: "a red circle". */
    public static Description of(Figure figure) {
        return new Description(
                null, figure.texture() == Texture.SOLID ? null : figure.texture(), figure.colour(), figure.shape());
    }

    /** Whether it is right of the figure. */
    public boolean isTrueOf(PlacedFigure placed) {
        Figure figure = placed.figure();
        return (size == null || size.isOf(placed.radius()))
                && (texture == null || texture == figure.texture())
                && (colour == null || colour == figure.colour())
                && (shape == null || shape == figure.shape());
    }

    Description with(@Nullable Size other) {
        return new Description(other, texture, colour, shape);
    }

    Description with(Texture other) {
        return new Description(size, other, colour, shape);
    }
}
