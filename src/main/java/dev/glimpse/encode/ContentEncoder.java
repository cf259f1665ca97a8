package dev.glimpse.encode;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.image.PreviewWriter;
import dev.glimpse.encode.image.RgbImage;
import dev.glimpse.item.Content;
import dev.glimpse.item.ContentDigest;
import dev.glimpse.item.ItemId;
import dev.glimpse.topic.FileReferences;
import dev.glimpse.topic.RejectedRecordException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Encodes several contents on the calling thread: what was encoded lately comes from a bounded cache by content digest,
 * and the rest goes through the {@link Encoder} in one inference for pictures and one for words. Thread-safe.
 */
@ApplicationScoped
public class ContentEncoder {

    private final Encoder encoder;
    private final FileReferences references;
    private final ImageDecoder decoder;
    private final int batchSize;
    private final Cache<ContentDigest, EncodedContent> cache;
    private final Counter imageInferences;
    private final Counter textInferences;
    private final Counter cacheHits;

    ContentEncoder(Encoder encoder, FileReferences references, EncodeConfig config, MeterRegistry metrics) {
        this.encoder = encoder;
        this.references = references;
        this.decoder = new ImageDecoder(config.maxPixels(), encoder.drawingSize());
        this.batchSize = config.batchSize();
        this.cache = Caffeine.newBuilder()
                .maximumWeight(config.cache().asLongValue())
                .weigher((ContentDigest digest, EncodedContent content) -> content.weight())
                .build();
        this.imageInferences = metrics.counter("glimpse.encode.inferences", "modality", "image");
        this.textInferences = metrics.counter("glimpse.encode.inferences", "modality", "text");
        this.cacheHits = metrics.counter("glimpse.encode.cache.hits");
    }

    /** What came of one content: either of the two is present. */
    sealed interface Outcome {
        /** It was encoded. */
        record Encoded(EncodedContent content) implements Outcome {}

        /** It can't be, by its own fault. */
        record Refused(RejectedRecordException why) implements Outcome {}
    }

    /**
     * Encodes contents; one that is refused costs its neighbours nothing.
     *
     * @throws EncoderException by no fault of theirs
     */
    List<Outcome> encode(List<ItemId> items, List<Content> contents) {
        Work work = new Work();
        List<Outcome> outcomes = new ArrayList<>(contents.size());
        List<ContentDigest> digests = new ArrayList<>(contents.size());
        Map<Integer, RejectedRecordException> refused = new HashMap<>();
        for (int i = 0; i < contents.size(); i++) {
            ContentDigest digest = null;
            try {
                digest = work.add(items.get(i), contents.get(i));
            } catch (RejectedRecordException e) {
                refused.put(i, e);
            }
            digests.add(digest);
        }
        work.run();
        for (int i = 0; i < contents.size(); i++) {
            RejectedRecordException why = refused.get(i);
            outcomes.add(why != null ? new Outcome.Refused(why) : new Outcome.Encoded(work.result(digests.get(i))));
        }
        return outcomes;
    }

    /**
     * Encodes a picture of a query.
     *
     * @throws RejectedRecordException if it can't be decoded
     */
    public Embedding encodeImage(Content.Picture picture) throws RejectedRecordException {
        EncodedContent known = cache.getIfPresent(ContentDigest.of(picture.bytes()));
        if (known != null) {
            return known.embedding();
        }
        ImageTensor tensor = encoder.prepare(decoder.decode(picture));
        imageInferences.increment();
        return encoder.encodeImages(List.of(tensor)).getFirst();
    }

    /** Encodes a text of a query. */
    public Embedding encodeText(String text) {
        EncodedContent known = cache.getIfPresent(ContentDigest.of(new Content.Words(text)));
        if (known != null) {
            return known.embedding();
        }
        textInferences.increment();
        return encoder.encodeTexts(List.of(text)).getFirst();
    }

    /** One batch: each digest once, however many items have it. */
    private final class Work {
        private final Map<ContentDigest, EncodedContent> done = new HashMap<>();
        private final Map<ContentDigest, ImageTensor> tensors = new LinkedHashMap<>();
        private final Map<ContentDigest, byte[]> previews = new HashMap<>();
        private final Map<ContentDigest, Content.Words> words = new LinkedHashMap<>();

        ContentDigest add(ItemId item, Content content) throws RejectedRecordException {
            return switch (content) {
                case Content.Reference(java.net.URI uri) -> addPicture(references.read(item, uri));
                case Content.Picture picture -> addPicture(picture);
                case Content.Words text -> addWords(text);
            };
        }

        private ContentDigest addPicture(Content.Picture picture) throws RejectedRecordException {
            ContentDigest digest = ContentDigest.of(picture.bytes());
            if (!known(digest) && !tensors.containsKey(digest)) {
                RgbImage image = decoder.decode(picture);
                tensors.put(digest, encoder.prepare(image));
                previews.put(digest, PreviewWriter.write(image));
            }
            return digest;
        }

        private ContentDigest addWords(Content.Words text) {
            ContentDigest digest = ContentDigest.of(text);
            if (!known(digest)) {
                words.put(digest, text);
            }
            return digest;
        }

        private boolean known(ContentDigest digest) {
            EncodedContent content = done.containsKey(digest) ? done.get(digest) : cache.getIfPresent(digest);
            if (content == null) {
                return false;
            }
            cacheHits.increment();
            done.put(digest, content);
            return true;
        }

        void run() {
            if (!tensors.isEmpty()) {
                List<Embedding> embeddings = encoder.encodeImages(List.copyOf(tensors.values()));
                imageInferences.increment(embeddings.size());
                int i = 0;
                for (ContentDigest digest : tensors.keySet()) {
                    keep(new EncodedContent(digest, embeddings.get(i++), previews.get(digest)));
                }
            }
            if (!words.isEmpty()) {
                List<String> sentences = words.values().stream()
                        .flatMap(text -> text.sentences().stream())
                        .toList();
                List<Embedding> embeddings = new ArrayList<>(sentences.size());
                for (int from = 0; from < sentences.size(); from += batchSize) {
                    embeddings.addAll(
                            encoder.encodeTexts(sentences.subList(from, Math.min(from + batchSize, sentences.size()))));
                }
                textInferences.increment(embeddings.size());
                int from = 0;
                for (Map.Entry<ContentDigest, Content.Words> entry : words.entrySet()) {
                    int to = from + entry.getValue().sentences().size();
                    Embedding embedding =
                            to - from == 1 ? embeddings.get(from) : Embedding.mean(embeddings.subList(from, to));
                    keep(new EncodedContent(entry.getKey(), embedding, null));
                    from = to;
                }
            }
        }

        private void keep(EncodedContent content) {
            done.put(content.digest(), content);
            cache.put(content.digest(), content);
        }

        EncodedContent result(ContentDigest digest) {
            return Objects.requireNonNull(done.get(digest));
        }
    }
}
