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
import dev.glimpse.item.Kind;
import dev.glimpse.topic.FileReferences;
import dev.glimpse.topic.RejectedRecordException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    private final DistributionSummary imageBatches;
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
        this.imageBatches = metrics.summary("glimpse.encode.batch.size", "modality", "image");
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
        try (Work work = new Work(contents.size())) {
            List<Supplier<Outcome>> outcomes = new ArrayList<>(contents.size());
            for (int i = 0; i < contents.size(); i++) {
                outcomes.add(work.begin(items.get(i), contents.get(i)));
            }
            work.run();
            return outcomes.stream().map(Supplier::get).toList();
        }
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
        try (ImageBatch batch = encoder.newImageBatch(1)) {
            batch.add(decoder.decode(picture));
            imageInferences.increment();
            return batch.encode().getFirst().embedding();
        }
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

    /**
     * Encodes something that nothing can be wrong with, whatever was encoded before: to know whether a fault is the encoder's.
     *
     * @param kind whose contents are meant: pictures for images, else words
     * @return whether it encodes; it throws where it does not
     * @throws EncoderException if it can't be encoded
     */
    boolean probe(Kind kind) {
        if (kind != Kind.IMAGE) {
            return encoder.encodeTexts(List.of("a red circle")).size() == 1;
        }
        int side = encoder.drawingSize();
        byte[] grey = new byte[3 * side * side];
        Arrays.fill(grey, (byte) 127);
        try (ImageBatch batch = encoder.newImageBatch(1)) {
            batch.add(new RgbImage(side, side, grey));
            return batch.encode().size() == 1;
        }
    }

    /** One batch: each digest once, however many items have it. */
    private final class Work implements AutoCloseable {
        private final int capacity;
        private final Map<ContentDigest, EncodedContent> done = new HashMap<>();
        private final Map<ContentDigest, byte[]> previews = new LinkedHashMap<>();
        private final Map<ContentDigest, Content.Words> words = new LinkedHashMap<>();
        private @Nullable ImageBatch pictures;

        Work(int capacity) {
            this.capacity = capacity;
        }

        /** Reads a content; what came of it is known after {@link #run}. */
        Supplier<Outcome> begin(ItemId item, Content content) {
            try {
                ContentDigest digest = add(item, content);
                return () -> new Outcome.Encoded(Objects.requireNonNull(done.get(digest)));
            } catch (RejectedRecordException e) {
                return () -> new Outcome.Refused(e);
            }
        }

        private ContentDigest add(ItemId item, Content content) throws RejectedRecordException {
            return switch (content) {
                case Content.Reference(java.net.URI uri) -> addPicture(references.read(item, uri));
                case Content.Picture picture -> addPicture(picture);
                case Content.Words text -> addWords(text);
            };
        }

        private ContentDigest addPicture(Content.Picture picture) throws RejectedRecordException {
            ContentDigest digest = ContentDigest.of(picture.bytes());
            if (!known(digest) && !previews.containsKey(digest)) {
                RgbImage image = decoder.decode(picture);
                if (pictures == null) {
                    pictures = encoder.newImageBatch(capacity);
                }
                pictures.add(image);
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
            if (pictures != null) {
                Iterator<EncodedImage> encoded = pictures.encode().iterator();
                imageInferences.increment(previews.size());
                imageBatches.record(previews.size());
                previews.forEach((digest, preview) -> {
                    EncodedImage image = encoded.next();
                    keep(new EncodedContent(digest, image.embedding(), image.features(), preview));
                });
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
                    keep(new EncodedContent(entry.getKey(), embedding, null, null));
                    from = to;
                }
            }
        }

        private void keep(EncodedContent content) {
            done.put(content.digest(), content);
            cache.put(content.digest(), content);
        }

        @Override
        public void close() {
            if (pictures != null) {
                pictures.close();
            }
        }
    }
}
