/**
 * Drawn scenes whose truth is known: what a picture shows, what may be said of it, and whether a caption is right.
 *
 * <p>In travel order: a {@link dev.glimpse.scene.Domain}, a seed and a number enter
 * {@link dev.glimpse.scene.SceneGenerator}, which draws a {@link dev.glimpse.scene.Scene}: a
 * {@link dev.glimpse.scene.Background} and one to six {@link dev.glimpse.scene.PlacedFigure}s, each a
 * {@link dev.glimpse.scene.Figure} of a {@link dev.glimpse.scene.Shape}, a {@link dev.glimpse.scene.Colour} and a
 * {@link dev.glimpse.scene.Texture}; on wish, one that a {@link dev.glimpse.scene.Split} takes. Then the way parts.
 * The {@code draw} package turns the scene into pixels and PNG bytes. The scene's {@link dev.glimpse.scene.Statement}s,
 * what a caption claims, turn into text by the {@code caption} package; and a statement decides of any scene, its own or
 * another, whether it {@linkplain dev.glimpse.scene.Statement#isTrueOf(Scene) is true of it}. The last is what a search
 * over scenes is judged by. {@link dev.glimpse.scene.Twins} draws what a model is most likely to mistake for a scene: one
 * that differs in a single respect, and what is true of one of the two alone.
 *
 * <p>The basic domain is what the demo shows; its scenes, pixels and captions never change. The wide domain is what the bundled
 * model was trained on.
 *
 * <p>Everything here is a pure function of its arguments: the same seed and number give the same scene, pixels and
 * captions on every run. The package imports no other of Glimpse and nothing but the JDK.
 */
@NullMarked
package dev.glimpse.scene;

import org.jspecify.annotations.NullMarked;
