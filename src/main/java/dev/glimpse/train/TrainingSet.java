package dev.glimpse.train;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.encode.image.RgbImage;
import dev.glimpse.pairs.Caption;
import dev.glimpse.pairs.Pair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** Pictures to learn from are kept a little larger than they are used, so that they can be moved about. */
    private static final double SPARE = 1.5;

    private final int size;
    private final List<RgbImage> pictures = new ArrayList<>();
    private final CaptionTable captions;
    private final PictureCaptions said;
    private final List<Set<Integer>> right = new ArrayList<>();
    private final List<int[]> picturesOfCaptions = new ArrayList<>();

    /** The first captions, each once: their numbers, and the place of each among them. */
    private final Map<Integer, Integer> names = new LinkedHashMap<>();

    /** What backbones make of pictures and captions, once: none where a branch is trained as a whole. */
    private final List<float[]> pictureFeatures = new ArrayList<>();

    private final List<float[]> captionFeatures = new ArrayList<>();

    private TrainingSet(int size, CaptionTable captions, PictureCaptions said) {
        this.size = size;
        this.captions = captions;
        this.said = said;
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
        TrainingSet set = empty(image, tokenizer);
        SquarePictures.read(files, (int) Math.round(image.size() * SPARE), picture -> {
            set.add(picture, image);
            set.said.add(List.of());
        });
        return set;
    }

    private static TrainingSet empty(ImageBranch image, HuggingFaceTokenizer tokenizer) {
        CaptionTable captions = new CaptionTable(tokenizer);
        return new TrainingSet(image.size(), captions, new PictureCaptions(captions));
    }

    /** Reads pictures to measure on: as the service prepares them. */
    static TrainingSet toMeasureOn(List<Pair> pairs, ImageBranch image, TextBranch text, HuggingFaceTokenizer tokenizer)
            throws IOException {
        return read(pairs, image, text, image.size(), tokenizer);
    }

    private static TrainingSet read(
            List<Pair> pairs, ImageBranch image, TextBranch text, int kept, HuggingFaceTokenizer tokenizer)
            throws IOException {
        TrainingSet set = empty(image, tokenizer);
        List<Path> files = pairs.stream().map(Pair::image).toList();
        SquarePictures.read(files, kept, picture -> set.add(picture, image));
        pairs.forEach(pair -> set.add(pair.captions()));
        for (int i = 0; i < pairs.size(); i++) {
            for (String also : pairs.get(i).also()) {
                Integer number = set.captions.numberOf(also);
                if (number != null) {
                    set.right.get(i).add(number);
                }
            }
        }
        if (text instanceof TextBranch.Frozen frozen) {
            for (int i = 0; i < set.captions(); i++) {
                long[] ids = set.captions.tokens(i);
                long[] mask = new long[ids.length];
                Arrays.fill(mask, 1);
                set.captionFeatures.add(frozen.backbone().ofTokens(ids, mask));
            }
        }
        return set;
    }

    /** The same, with captions cut into other tokens; pictures are shared. */
    TrainingSet in(HuggingFaceTokenizer other) {
        CaptionTable table = captions.in(other);
        TrainingSet set = new TrainingSet(size, table, said.in(table));
        set.pictures.addAll(pictures);
        set.right.addAll(right);
        set.names.putAll(names);
        set.pictureFeatures.addAll(pictureFeatures);
        return set;
    }

    /** A picture that goes through a backbone is not kept: its features are all that is needed of it. */
    private void add(RgbImage picture, ImageBranch image) {
        if (image instanceof ImageBranch.Frozen frozen) {
            pictureFeatures.add(frozen.backbone().ofPixels(SquarePictures.bytes(picture)));
        } else {
            pictures.add(picture);
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

    private void add(List<Caption> captionsOfPicture) {
        said.add(captionsOfPicture);
        int[] numbers = said.of(said.size() - 1);
        names.putIfAbsent(numbers[0], names.size());
        right.add(Arrays.stream(numbers).boxed().collect(Collectors.toCollection(HashSet::new)));
    }

    /** How many pictures there are. */
    int size() {
        return said.size();
    }

    /** How many captions there are, each counted once. */
    int captions() {
        return captions.size();
    }

    /** Whether a caption is right of a picture. */
    boolean isRight(int picture, int caption) {
        return right.get(picture).contains(caption);
    }

    /** The numbers of a picture's captions. */
    int[] captionsOf(int picture) {
        return said.of(picture).clone();
    }

    /** Whether one of a picture's captions says nothing but words of these. */
    boolean[] saidIn(Set<String> words) {
        boolean[] within = new boolean[size()];
        for (int i = 0; i < within.length; i++) {
            within[i] =
                    Arrays.stream(said.of(i)).anyMatch(number -> words.containsAll(Words.in(captions.text(number))));
        }
        return within;
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
        List<int[]> texts = new ArrayList<>();
        for (int picture : chosen) {
            for (int number : said.some(picture, captionsEach, augmentation != null, random)) {
                texts.add(random.nextDouble() < joined ? said.withOthers(picture, number, random) : new int[] {number});
            }
        }
        Truth[][] truth = new Truth[chosen.length][texts.size()];
        for (int row = 0; row < chosen.length; row++) {
            for (int column = 0; column < texts.size(); column++) {
                boolean right = isRight(chosen[row], texts.get(column));
                boolean own = column / captionsEach == row;
                truth[row][column] = own ? Truth.OWN : right ? Truth.RIGHT : Truth.WRONG;
            }
        }
        boolean features = !captionFeatures.isEmpty();
        return new Examples(
                pictureShape(),
                drawn,
                features ? List.of() : texts.stream().map(captions::tokens).toList(),
                features ? texts.stream().map(of -> captionFeatures.get(of[0])).toList() : List.of(),
                truth,
                chosen,
                List.of(),
                List.of(),
                texts);
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

    /** How many unlike first captions there are. */
    int names() {
        return names.size();
    }

    /** Which of those is a picture's own. */
    int nameOf(int picture) {
        return Objects.requireNonNull(names.get(said.of(picture)[0]));
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

    /** The tokens of a caption, those among them that begin and end it. */
    long[] tokensOf(int caption) {
        return captions.tokens(caption).clone();
    }

    /** A BCP 47 tag. */
    String languageOf(int caption) {
        return captions.language(caption);
    }

    /** Captions by number. */
    Examples.Texts texts(NDManager manager, int[] numbers) {
        return captionFeatures.isEmpty()
                ? Examples.Texts.ofTokens(
                        manager,
                        Arrays.stream(numbers).mapToObj(captions::tokens).toList())
                : Examples.Texts.ofFeatures(
                        manager,
                        Arrays.stream(numbers).mapToObj(captionFeatures::get).toList());
    }

    /** Pictures by number, as they are: {@code [n, 3, size, size]}, or features. */
    List<float[]> pictures(int[] numbers) {
        return Arrays.stream(numbers)
                .mapToObj(number -> pictureFeatures.isEmpty() ? asItIs(number) : pictureFeatures.get(number))
                .toList();
    }

    private float[] asItIs(int number) {
        RgbImage picture = pictures.get(number);
        return SquarePictures.levels(picture.width() == size ? picture : SquarePictures.square(picture, size));
    }
}
