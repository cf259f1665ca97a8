package dev.glimpse.train;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.encode.image.ImageDecoder;
import dev.glimpse.encode.image.Resampling;
import dev.glimpse.encode.image.RgbImage;
import dev.glimpse.item.Content;
import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.Pair;
import dev.glimpse.topic.RejectedRecordException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Pairs in memory: pictures at the model's size, captions as token ids. A caption is right of every picture that has an
 * equal one: no picture is taught that its own caption is wrong because another has it too.
 */
final class TrainingSet {

    private static final long MAX_PIXELS = 50_000_000;
    private static final int DRAWING_SIZE = 256;

    /** Pictures to learn from are kept a little larger than they are used, so that they can be moved about. */
    private static final double SPARE = 1.125;

    private final int size;
    private final List<RgbImage> pictures = new ArrayList<>();
    private final List<int[]> captions = new ArrayList<>();
    private final List<Set<Integer>> right = new ArrayList<>();
    private final List<long[]> tokens = new ArrayList<>();
    private final Map<String, Integer> known = new HashMap<>();

    /** What backbones make of pictures and captions, once: none where a branch is trained as a whole. */
    private final List<float[]> pictureFeatures = new ArrayList<>();

    private final List<float[]> captionFeatures = new ArrayList<>();

    private TrainingSet(int size) {
        this.size = size;
    }

    /**
     * Reads pictures to learn from: what can't be decoded ends the training, since a set with holes is another set.
     *
     * @throws IOException if a picture can't be read or decoded; the message names it
     */
    static TrainingSet toLearnFrom(List<Pair> pairs, ImageBranch image, TextBranch text, HuggingFaceTokenizer tokenizer)
            throws IOException {
        double spare = image instanceof ImageBranch.Whole ? SPARE : 1;
        return read(pairs, image, text, (int) Math.round(image.size() * spare), tokenizer);
    }

    /** Reads pictures to measure on: as the service prepares them. */
    static TrainingSet toMeasureOn(List<Pair> pairs, ImageBranch image, TextBranch text, HuggingFaceTokenizer tokenizer)
            throws IOException {
        return read(pairs, image, text, image.size(), tokenizer);
    }

    private static TrainingSet read(
            List<Pair> pairs, ImageBranch image, TextBranch text, int kept, HuggingFaceTokenizer tokenizer)
            throws IOException {
        TrainingSet set = new TrainingSet(image.size());
        ImageDecoder decoder = new ImageDecoder(MAX_PIXELS, DRAWING_SIZE);
        for (Pair pair : pairs) {
            set.add(square(decode(decoder, pair.image()), kept), image);
            int[] numbers = pair.captions().stream()
                    .mapToInt(caption -> set.number(caption, tokenizer))
                    .toArray();
            set.captions.add(numbers);
            Set<Integer> all = new HashSet<>();
            for (int number : numbers) {
                all.add(number);
            }
            set.right.add(all);
        }
        if (text instanceof TextBranch.Frozen frozen) {
            for (long[] ids : set.tokens) {
                long[] mask = new long[ids.length];
                Arrays.fill(mask, 1);
                set.captionFeatures.add(frozen.backbone().ofTokens(ids, mask, 1)[0]);
            }
        }
        return set;
    }

    /** A picture that goes through a backbone is not kept: its features are all that is needed of it. */
    private void add(RgbImage picture, ImageBranch image) {
        if (image instanceof ImageBranch.Frozen frozen) {
            float[] pixels = new float[3 * size * size];
            planes(picture, 1, 0, pixels, 0);
            pictureFeatures.add(frozen.backbone().ofPixels(pixels)[0]);
        } else {
            pictures.add(picture);
        }
    }

    /** The planes of red, green and blue: each level times a factor, and lifted. */
    private static void planes(RgbImage picture, float factor, float lift, float[] out, int at) {
        int plane = picture.width() * picture.height();
        byte[] rgb = picture.rgb();
        for (int p = 0; p < plane; p++) {
            for (int c = 0; c < 3; c++) {
                out[at + c * plane + p] = (rgb[3 * p + c] & 0xff) * factor + lift;
            }
        }
    }

    /** The features of pictures, which are measured before a head is trained. */
    List<float[]> pictureFeatures() {
        return pictureFeatures;
    }

    /** The features of captions, which are measured before a head is trained. */
    List<float[]> captionFeatures() {
        return captionFeatures;
    }

    private int number(Caption caption, HuggingFaceTokenizer tokenizer) {
        return known.computeIfAbsent(caption.text().strip().toLowerCase(Locale.ROOT), text -> {
            tokens.add(tokenizer.encode(caption.text()).getIds());
            return tokens.size() - 1;
        });
    }

    private static RgbImage decode(ImageDecoder decoder, Path file) throws IOException {
        try {
            return decoder.decode(new Content.Picture(Files.readAllBytes(file), null));
        } catch (RejectedRecordException e) {
            throw new IOException("%s can't be learned from: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Shortest edge to the side, centre cropped: as the served model's preprocessing. */
    private static RgbImage square(RgbImage image, int side) {
        int shorter = Math.min(image.width(), image.height());
        int longer = (int) ((long) side * Math.max(image.width(), image.height()) / shorter);
        int width = image.width() <= image.height() ? side : longer;
        int height = image.width() <= image.height() ? longer : side;
        byte[] out = new byte[3 * side * side];
        Resampling.Window centre = new Resampling.Window((width - side) / 2, (height - side) / 2, side, side);
        Resampling.BICUBIC.resize(
                image, width, height, centre, (y, row) -> System.arraycopy(row, 0, out, 3 * y * side, 3 * side));
        return new RgbImage(side, side, out);
    }

    /** How many pictures there are. */
    int size() {
        return captions.size();
    }

    /** How many captions there are, each counted once. */
    int captions() {
        return tokens.size();
    }

    /** Whether a caption is right of a picture. */
    boolean isRight(int picture, int caption) {
        return right.get(picture).contains(caption);
    }

    /** The numbers of a picture's captions. */
    int[] captionsOf(int picture) {
        return captions.get(picture).clone();
    }

    /** A batch to learn from: pictures drawn anew, and for each some of its captions. */
    Batch batch(NDManager manager, int[] chosen, int captionsEach, Augmentation augmentation, RandomGenerator random) {
        int[] texts = new int[chosen.length * captionsEach];
        float[] own = new float[chosen.length * texts.length];
        for (int i = 0; i < chosen.length; i++) {
            int[] of = captions.get(chosen[i]);
            int offset = random.nextInt(of.length);
            for (int k = 0; k < captionsEach; k++) {
                int text = i * captionsEach + k;
                texts[text] = of[(offset + k) % of.length];
                own[i * texts.length + text] = 1;
            }
        }
        float[] rightOf = new float[own.length];
        for (int i = 0; i < chosen.length; i++) {
            for (int text = 0; text < texts.length; text++) {
                rightOf[i * texts.length + text] = isRight(chosen[i], texts[text]) ? 1 : 0;
            }
        }
        Shape pairs = new Shape(chosen.length, texts.length);
        Texts padded = texts(manager, texts);
        return new Batch(
                drawn(manager, chosen, augmentation, random),
                padded.input(),
                padded.mask(),
                manager.create(own, pairs),
                manager.create(rightOf, pairs));
    }

    private NDArray drawn(NDManager manager, int[] chosen, Augmentation augmentation, RandomGenerator random) {
        if (!pictureFeatures.isEmpty()) {
            return features(manager, pictureFeatures, chosen);
        }
        int volume = 3 * size * size;
        float[] pixels = new float[chosen.length * volume];
        for (int i = 0; i < chosen.length; i++) {
            augmentation.draw(pictures.get(chosen[i]), size, random, pixels, i * volume);
        }
        return manager.create(pixels, new Shape(chosen.length, 3, size, size));
    }

    private static NDArray features(NDManager manager, List<float[]> of, int[] chosen) {
        int width = of.getFirst().length;
        float[] rows = new float[chosen.length * width];
        for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(of.get(chosen[i]), 0, rows, i * width, width);
        }
        return manager.create(rows, new Shape(chosen.length, width));
    }

    /** Captions: {@code [m, s]} int64 each, padded to the longest; or features {@code [m, width]} and a mask of nothing. */
    record Texts(NDArray input, NDArray mask) {}

    /** Captions by number. */
    Texts texts(NDManager manager, int[] numbers) {
        if (!captionFeatures.isEmpty()) {
            return new Texts(features(manager, captionFeatures, numbers), manager.zeros(new Shape(1)));
        }
        int longest = 0;
        for (int number : numbers) {
            longest = Math.max(longest, tokens.get(number).length);
        }
        long[] ids = new long[numbers.length * longest];
        long[] mask = new long[ids.length];
        for (int i = 0; i < numbers.length; i++) {
            long[] of = tokens.get(numbers[i]);
            System.arraycopy(of, 0, ids, i * longest, of.length);
            Arrays.fill(mask, i * longest, i * longest + of.length, 1);
        }
        Shape shape = new Shape(numbers.length, longest);
        return new Texts(manager.create(ids, shape), manager.create(mask, shape));
    }

    /** Pictures by number, as they are, of a set to measure on: {@code [n, 3, size, size]}, or features. */
    NDArray pictures(NDManager manager, int[] numbers) {
        if (!pictureFeatures.isEmpty()) {
            return features(manager, pictureFeatures, numbers);
        }
        int volume = 3 * size * size;
        float[] pixels = new float[numbers.length * volume];
        for (int i = 0; i < numbers.length; i++) {
            planes(pictures.get(numbers[i]), 1 / 127.5f, -1, pixels, i * volume);
        }
        return manager.create(pixels, new Shape(numbers.length, 3, size, size));
    }
}
