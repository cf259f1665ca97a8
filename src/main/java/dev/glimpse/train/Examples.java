package dev.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * What one step is taken on, before it is arrays.
 *
 * @param picture  the shape of each: {@code [3, size, size]}, or of what a backbone makes of it
 * @param pictures their numbers
 * @param captions token ids of each, or none where there are features
 * @param features of each caption, or none where there are tokens
 * @param truth    for each picture, of each caption
 * @param numbers  of the first pictures in their set; none of drawn scenes, which come behind
 * @param scenes   that the last pictures show; none of pairs, which come before
 * @param claims   of the last captions; none of pairs, which come before
 * @param said     of the first captions the numbers that are put together; none of drawn scenes
 */
record Examples(
        Shape picture,
        List<float[]> pictures,
        List<long[]> captions,
        List<float[]> features,
        Truth[][] truth,
        int[] numbers,
        List<Scene> scenes,
        List<Statement> claims,
        List<int[]> said) {

    private static final int GROUPS = 4;

    /**
     * These and others together: what is said of the ones is wrong of the others, but of some nothing is known.
     *
     * @param unknown      for each of these pictures, whether it or its captions may be right of the others'
     * @param captionsEach of these pictures
     */
    Examples with(Examples others, boolean[] unknown, int captionsEach) {
        int mine = truth[0].length;
        int theirs = others.truth[0].length;
        Truth[][] all = new Truth[truth.length + others.truth.length][mine + theirs];
        for (int row = 0; row < all.length; row++) {
            if (row < truth.length) {
                System.arraycopy(truth[row], 0, all[row], 0, mine);
                Arrays.fill(all[row], mine, mine + theirs, unknown[row] ? Truth.UNKNOWN : Truth.WRONG);
            } else {
                for (int column = 0; column < mine; column++) {
                    all[row][column] = unknown[column / captionsEach] ? Truth.UNKNOWN : Truth.WRONG;
                }
                System.arraycopy(others.truth[row - truth.length], 0, all[row], mine, theirs);
            }
        }
        return new Examples(
                picture,
                joined(pictures, others.pictures),
                joined(captions, others.captions),
                joined(features, others.features),
                all,
                numbers,
                others.scenes,
                others.claims,
                said);
    }

    /** The same of what enters an image branch. */
    Examples entering(ImageBranch image) {
        return new Examples(
                image.entry(), image.entering(pictures), captions, features, truth, numbers, scenes, claims, said);
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /** As arrays of the manager: captions of like lengths together, so that little of them is padding. */
    Batch batch(NDManager manager) {
        int[] order = order();
        return new Batch(
                rows(manager, pictures, picture),
                texts(manager),
                order,
                matrix(manager, order, of -> of == Truth.OWN),
                matrix(manager, order, of -> of == Truth.OWN || of == Truth.RIGHT),
                matrix(manager, order, of -> of == Truth.UNKNOWN));
    }

    /** The captions alone, in groups. */
    List<Texts> texts(NDManager manager) {
        int[] order = order();
        List<Texts> texts = new ArrayList<>();
        for (int group = 0; group < GROUPS; group++) {
            int from = order.length * group / GROUPS;
            int to = order.length * (group + 1) / GROUPS;
            if (to > from) {
                texts.add(texts(manager, Arrays.copyOfRange(order, from, to)));
            }
        }
        return texts;
    }

    /** The captions in the order that they have in a batch. */
    int[] order() {
        return IntStream.range(0, truth[0].length)
                .boxed()
                .sorted(Comparator.comparingInt(this::length))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private int length(int caption) {
        return features.isEmpty() ? captions.get(caption).length : 0;
    }

    private Texts texts(NDManager manager, int[] chosen) {
        return features.isEmpty()
                ? Texts.ofTokens(
                        manager, Arrays.stream(chosen).mapToObj(captions::get).toList())
                : Texts.ofFeatures(
                        manager, Arrays.stream(chosen).mapToObj(features::get).toList());
    }

    /** A matrix {@code [pictures, captions]}, of 1 where the truth is such. */
    NDArray matrix(NDManager manager, int[] order, Predicate<Truth> test) {
        float[] numbers = new float[truth.length * order.length];
        for (int row = 0; row < truth.length; row++) {
            for (int column = 0; column < order.length; column++) {
                numbers[row * order.length + column] = test.test(truth[row][order[column]]) ? 1 : 0;
            }
        }
        return manager.create(numbers, new Shape(truth.length, order.length));
    }

    /** Rows as one array: {@code [n, shape...]}. */
    static NDArray rows(NDManager manager, List<float[]> rows, Shape shape) {
        int width = (int) shape.size();
        float[] all = new float[rows.size() * width];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * width, width);
        }
        return manager.create(all, new Shape(rows.size()).addAll(shape));
    }

    /** Captions: {@code [m, s]} int64 each, padded to the longest; or features {@code [m, width]} and a mask of nothing. */
    record Texts(NDArray input, NDArray mask) {

        static Texts ofFeatures(NDManager manager, List<float[]> features) {
            Shape width = new Shape(features.getFirst().length);
            return new Texts(rows(manager, features, width), manager.zeros(new Shape(1)));
        }

        static Texts ofTokens(NDManager manager, List<long[]> captions) {
            int longest = captions.stream().mapToInt(of -> of.length).max().orElseThrow();
            long[] ids = new long[captions.size() * longest];
            long[] mask = new long[ids.length];
            for (int i = 0; i < captions.size(); i++) {
                long[] of = captions.get(i);
                System.arraycopy(of, 0, ids, i * longest, of.length);
                Arrays.fill(mask, i * longest, i * longest + of.length, 1);
            }
            Shape shape = new Shape(captions.size(), longest);
            return new Texts(manager.create(ids, shape), manager.create(mask, shape));
        }
    }
}
