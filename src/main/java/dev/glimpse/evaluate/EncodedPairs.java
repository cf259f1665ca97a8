package dev.glimpse.evaluate;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.encode.EncodedImage;
import dev.glimpse.encode.Encoder;
import dev.glimpse.encode.ImageBatch;
import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.image.RgbImage;
import dev.glimpse.item.Content;
import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.Foil;
import dev.glimpse.pairs.Pair;
import dev.glimpse.topic.RejectedRecordException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Pairs whose pictures could be decoded, and the embeddings of their pictures, captions and foils. */
final class EncodedPairs {

    private static final int BATCH = 32;

    private final List<Pair> pairs = new ArrayList<>();
    private final List<float[]> images = new ArrayList<>();
    private final List<@Nullable ImageFeatures> features = new ArrayList<>();
    private final Map<String, float[]> texts = new LinkedHashMap<>();
    private final List<Refused> refused = new ArrayList<>();

    private EncodedPairs() {}

    /**
     * A picture that is left out.
     *
     * @param image where it lies
     * @param why   one sentence
     */
    record Refused(String image, String why) {}

    private record EncodedImages(List<Pair> pairs, List<EncodedImage> images, List<Refused> refused) {}

    /**
     * Encodes pairs in batches of {@value #BATCH}.
     *
     * @param threads  that decode and infer, 1 or more
     * @param progress is told, on one thread, of each batch: how many pictures or texts were in it
     * @throws dev.glimpse.encode.EncoderException if the runtime fails
     */
    static EncodedPairs encode(
            List<Pair> pairs, Encoder encoder, ImageDecoder decoder, int threads, IntConsumer progress)
            throws InterruptedException {
        EncodedPairs encoded = new EncodedPairs();
        List<String> texts = List.copyOf(texts(pairs));
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<EncodedImages>> imageBatches = new ArrayList<>();
            for (List<Pair> batch : batches(pairs)) {
                imageBatches.add(pool.submit(() -> encodeImages(batch, encoder, decoder)));
            }
            List<List<String>> textBatches = batches(texts);
            List<Future<List<Embedding>>> textResults = new ArrayList<>();
            for (List<String> batch : textBatches) {
                textResults.add(pool.submit(() -> encoder.encodeTexts(batch)));
            }
            for (Future<EncodedImages> batch : imageBatches) {
                EncodedImages done = await(batch);
                encoded.pairs.addAll(done.pairs());
                for (EncodedImage image : done.images()) {
                    encoded.images.add(image.embedding().components());
                    encoded.features.add(image.features());
                }
                encoded.refused.addAll(done.refused());
                progress.accept(done.pairs().size() + done.refused().size());
            }
            for (int i = 0; i < textBatches.size(); i++) {
                List<String> batch = textBatches.get(i);
                List<Embedding> embeddings = await(textResults.get(i));
                for (int k = 0; k < batch.size(); k++) {
                    encoded.texts.put(batch.get(k), embeddings.get(k).components());
                }
                progress.accept(batch.size());
            }
            return encoded;
        } finally {
            pool.shutdownNow();
        }
    }

    /** What is to be encoded of the pairs' words: each caption, and each foil and what it is like, once. */
    static Set<String> texts(List<Pair> pairs) {
        Set<String> texts = new LinkedHashSet<>();
        for (Pair pair : pairs) {
            pair.captions().stream().map(Caption::text).forEach(texts::add);
            pair.foils().stream().map(Foil::text).forEach(texts::add);
            pair.foils().stream().map(Foil::instead).forEach(texts::add);
        }
        return texts;
    }

    private static EncodedImages encodeImages(List<Pair> pairs, Encoder encoder, ImageDecoder decoder) {
        List<Pair> decoded = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        try (ImageBatch batch = encoder.newImageBatch(pairs.size())) {
            for (Pair pair : pairs) {
                try {
                    batch.add(decode(decoder, pair.image()));
                    decoded.add(pair);
                } catch (RejectedRecordException | IOException e) {
                    refused.add(new Refused(pair.image().toString(), String.valueOf(e.getMessage())));
                }
            }
            return new EncodedImages(decoded, decoded.isEmpty() ? List.of() : batch.encode(), refused);
        }
    }

    /**
     * Decodes a picture.
     *
     * @throws IOException if the file can't be read or is empty
     */
    static RgbImage decode(ImageDecoder decoder, Path file) throws IOException, RejectedRecordException {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length == 0) {
            throw new IOException("the file is empty");
        }
        return decoder.decode(new Content.Picture(bytes, null));
    }

    /**
     * Decodes a picture that could be decoded.
     *
     * @throws IOException if now it can't
     */
    static RgbImage decodeAgain(ImageDecoder decoder, Path file) throws IOException {
        try {
            return decode(decoder, file);
        } catch (RejectedRecordException e) {
            throw new IOException("%s was decoded before, and now is not: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static <T> List<List<T>> batches(List<T> all) {
        List<List<T>> batches = new ArrayList<>();
        for (int from = 0; from < all.size(); from += BATCH) {
            batches.add(all.subList(from, Math.min(from + BATCH, all.size())));
        }
        return batches;
    }

    private static <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Those that could be decoded, in the file's order. */
    List<Pair> pairs() {
        return pairs;
    }

    /** The pictures that could not. */
    List<Refused> refused() {
        return refused;
    }

    /** The embedding of a pair's picture, of length 1, by the pair's place among {@link #pairs()}. */
    float[] image(int pair) {
        return images.get(pair);
    }

    /** What the model's reranker reads of a pair's picture, or null where it has none. */
    @Nullable
    ImageFeatures features(int pair) {
        return features.get(pair);
    }

    /** All of them: {@code [pairs, d]}. */
    float[][] images() {
        return images.toArray(float[][]::new);
    }

    /** The embedding of a caption or foil, of length 1, by its text as written. */
    float[] text(String text) {
        return Objects.requireNonNull(texts.get(text));
    }
}
