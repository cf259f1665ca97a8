package dev.glimpse.scene;

/** What a caption can name, "a red circle": a shape of a colour, with neither place nor size. */
public record Figure(Colour colour, Shape shape) {}
