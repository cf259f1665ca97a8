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

/**
 * Examples without end from drawn scenes, each beside a twin that differs in one thing. What the scenes show, not their
 * numbers, tells which captions are right of them. Combinations that are held out are never drawn.
 *
 * @param seed      what tells one series from another
 * @param size      of the pictures, in pixels
 * @param tokenizer of the captions
 */
record SceneExamples(long seed, int size, HuggingFaceTokenizer tokenizer) {

    private static final SceneRenderer RENDERER = new SceneRenderer();
    private static final int SPOKEN = 4000;

    /**
     * What a series of scenes is to teach.
     *
     * @param often   how twins differ in two of three scenes, where they can
     * @param partial claims of each scene that may be of a part of it, beside one that is wrong of its twin and one of all
     */
    record Emphasis(Set<Twin.Kind> often, int partial) {

        /** Captions of each scene. */
        int captions() {
            return 2 + partial;
        }
    }

    /** Twins that differ in what belongs to what: that is learned last, and one kind of six would be too seldom. */
    static final Emphasis BINDING = new Emphasis(Set.of(Twin.Kind.RELATION_FLIPPED, Twin.Kind.COLOURS_SWAPPED), 1);

    /** These, and others that are still taken for each other when most is learned; and more of what is said in part. */
    static final Emphasis HARD = new Emphasis(
            Set.of(
                    Twin.Kind.RELATION_FLIPPED,
                    Twin.Kind.COLOURS_SWAPPED,
                    Twin.Kind.TEXTURE_CHANGED,
                    Twin.Kind.ONE_OF_THREE_CHANGED),
            3);

    /**
     * A scene beside a twin that differs in one thing.
     *
     * @param ofScene true of the scene, wrong of the twin
     * @param ofTwin  the other way; where a scene has no twin, it is its own, and both are true of both
     */
    record Pairing(Scene scene, Statement ofScene, Scene twin, Statement ofTwin) {}

    /** A scene and the claims about it, in words. */
    private record Told(Scene scene, List<Statement> claims, List<String> captions) {}

    /** What is said of scenes, to learn a vocabulary from. */
    static List<String> captions(long seed) {
        return LongStream.range(0, SPOKEN)
                .boxed()
                .flatMap(number -> pair(Domain.WIDE, seed, number, BINDING).stream())
                .flatMap(told -> told.captions().stream())
                .toList();
    }

    /** All words that are said of scenes. */
    static Set<String> words(long seed) {
        Set<String> words = new HashSet<>();
        captions(seed).forEach(caption -> words.addAll(Words.in(caption)));
        return words;
    }

    /**
     * Scenes and their twins.
     *
     * @param domain what they show; it is said in all words in either
     * @param step  of which they are: no scene comes twice
     * @param count of pictures, half of them twins
     * @param what   they are to teach
     */
    Examples of(Domain domain, int step, int count, Emphasis what) {
        long first = (long) step << 16;
        List<Told> told = LongStream.range(first, first + (count + 1) / 2)
                .parallel()
                .mapToObj(number -> pair(domain, seed, number, what))
                .flatMap(List::stream)
                .limit(count)
                .toList();
        List<float[]> pictures = IntStream.range(0, told.size())
                .parallel()
                .mapToObj(i -> picture(told.get(i).scene()))
                .toList();
        return examples(told, pictures, new Shape(3, size, size));
    }

    /** A scene that is never held out, and its twin. */
    Pairing pairing(long number) {
        return pairing(Domain.WIDE, seed, number, draws(seed, number), BINDING.often());
    }

    /**
     * Scenes and their twins of which something else is said each time.
     *
     * @param pictures features of each scene and its twin, {@code [width]}
     * @param time     that something is said
     */
    Examples of(List<Pairing> pairings, List<float[]> pictures, int time) {
        List<Told> told = IntStream.range(0, pairings.size())
                .mapToObj(i -> said(pairings.get(i), ((long) time << 16) + i))
                .flatMap(List::stream)
                .toList();
        return examples(told, pictures, new Shape(pictures.getFirst().length));
    }

    private Examples examples(List<Told> told, List<float[]> pictures, Shape shape) {
        List<Statement> claims =
                told.stream().flatMap(of -> of.claims().stream()).toList();
        List<long[]> tokens = told.stream()
                .flatMap(of -> of.captions().stream())
                .map(caption -> tokenizer.encode(caption).getIds())
                .toList();
        int each = claims.size() / told.size();
        Truth[][] truth = new Truth[told.size()][claims.size()];
        for (int row = 0; row < truth.length; row++) {
            Scene scene = told.get(row).scene();
            for (int column = 0; column < claims.size(); column++) {
                boolean right = claims.get(column).isTrueOf(scene);
                truth[row][column] = column / each == row ? Truth.OWN : right ? Truth.RIGHT : Truth.WRONG;
            }
        }
        List<Scene> scenes = told.stream().map(Told::scene).toList();
        return new Examples(shape, pictures, tokens, List.of(), truth, new int[0], scenes, claims, List.of());
    }

    private static Draws draws(long seed, long number) {
        return Draws.of(seed ^ 0x7717, number);
    }

    private static List<Told> pair(Domain domain, long seed, long number, Emphasis what) {
        Draws draws = draws(seed, number);
        Wording wording = wording(seed, number, draws);
        return told(pairing(domain, seed, number, draws, what.often()), seed, wording, draws, what.partial());
    }

    /** Something about both, by the number of what is said. */
    private List<Told> said(Pairing pairing, long number) {
        Draws draws = draws(seed, number);
        return told(pairing, seed, wording(seed, number, draws), draws, BINDING.partial());
    }

    private static Wording wording(long seed, long number, Draws draws) {
        Captions.Manner manner = draws.oneIn(2) ? Captions.Manner.PLAIN : Captions.Manner.FREE;
        return new Captions(Domain.WIDE, manner, seed).wording(number);
    }

    private static Pairing pairing(Domain domain, long seed, long number, Draws draws, Set<Twin.Kind> often) {
        Scene scene = new SceneGenerator(domain, seed).scene(number, Split.TRAINED);
        List<Twin> twins = new Twins(domain, seed)
                .of(scene, number).stream()
                        .filter(twin -> !Split.isHeldOut(twin.scene()))
                        .toList();
        if (twins.isEmpty()) {
            Statement full = Claims.full(scene);
            return new Pairing(scene, full, scene, full);
        }
        List<Twin> such = twins.stream().filter(of -> often.contains(of.kind())).toList();
        Twin twin = draws.oneOf(such.isEmpty() || draws.oneIn(3) ? twins : such);
        return new Pairing(scene, twin.ofOriginal(), twin.scene(), twin.ofTwin());
    }

    private static List<Told> told(Pairing pairing, long seed, Wording wording, Draws draws, int partial) {
        Captions captions = new Captions(Domain.WIDE, Captions.Manner.FREE, seed);
        return List.of(
                told(pairing.scene(), pairing.ofScene(), wording, captions, draws, partial),
                told(pairing.twin(), pairing.ofTwin(), wording, captions, draws, partial));
    }

    private static Told told(
            Scene scene, Statement first, Wording wording, Captions captions, Draws draws, int partial) {
        List<Statement> claims = new ArrayList<>(List.of(first, Claims.full(scene)));
        for (int i = 0; i < partial; i++) {
            claims.add(Claims.some(scene, draws));
        }
        List<String> words = new ArrayList<>(List.of(wording.caption(first)));
        claims.stream()
                .skip(1)
                .map(claim -> captions.wording(draws.any()).caption(claim))
                .forEach(words::add);
        return new Told(scene, claims, words);
    }

    /** As it is seen: {@code [3, size, size]}. */
    float[] picture(Scene scene) {
        BufferedImage drawn = RENDERER.draw(scene);
        int side = drawn.getWidth();
        int[] argb = drawn.getRGB(0, 0, side, side, null, 0, side);
        byte[] rgb = new byte[3 * argb.length];
        for (int i = 0; i < argb.length; i++) {
            rgb[3 * i] = (byte) (argb[i] >> 16);
            rgb[3 * i + 1] = (byte) (argb[i] >> 8);
            rgb[3 * i + 2] = (byte) argb[i];
        }
        return SquarePictures.levels(SquarePictures.square(new RgbImage(side, side, rgb), size));
    }
}
