/**
 * Scenes as files, for training and evaluating a model: {@link dev.glimpse.scene.set.SceneSet} takes the scenes, captions
 * and twins of {@code scene} and writes pictures and a file of lines that tells what is true of each and what
 * is not; {@link dev.glimpse.scene.set.ScenesCommand} is the command for it. Nothing at run time uses it. Imports {@code scene} and its
 * packages and, for JSON, Jackson.
 */
@NullMarked
package dev.glimpse.scene.set;

import org.jspecify.annotations.NullMarked;
