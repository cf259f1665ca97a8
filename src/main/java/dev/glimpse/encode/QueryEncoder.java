package dev.glimpse.encode;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.item.Content;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.topic.RejectedRecordException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** Encodes what is searched for, ahead of what is ingested. Thread-safe. */
@ApplicationScoped
public class QueryEncoder {

    private static final int RECENT = 1024;

    private final Encoder encoder;
    private final ContentEncoder contents;
    private final InferencePool pool;

    /** What was searched for lately, and may be again: by the same words, or with another part. */
    private final Cache<ContentDigest, Embedding> recent =
            Caffeine.newBuilder().maximumSize(RECENT).build();

    QueryEncoder(Encoder encoder, ContentEncoder contents, InferencePool pool) {
        this.encoder = encoder;
        this.contents = contents;
        this.pool = pool;
    }

    /** The space of the embeddings. */
    public EmbeddingSpace space() {
        return encoder.space();
    }

    /** The embedding of a text that was encoded lately, if it is still known. */
    public Optional<Embedding> recent(String text) {
        return Optional.ofNullable(recent.getIfPresent(ContentDigest.of(new Content.Words(text))));
    }

    /**
     * Encodes a text.
     *
     * @throws java.util.concurrent.RejectedExecutionException if too many queries wait already
     */
    public Future<Embedding> encodeText(String text) {
        ContentDigest digest = ContentDigest.of(new Content.Words(text));
        Embedding known = recent.getIfPresent(digest);
        return known != null
                ? CompletableFuture.completedFuture(known)
                : pool.submitQuery(() -> kept(digest, contents.encodeText(text)));
    }

    private Embedding kept(ContentDigest digest, Embedding embedding) {
        recent.put(digest, embedding);
        return embedding;
    }

    /** Whether {@link #match} can be asked. */
    public boolean canMatch() {
        return encoder.reranker().isPresent();
    }

    /**
     * Judges pictures for a text: the probability of a match for each, from 0 to 1.
     *
     * @param images at least one
     * @throws java.util.NoSuchElementException                if the model has no reranker
     * @throws java.util.concurrent.RejectedExecutionException if too many queries wait already
     */
    public Future<float[]> match(String text, List<ImageFeatures> images) {
        Reranker reranker = encoder.reranker().orElseThrow();
        return pool.submitQuery(() -> reranker.match(text, images));
    }

    /**
     * Decodes and encodes a picture; the future fails with an {@link UnreadableImageException} where it can't be decoded.
     *
     * @throws java.util.concurrent.RejectedExecutionException if too many queries wait already
     */
    public Future<Embedding> encodeImage(Content.Picture picture) {
        ContentDigest digest = ContentDigest.of(picture.bytes());
        Embedding known = recent.getIfPresent(digest);
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        return pool.submitQuery(() -> {
            try {
                return kept(digest, contents.encodeImage(picture));
            } catch (RejectedRecordException e) {
                throw new UnreadableImageException(e.reason().code(), e.sentence(), e);
            }
        });
    }
}
