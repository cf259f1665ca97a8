/**
 * Captions: a {@link dev.glimpse.scene.Statement} enters a {@link dev.glimpse.scene.caption.Wording} and leaves as English,
 * plain, free in the words of the basic domain, or loose as the wide domain has it;
 * {@link dev.glimpse.scene.caption.Captions} chooses for a scene what is said and how. A pure function of its arguments.
 * Imports {@code scene} alone.
 */
@NullMarked
package dev.glimpse.scene.caption;

import org.jspecify.annotations.NullMarked;
