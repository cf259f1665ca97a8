package dev.glimpse.train;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.encode.image.RgbImage;
import dev.glimpse.scene.Claims;
import dev.glimpse.scene.Domain;
import dev.glimpse.scene.Draws;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.Split;
import dev.glimpse.scene.Statement;
import dev.glimpse.scene.Twin;
import dev.glimpse.scene.Twins;
import dev.glimpse.scene.caption.Captions;
import dev.glimpse.scene.caption.Wording;
import dev.glimpse.scene.draw.SceneRenderer;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Examples without end from drawn scenes, each beside a twin that differs in one thing. What the scenes show, not their
 * numbers, tells which captions are right of them. Combinations that are held out are never drawn.
 *
 * @param seed      what tells one series from another
 * @param size      of the pictures, in pixels
 * @param tokenizer of the captions
 */
record SceneExamples(long seed, int size, HuggingFaceTokenizer tokenizer) {

    /** Captions of each scene: one that is wrong of its twin, and two of whatever is true. */
    static final int CAPTIONS = 3;

    private static final SceneRenderer RENDERER = new SceneRenderer();
    private static final int SPOKEN = 4000;
    private static final Set<Twin.Kind> BINDING = Set.of(Twin.Kind.RELATION_FLIPPED, Twin.Kind.COLOURS_SWAPPED);

    /** A scene and the claims about it, in words. */
    private record Told(Scene scene, List<Statement> claims, List<String> captions) {}

    /** What is said of scenes, to learn a vocabulary from. */
    static List<String> captions(long seed) {
        return LongStream.range(0, SPOKEN)
                .boxed()
                .flatMap(number -> pair(Domain.WIDE, seed, number).stream())
                .flatMap(told -> told.captions().stream())
                .toList();
    }

    /** All words that are said of scenes. */
    static Set<String> words(long seed) {
        Set<String> words = new HashSet<>();
        captions(seed).forEach(caption -> words.addAll(TrainingSet.words(caption)));
        return words;
    }

    /**
     * Scenes and their twins.
     *
     * @param domain what they show; it is said in all words in either
     * @param step  of which they are: no scene comes twice
     * @param count of pictures, half of them twins
     */
    Examples of(Domain domain, int step, int count) {
        long first = (long) step << 16;
        List<Told> told = LongStream.range(0, (count + 1) / 2)
                .parallel()
                .mapToObj(i -> pair(domain, seed, first + i))
                .flatMap(List::stream)
                .limit(count)
                .toList();
        List<float[]> pictures = IntStream.range(0, told.size())
                .parallel()
                .mapToObj(i -> picture(told.get(i).scene()))
                .toList();
        List<Statement> claims =
                told.stream().flatMap(of -> of.claims().stream()).toList();
        List<long[]> tokens = told.stream()
                .flatMap(of -> of.captions().stream())
                .map(caption -> tokenizer.encode(caption).getIds())
                .toList();
        Truth[][] truth = new Truth[told.size()][claims.size()];
        for (int row = 0; row < truth.length; row++) {
            Scene scene = told.get(row).scene();
            for (int column = 0; column < claims.size(); column++) {
                boolean right = claims.get(column).isTrueOf(scene);
                truth[row][column] = column / CAPTIONS == row ? Truth.OWN : right ? Truth.RIGHT : Truth.WRONG;
            }
        }
        List<Scene> scenes = told.stream().map(Told::scene).toList();
        return new Examples(
                new Shape(3, size, size), pictures, tokens, List.of(), truth, new int[0], scenes, claims, List.of());
    }

    private static List<Told> pair(Domain domain, long seed, long number) {
        Scene scene = new SceneGenerator(domain, seed).scene(number, Split.TRAINED);
        Draws draws = Draws.of(seed ^ 0x7717, number);
        Captions captions = new Captions(Domain.WIDE, Captions.Manner.FREE, seed);
        Captions plain = new Captions(Domain.WIDE, Captions.Manner.PLAIN, seed);
        Wording wording = draws.oneIn(2) ? plain.wording(number) : captions.wording(number);
        List<Twin> twins = new Twins(domain, seed)
                .of(scene, number).stream()
                        .filter(twin -> !Split.isHeldOut(twin.scene()))
                        .toList();
        if (twins.isEmpty()) {
            Statement full = Claims.full(scene);
            return List.of(told(scene, full, wording, captions, draws), told(scene, full, wording, captions, draws));
        }
        List<Twin> bound =
                twins.stream().filter(of -> BINDING.contains(of.kind())).toList();
        // What belongs to what is learned last, and one kind of six would be too seldom.
        Twin twin = draws.oneOf(bound.isEmpty() || draws.oneIn(3) ? twins : bound);
        return List.of(
                told(scene, twin.ofOriginal(), wording, captions, draws),
                told(twin.scene(), twin.ofTwin(), wording, captions, draws));
    }

    private static Told told(Scene scene, Statement first, Wording wording, Captions captions, Draws draws) {
        List<Statement> claims = new ArrayList<>(List.of(first, Claims.full(scene), Claims.some(scene, draws)));
        List<String> words = Stream.of(
                        wording.caption(claims.get(0)),
                        captions.wording(draws.any()).caption(claims.get(1)),
                        captions.wording(draws.any()).caption(claims.get(2)))
                .toList();
        return new Told(scene, claims, words);
    }

    private float[] picture(Scene scene) {
        BufferedImage drawn = RENDERER.draw(scene);
        int side = drawn.getWidth();
        int[] argb = drawn.getRGB(0, 0, side, side, null, 0, side);
        byte[] rgb = new byte[3 * argb.length];
        for (int i = 0; i < argb.length; i++) {
            rgb[3 * i] = (byte) (argb[i] >> 16);
            rgb[3 * i + 1] = (byte) (argb[i] >> 8);
            rgb[3 * i + 2] = (byte) argb[i];
        }
        return TrainingSet.levels(TrainingSet.square(new RgbImage(side, side, rgb), size));
    }
}
