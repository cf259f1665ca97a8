package dev.glimpse.topic;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Metadata;
import dev.glimpse.item.Position;
import org.jspecify.annotations.Nullable;

/** What a record of the matches topic says. */
public sealed interface MatchRecord {

    /** The standing query's id, which is the record's key. */
    String query();

    /** Where the query's record stands in the queries topic: a query that is put again has another. */
    LogPosition version();

    /** The space in which they were compared. */
    EmbeddingSpace space();

    /**
     * An item arrived that matches.
     *
     * @param similarity its cosine to the query
     * @param source     its source position: what a write of it returned
     * @param embedding  where its record stands in the embeddings topic
     * @param text       its text or caption, or null
     */
    record Match(
            String query,
            LogPosition version,
            EmbeddingSpace space,
            ItemId item,
            float similarity,
            Position source,
            LogPosition embedding,
            @Nullable String text,
            Metadata metadata)
            implements MatchRecord {}

    /**
     * From here on the query counts in one partition: what stands there, and after it, is compared with it, and nothing before.
     *
     * @param from in the embeddings topic
     */
    record Active(String query, LogPosition version, EmbeddingSpace space, LogPosition from) implements MatchRecord {}
}
