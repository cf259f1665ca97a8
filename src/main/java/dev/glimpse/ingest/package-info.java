/**
 * Acknowledged writes to the source topics, and reading a record back. {@link dev.glimpse.ingest.SourceWriter} takes
 * what the topic takes, refuses what the topic's contract refuses before anything is written, and answers with the
 * record's position once the broker has acknowledged it. {@link dev.glimpse.ingest.SourceReader} reads the original of
 * an item back by that position; {@link dev.glimpse.ingest.SourcePatcher} writes it again with other metadata.
 * {@link dev.glimpse.ingest.LabelFile} brings a file's labels at start.
 *
 * <p>May import {@code topic} and {@code item}.
 */
@NullMarked
package dev.glimpse.ingest;

import org.jspecify.annotations.NullMarked;
