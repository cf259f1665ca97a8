/**
 * The sample corpus: 1,652 pictures of emoji art ({@link dev.glimpse.demo.EmojiCorpus}) with their names as texts, and
 * drawn scenes with their captions as texts. {@link dev.glimpse.demo.DemoPublisher} publishes it through the source topics
 * like anybody else, once for each namespace.
 *
 * <p>May import {@code scene}, {@code ingest}, {@code topic} and {@code item}.
 */
@NullMarked
package dev.glimpse.demo;

import org.jspecify.annotations.NullMarked;
