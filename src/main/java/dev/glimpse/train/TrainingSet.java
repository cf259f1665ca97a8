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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Pairs in memory: pictures at the model's size, captions as token ids. A caption is right of every picture that has an
 * equal one, or of which the pairs say so: no picture is taught that its own caption is wrong because another has it too.
 */
final class TrainingSet {

    private static final long MAX_PIXELS = 50_000_000;
    private static final int DRAWING_SIZE = 256;

    /** So many pictures are decoded before the next are. */
    private static final int AT_ONCE = 256;

    /** Pictures to learn from are kept a little larger than they are used, so that they can be moved about. */
    private static final double SPARE = 1.5;

    private final int size;
    private final HuggingFaceTokenizer tokenizer;
    private final List<RgbImage> pictures = new ArrayList<>();
    private final List<int[]> captions = new ArrayList<>();
    private final List<float[]> weights = new ArrayList<>();

    /** The same, with languages evened: see {@link #evened}. */
    private final List<float[]> evened = new ArrayList<>();

    private final List<Set<Integer>> right = new ArrayList<>();
    private final List<int[]> picturesOfCaptions = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private final List<String> languages = new ArrayList<>();
    private final List<long[]> tokens = new ArrayList<>();
    private final Map<String, Integer> known = new HashMap<>();

    /** The first captions, each once: their numbers, and the place of each among them. */
    private final Map<Integer, Integer> names = new LinkedHashMap<>();

    /** What backbones make of pictures and captions, once: none where a branch is trained as a whole. */
    private final List<float[]> pictureFeatures = new ArrayList<>();

    private final List<float[]> captionFeatures = new ArrayList<>();

    private TrainingSet(int size, HuggingFaceTokenizer tokenizer) {
        this.size = size;
        this.tokenizer = tokenizer;
    }

    /**
     * Reads pictures to learn from: what can't be decoded ends the training, since a set with holes is another set.
     *
     * @throws IOException if a picture can't be read or decoded; the message names it
     */
    static TrainingSet toLearnFrom(List<Pair> pairs, ImageBranch image, TextBranch text, HuggingFaceTokenizer tokenizer)
            throws IOException {
        double spare = image.seesPixels() ? SPARE : 1;
        return read(pairs, image, text, (int) Math.round(image.size() * spare), tokenizer);
    }

    /** Reads pictures of which nothing is said. */
    static TrainingSet ofPictures(List<Path> files, ImageBranch image, HuggingFaceTokenizer tokenizer)
            throws IOException {
        TrainingSet set = new TrainingSet(image.size(), tokenizer);
        ImageDecoder decoder = new ImageDecoder(MAX_PIXELS, DRAWING_SIZE);
        for (int from = 0; from < files.size(); from += AT_ONCE) {
            List<Path> some = files.subList(from, Math.min(from + AT_ONCE, files.size()));
            for (RgbImage square : squares(decoder, some, (int) Math.round(image.size() * SPARE))) {
                set.add(square, image);
                set.captions.add(new int[0]);
            }
        }
        return set;
    }

    /** Reads pictures to measure on: as the service prepares them. */
    static TrainingSet toMeasureOn(List<Pair> pairs, ImageBranch image, TextBranch text, HuggingFaceTokenizer tokenizer)
            throws IOException {
        return read(pairs, image, text, image.size(), tokenizer);
    }

    private static TrainingSet read(
            List<Pair> pairs, ImageBranch image, TextBranch text, int kept, HuggingFaceTokenizer tokenizer)
            throws IOException {
        TrainingSet set = new TrainingSet(image.size(), tokenizer);
        ImageDecoder decoder = new ImageDecoder(MAX_PIXELS, DRAWING_SIZE);
        for (int from = 0; from < pairs.size(); from += AT_ONCE) {
            List<Pair> some = pairs.subList(from, Math.min(from + AT_ONCE, pairs.size()));
            List<RgbImage> squares =
                    squares(decoder, some.stream().map(Pair::image).toList(), kept);
            for (int i = 0; i < some.size(); i++) {
                set.add(squares.get(i), image);
                set.add(some.get(i).captions());
            }
        }
        for (int i = 0; i < pairs.size(); i++) {
            for (String also : pairs.get(i).also()) {
                Integer number = set.known.get(folded(also));
                if (number != null) {
                    set.right.get(i).add(number);
                }
            }
        }
        if (text instanceof TextBranch.Frozen frozen) {
            for (long[] ids : set.tokens) {
                long[] mask = new long[ids.length];
                Arrays.fill(mask, 1);
                set.captionFeatures.add(frozen.backbone().ofTokens(ids, mask));
            }
        }
        return set;
    }

    /** The same, with captions cut into other tokens; pictures are shared. */
    TrainingSet in(HuggingFaceTokenizer other) {
        TrainingSet set = new TrainingSet(size, other);
        set.pictures.addAll(pictures);
        set.captions.addAll(captions);
        set.weights.addAll(weights);
        set.evened.addAll(evened);
        set.right.addAll(right);
        set.texts.addAll(texts);
        set.languages.addAll(languages);
        texts.forEach(text -> set.tokens.add(other.encode(text).getIds()));
        set.known.putAll(known);
        set.names.putAll(names);
        set.pictureFeatures.addAll(pictureFeatures);
        return set;
    }

    /** A picture that goes through a backbone is not kept: its features are all that is needed of it. */
    private void add(RgbImage picture, ImageBranch image) {
        if (image instanceof ImageBranch.Frozen frozen) {
            float[] pixels = new float[3 * size * size];
            planes(picture, 1, 0, pixels);
            pictureFeatures.add(frozen.backbone().ofPixels(pixels));
        } else {
            pictures.add(picture);
        }
    }

    /** The planes of red, green and blue: each level times a factor, and lifted. */
    private static void planes(RgbImage picture, float factor, float lift, float[] out) {
        int plane = picture.width() * picture.height();
        byte[] rgb = picture.rgb();
        for (int p = 0; p < plane; p++) {
            for (int c = 0; c < 3; c++) {
                out[c * plane + p] = (rgb[3 * p + c] & 0xff) * factor + lift;
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

    private void add(List<Caption> said) {
        Map<Integer, Float> weightOf = new LinkedHashMap<>();
        said.forEach(caption -> weightOf.merge(number(caption), (float) caption.weight(), Float::sum));
        captions.add(weightOf.keySet().stream().mapToInt(Integer::intValue).toArray());
        names.putIfAbsent(captions.getLast()[0], names.size());
        float[] all = new float[weightOf.size()];
        int at = 0;
        for (float weight : weightOf.values()) {
            all[at++] = weight;
        }
        weights.add(all);
        evened.add(evened(
                all, Arrays.stream(captions.getLast()).mapToObj(languages::get).toList()));
        right.add(new HashSet<>(weightOf.keySet()));
    }

    /**
     * Weights of captions of which each language has the root of its share, so that those of which there is little are heard
     * (Conneau and Lample 2019, arXiv:1901.07291).
     *
     * @param weight    of each caption, 0 or more
     * @param languages of each caption
     */
    static float[] evened(float[] weight, List<String> languages) {
        Map<String, Double> shares = new HashMap<>();
        for (int i = 0; i < weight.length; i++) {
            shares.merge(languages.get(i), (double) weight[i], Double::sum);
        }
        float[] even = weight.clone();
        for (int i = 0; i < even.length; i++) {
            double share = Objects.requireNonNull(shares.get(languages.get(i)));
            even[i] = share > 0 ? (float) (weight[i] / Math.sqrt(share)) : 0;
        }
        return even;
    }

    private static String folded(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }

    private int number(Caption caption) {
        return known.computeIfAbsent(folded(caption.text()), text -> {
            texts.add(caption.text());
            languages.add(caption.language());
            tokens.add(tokenizer.encode(caption.text()).getIds());
            return tokens.size() - 1;
        });
    }

    private static List<RgbImage> squares(ImageDecoder decoder, List<Path> files, int side) throws IOException {
        try {
            return files.parallelStream()
                    .map(file -> {
                        try {
                            return square(decode(decoder, file), side);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static RgbImage decode(ImageDecoder decoder, Path file) throws IOException {
        try {
            return decoder.decode(new Content.Picture(Files.readAllBytes(file), null));
        } catch (RejectedRecordException e) {
            throw new IOException("%s can't be learned from: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Shortest edge to the side, centre cropped: as the served model's preprocessing. */
    static RgbImage square(RgbImage image, int side) {
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

    /** Whether a picture's captions say nothing but words of these. */
    boolean[] saidIn(Set<String> words) {
        boolean[] said = new boolean[size()];
        for (int i = 0; i < said.length; i++) {
            said[i] = Arrays.stream(captions.get(i)).anyMatch(number -> words.containsAll(words(texts.get(number))));
        }
        return said;
    }

    /** The words of a text, in lower case. */
    static List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /**
     * Examples to learn from: pictures drawn anew, and for each some of its captions, by their weights.
     *
     * @param joined       how often further captions of the same language are put to one, from 0 to 1
     * @param augmentation or null, where captions alone are wanted
     * @param seed         of what is drawn
     */
    Examples examples(int[] chosen, int captionsEach, double joined, @Nullable Augmentation augmentation, long seed) {
        List<float[]> drawn = augmentation == null ? List.of() : drawn(chosen, augmentation, seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<int[]> said = new ArrayList<>();
        for (int picture : chosen) {
            for (int number : some(picture, captionsEach, augmentation != null, random)) {
                said.add(random.nextDouble() < joined ? withOthers(picture, number, random) : new int[] {number});
            }
        }
        Truth[][] truth = new Truth[chosen.length][said.size()];
        for (int row = 0; row < chosen.length; row++) {
            for (int column = 0; column < said.size(); column++) {
                boolean right = isRight(chosen[row], said.get(column));
                boolean own = column / captionsEach == row;
                truth[row][column] = own ? Truth.OWN : right ? Truth.RIGHT : Truth.WRONG;
            }
        }
        boolean features = !captionFeatures.isEmpty();
        return new Examples(
                pictureShape(),
                drawn,
                features ? List.of() : said.stream().map(this::tokens).toList(),
                features ? said.stream().map(of -> captionFeatures.get(of[0])).toList() : List.of(),
                truth,
                chosen,
                List.of(),
                List.of(),
                said);
    }

    private Shape pictureShape() {
        return pictureFeatures.isEmpty() ? new Shape(3, size, size) : new Shape(pictureFeatures.getFirst().length);
    }

    /** Pictures drawn anew, {@code [3, size, size]} each; or features. */
    List<float[]> drawn(int[] chosen, Augmentation augmentation, long seed) {
        if (!pictureFeatures.isEmpty()) {
            return Arrays.stream(chosen).mapToObj(pictureFeatures::get).toList();
        }
        return IntStream.range(0, chosen.length)
                .parallel()
                .mapToObj(i -> augmentation.draw(pictures.get(chosen[i]), size, new SplittableRandom(seed * 31 + i)))
                .toList();
    }

    /**
     * Some of a picture's captions, unlike each other while there are enough.
     *
     * @param begin whether the first of them is in the language of the picture's first caption; else languages are evened
     */
    private int[] some(int picture, int count, boolean begin, SplittableRandom random) {
        int[] of = captions.get(picture);
        float[] drawnBy = begin ? weights.get(picture) : evened.get(picture);
        float[] weight = drawnBy.clone();
        int[] some = new int[count];
        for (int k = 0; k < count; k++) {
            if (k > 0 && k % of.length == 0) {
                weight = drawnBy.clone();
            }
            int at = drawn(begin && k == 0 ? ofFirstLanguage(of, weight) : weight, random);
            weight[at] = 0;
            some[k] = of[at];
        }
        return some;
    }

    private float[] ofFirstLanguage(int[] numbers, float[] weight) {
        float[] some = weight.clone();
        for (int i = 0; i < some.length; i++) {
            if (!languages.get(numbers[i]).equals(languages.get(numbers[0]))) {
                some[i] = 0;
            }
        }
        return some;
    }

    private static int drawn(float[] weights, SplittableRandom random) {
        double sum = 0;
        for (float weight : weights) {
            sum += weight;
        }
        double at = random.nextDouble() * sum;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                at -= weights[i];
                if (at < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    /** A caption and one or two others of the picture in its language. */
    private int[] withOthers(int picture, int number, SplittableRandom random) {
        int[] others = Arrays.stream(captions.get(picture))
                .filter(other -> other != number && languages.get(other).equals(languages.get(number)))
                .toArray();
        int count = Math.min(others.length, random.nextInt(1, 3));
        int[] all = new int[1 + count];
        all[0] = number;
        int from = others.length == 0 ? 0 : random.nextInt(others.length);
        for (int i = 0; i < count; i++) {
            all[1 + i] = others[(from + i) % others.length];
        }
        return all;
    }

    /** How many unlike first captions there are. */
    int names() {
        return names.size();
    }

    /** Which of those is a picture's own. */
    int nameOf(int picture) {
        return Objects.requireNonNull(names.get(captions.get(picture)[0]));
    }

    /** Those that are captions of a picture, be it the first or not. */
    int[] namesOf(int picture) {
        return right.get(picture).stream()
                .filter(names::containsKey)
                .mapToInt(names::get)
                .toArray();
    }

    /** Those of the pictures that all of these captions are right of. */
    int[] namesOf(int[] said) {
        return Arrays.stream(pictures(said[0]))
                .filter(picture -> isRight(picture, said))
                .map(this::nameOf)
                .distinct()
                .toArray();
    }

    /**
     * For each picture 1 where all of these captions are right of it, else 0; and -1, for not to be counted, where they are
     * right of it, but other things bear its name than the one that they were drawn for.
     *
     * @param picture that they were drawn for; -1 where names don't count
     */
    float[] rightOf(int[] said, int picture) {
        float[] right = new float[size()];
        for (int other : pictures(said[0])) {
            if (isRight(other, said)) {
                right[other] = picture < 0 || nameOf(other) == nameOf(picture) ? 1 : -1;
            }
        }
        return right;
    }

    /** The pictures that a caption is right of. */
    synchronized int[] pictures(int caption) {
        if (picturesOfCaptions.isEmpty()) {
            List<List<Integer>> all = new ArrayList<>();
            for (int i = 0; i < captions(); i++) {
                all.add(new ArrayList<>());
            }
            for (int picture = 0; picture < size(); picture++) {
                for (int number : right.get(picture)) {
                    all.get(number).add(picture);
                }
            }
            all.forEach(of -> picturesOfCaptions.add(
                    of.stream().mapToInt(Integer::intValue).toArray()));
        }
        return picturesOfCaptions.get(caption);
    }

    /** Whether all of these captions are right of a picture. */
    boolean isRight(int picture, int[] said) {
        for (int number : said) {
            if (!isRight(picture, number)) {
                return false;
            }
        }
        return true;
    }

    private long[] tokens(int[] said) {
        if (said.length == 1) {
            return tokens.get(said[0]);
        }
        String text = Arrays.stream(said).mapToObj(texts::get).collect(Collectors.joining(", "));
        return tokenizer.encode(text).getIds();
    }

    /** The tokens of a caption, those among them that begin and end it. */
    long[] tokensOf(int caption) {
        return tokens.get(caption).clone();
    }

    /** A BCP 47 tag. */
    String languageOf(int caption) {
        return languages.get(caption);
    }

    /** Captions by number. */
    Examples.Texts texts(NDManager manager, int[] numbers) {
        return captionFeatures.isEmpty()
                ? Examples.Texts.ofTokens(
                        manager, Arrays.stream(numbers).mapToObj(tokens::get).toList())
                : Examples.Texts.ofFeatures(
                        manager,
                        Arrays.stream(numbers).mapToObj(captionFeatures::get).toList());
    }

    /** Pictures by number, as they are: {@code [n, 3, size, size]}, or features. */
    NDArray pictures(NDManager manager, int[] numbers) {
        List<float[]> rows = Arrays.stream(numbers)
                .mapToObj(number -> pictureFeatures.isEmpty() ? asItIs(number) : pictureFeatures.get(number))
                .toList();
        return Examples.rows(manager, rows, pictureShape());
    }

    private float[] asItIs(int number) {
        RgbImage picture = pictures.get(number);
        return levels(picture.width() == size ? picture : square(picture, size));
    }

    /** The planes of red, green and blue, each level from -1 to 1. */
    static float[] levels(RgbImage picture) {
        float[] levels = new float[picture.rgb().length];
        planes(picture, 1 / 127.5f, -1, levels);
        return levels;
    }
}
