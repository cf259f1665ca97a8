package dev.glimpse.scene;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** The random choices of one scene or one wording, in their order. Not for sharing between threads. */
final class Draws {

    private final SplittableRandom random;

    private Draws(SplittableRandom random) {
        this.random = random;
    }

    /**
     * The choices of the number under the seed, which depend on nothing else. The seed is mixed first, since numbers
     * and seeds would otherwise add up to each other; the series of neighbouring numbers do not meet, as the
     * generator's own step is far from every small number.
     */
    static Draws of(long seed, long number) {
        long mixed = new SplittableRandom(seed).nextLong();
        return new Draws(new SplittableRandom(mixed + number));
    }

    /** Evenly from {@code least} to {@code most}. */
    double between(double least, double most) {
        return random.nextDouble(least, most);
    }

    /** Evenly to that distance on either side of zero. */
    double around(double distance) {
        return between(-distance, distance);
    }

    /** Evenly from {@code least} to {@code most}, both included. */
    int wholeBetween(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    long any() {
        return random.nextLong();
    }

    /** All of them in any order. */
    <T> List<T> shuffled(List<T> all) {
        List<T> shuffled = new ArrayList<>(all);
        for (int last = shuffled.size() - 1; last > 0; last--) {
            Collections.swap(shuffled, last, random.nextInt(last + 1));
        }
        return shuffled;
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
