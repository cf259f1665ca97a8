/**
 * Pictures: a {@link dev.glimpse.scene.Scene} enters {@link dev.glimpse.scene.draw.SceneRenderer} and leaves as pixels or
 * as a PNG. A pure function of its arguments; {@code java.awt} without a display. Imports {@code scene} alone.
 */
@NullMarked
package dev.glimpse.scene.draw;

import org.jspecify.annotations.NullMarked;
