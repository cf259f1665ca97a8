package dev.glimpse.encode.onnx;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.embedding.Embedding;
import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.embedding.ImageFeatures;
import dev.glimpse.encode.EncodedImage;
import dev.glimpse.encode.Encoder;
import dev.glimpse.encode.EncoderException;
import dev.glimpse.encode.ImageBatch;
import dev.glimpse.encode.LabelCalibration;
import dev.glimpse.encode.Reranker;
import dev.glimpse.encode.image.RgbImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A dual encoder in the Hugging Face ONNX layout: {@code onnx/vision_model.onnx} takes {@code pixel_values} float32
 * {@code [n, 3, height, width]} and gives {@code image_embeds} (or {@code pooler_output}) {@code [n, dimension]};
 * {@code onnx/text_model.onnx} takes {@code input_ids} and, where it wants it, {@code attention_mask}, int64
 * {@code [n, length]}, and gives {@code text_embeds} (or {@code pooler_output}) {@code [n, dimension]}. Both networks are
 * run once when the model is opened, so that what does not fit is found then. Embeddings are brought to length 1.
 *
 * <p>Where there is an {@code onnx/reranker.onnx}, it takes {@code image_features} float32 {@code [n, width]}, which the
 * vision model then gives too, and {@code input_ids} and {@code attention_mask} of one text, {@code [1, length]}; it gives
 * {@code match} {@code [n, 1]}, from 0 to 1.
 */
public final class OnnxDualEncoder implements Encoder, AutoCloseable {

    /** Raised whenever our decoding, resizing, pooling or normalising changes a vector. */
    private static final int REVISION = 1;

    private static final int MIN_DRAWING_SIZE = 256;
    private static final Set<String> TEXT_INPUTS = Set.of("input_ids", "attention_mask");
    private static final List<String> EMBEDDINGS = List.of("image_embeds", "pooler_output");
    private static final String FEATURES = "image_features";
    private static final Set<String> RERANKER_INPUTS = Set.of(FEATURES, "input_ids", "attention_mask");

    private final EmbeddingSpace space;
    private final ImagePreprocessing preprocessing;
    private final TextTokenizer tokenizer;
    private final Tower vision;
    private final Tower text;
    private final boolean masked;
    private final @Nullable OnnxReranker reranker;
    private final @Nullable LabelCalibration calibration;

    /** Direct buffers that no batch uses: as many as there were batches at once. */
    private final Queue<FloatBuffer> free = new ConcurrentLinkedQueue<>();

    private OnnxDualEncoder(
            ModelFiles files,
            String name,
            ImagePreprocessing preprocessing,
            TextTokenizer tokenizer,
            Tower vision,
            Tower text,
            @Nullable Tower ranker) {
        this.preprocessing = preprocessing;
        this.tokenizer = tokenizer;
        this.vision = vision;
        this.text = text;
        vision.requireInputs(Set.of("pixel_values"), Set.of("pixel_values"));
        this.masked = text.requireInputs(Set.of("input_ids"), TEXT_INPUTS).contains("attention_mask");
        int images;
        try (Batch batch = new Batch(1)) {
            batch.add(new RgbImage(1, 1, new byte[3]));
            List<float[][]> outputs = batch.run(ranker != null);
            images = outputs.getFirst()[0].length;
            this.reranker = ranker == null ? null : new OnnxReranker(ranker, outputs.getLast()[0].length);
        }
        int texts = runTexts(List.of("a", "a picture"))[0].length;
        if (images != texts) {
            throw new EncoderException(
                    "the model %s has two dimensions: %d of images and %d of texts".formatted(name, images, texts));
        }
        if (reranker != null) {
            reranker.match("a", List.of(ImageFeatures.of(new float[reranker.features()])));
        }
        Path calibrated = files.folder().resolve(ModelFiles.CALIBRATION);
        this.calibration = Files.exists(calibrated) ? LabelCalibration.read(calibrated) : null;
        this.space = EmbeddingSpace.of(name, files.digest(REVISION), images);
    }

    /**
     * Opens a model, named after the last segment of its location.
     *
     * @param location       a folder, a zip file, or {@code classpath:} and a path
     * @param cache          where a model that is no folder is unpacked
     * @param intraOpThreads threads within one inference, 1 or more
     * @throws EncoderException if a file is missing, unreadable or does not fit; the message says what it does contain
     */
    public static OnnxDualEncoder open(String location, Path cache, int intraOpThreads) {
        ModelFiles files = ModelFiles.open(location, cache);
        return open(files, files.name(), intraOpThreads);
    }

    /**
     * Opens a model.
     *
     * @param files          where it lies
     * @param name           what it is called in the name of its space
     * @param intraOpThreads threads within one inference, 1 or more
     * @throws EncoderException if a file is missing, unreadable or does not fit; the message says what it does contain
     */
    static OnnxDualEncoder open(ModelFiles files, String name, int intraOpThreads) {
        ImagePreprocessing preprocessing = ImagePreprocessing.read(files);
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            TextTokenizer tokenizer = TextTokenizer.open(files);
            opened.push(tokenizer);
            Tower vision = Tower.open(files, ModelFiles.VISION, EMBEDDINGS, intraOpThreads);
            opened.push(vision);
            Tower text = Tower.open(files, ModelFiles.TEXT, List.of("text_embeds", "pooler_output"), intraOpThreads);
            opened.push(text);
            Tower ranker = null;
            if (Files.exists(files.folder().resolve(ModelFiles.RERANKER))) {
                ranker = Tower.open(files, ModelFiles.RERANKER, List.of("match"), intraOpThreads);
                opened.push(ranker);
            }
            return new OnnxDualEncoder(files, name, preprocessing, tokenizer, vision, text, ranker);
        } catch (RuntimeException e) {
            closeAll(opened, e);
            throw e;
        }
    }

    private static void closeAll(Deque<AutoCloseable> opened, RuntimeException why) {
        for (AutoCloseable resource : opened) {
            try {
                resource.close();
            } catch (Exception e) {
                why.addSuppressed(e);
            }
        }
    }

    @Override
    public EmbeddingSpace space() {
        return space;
    }

    @Override
    public int drawingSize() {
        return Math.max(MIN_DRAWING_SIZE, Math.max(preprocessing.width(), preprocessing.height()));
    }

    @Override
    public ImageBatch newImageBatch(int capacity) {
        return new Batch(capacity);
    }

    @Override
    public List<Embedding> encodeTexts(List<String> texts) {
        return normalised(runTexts(texts));
    }

    private List<Embedding> normalised(float[][] rows) {
        List<Embedding> embeddings = new ArrayList<>(rows.length);
        for (float[] row : rows) {
            try {
                embeddings.add(Embedding.normalised(space, row));
            } catch (IllegalArgumentException e) {
                throw new EncoderException("the model %s gives no embedding: %s".formatted(space, e.getMessage()), e);
            }
        }
        return embeddings;
    }

    /** Pixels in a direct buffer, which ONNX Runtime reads in place and the next batch takes over. */
    private final class Batch implements ImageBatch {
        private final int capacity;
        private final FloatBuffer pixels;
        private int size;
        private boolean closed;

        Batch(int capacity) {
            this.capacity = capacity;
            this.pixels = buffer(capacity * preprocessing.volume());
        }

        @Override
        public void add(RgbImage image) {
            if (closed || size == capacity) {
                throw new IllegalStateException(
                        "the batch takes %d pictures and is full or closed".formatted(capacity));
            }
            preprocessing.apply(image, pixels, size * preprocessing.volume());
            size++;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public List<EncodedImage> encode() {
            List<float[][]> outputs = run(reranker != null);
            List<Embedding> embeddings = normalised(outputs.getFirst());
            List<EncodedImage> images = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                images.add(new EncodedImage(
                        embeddings.get(i), reranker == null ? null : ImageFeatures.of(outputs.getLast()[i])));
            }
            return images;
        }

        List<float[][]> run(boolean withFeatures) {
            FloatBuffer filled = pixels.slice(0, size * preprocessing.volume());
            try (NDManager manager = vision.newManager()) {
                Shape shape = new Shape(size, 3, preprocessing.height(), preprocessing.width());
                NDArray input = manager.create(filled, shape, DataType.FLOAT32);
                input.setName("pixel_values");
                List<List<String>> wanted = withFeatures ? List.of(EMBEDDINGS, List.of(FEATURES)) : List.of(EMBEDDINGS);
                return vision.run(new NDList(input), size, wanted);
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                free.add(pixels);
            }
        }
    }

    private float[][] runTexts(List<String> texts) {
        Encoding[] encodings = tokenizer.encode(texts);
        try (NDManager manager = text.newManager()) {
            NDList inputs = new NDList(longs(manager, "input_ids", encodings, Encoding::getIds));
            if (masked) {
                inputs.add(longs(manager, "attention_mask", encodings, Encoding::getAttentionMask));
            }
            return text.run(inputs, encodings.length);
        }
    }

    @Override
    public Optional<LabelCalibration> calibration() {
        return Optional.ofNullable(calibration);
    }

    @Override
    public Optional<Reranker> reranker() {
        return Optional.ofNullable(reranker);
    }

    /** The network that reads a text and a picture together. */
    private final class OnnxReranker implements Reranker {
        private final Tower network;
        private final int features;

        OnnxReranker(Tower network, int features) {
            this.network = network;
            this.features = features;
            network.requireInputs(RERANKER_INPUTS, RERANKER_INPUTS);
        }

        @Override
        public int features() {
            return features;
        }

        @Override
        public float[] match(String text, List<ImageFeatures> images) {
            Encoding[] encoding = tokenizer.encode(List.of(text));
            FloatBuffer values = ByteBuffer.allocateDirect(Float.BYTES * images.size() * features)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
            for (ImageFeatures image : images) {
                if (image.size() != features) {
                    throw new EncoderException("the reranker of %s reads %d features of a picture, not %d"
                            .formatted(space, features, image.size()));
                }
                image.writeTo(values);
            }
            values.flip();
            try (NDManager manager = network.newManager()) {
                NDArray of = manager.create(values, new Shape(images.size(), features), DataType.FLOAT32);
                of.setName(FEATURES);
                NDList inputs = new NDList(
                        of,
                        longs(manager, "input_ids", encoding, Encoding::getIds),
                        longs(manager, "attention_mask", encoding, Encoding::getAttentionMask));
                float[][] rows = network.run(inputs, images.size());
                float[] match = new float[rows.length];
                for (int i = 0; i < match.length; i++) {
                    match[i] = rows[i][0];
                }
                return match;
            }
        }

        void close() {
            network.close();
        }
    }

    private interface Column {
        long[] of(Encoding encoding);
    }

    private static NDArray longs(NDManager manager, String name, Encoding[] encodings, Column column) {
        int length = column.of(encodings[0]).length;
        LongBuffer values = ByteBuffer.allocateDirect(Long.BYTES * encodings.length * length)
                .order(ByteOrder.nativeOrder())
                .asLongBuffer();
        for (Encoding encoding : encodings) {
            values.put(column.of(encoding));
        }
        values.flip();
        NDArray array = manager.create(values, new Shape(encodings.length, length), DataType.INT64);
        array.setName(name);
        return array;
    }

    private FloatBuffer buffer(int size) {
        FloatBuffer buffer = free.poll();
        return buffer != null && buffer.capacity() >= size
                ? buffer
                : ByteBuffer.allocateDirect(Float.BYTES * size)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
    }

    @Override
    public void close() {
        vision.close();
        text.close();
        if (reranker != null) {
            reranker.close();
        }
        tokenizer.close();
    }
}
