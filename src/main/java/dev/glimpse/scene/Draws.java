package dev.glimpse.scene;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** The random choices of one scene or one wording, in their order. Not for sharing between threads. */
public final class Draws {

    private final SplittableRandom random;

    private Draws(SplittableRandom random) {
        this.random = random;
    }

    /**
     * The choices of the number under the seed, which depend on nothing else. The seed is mixed first, since numbers
     * and seeds would otherwise add up to each other; the series of neighbouring numbers do not meet, as the
     * generator's own step is far from every small number.
     */
    public static Draws of(long seed, long number) {
        long mixed = new SplittableRandom(seed).nextLong();
        return new Draws(new SplittableRandom(mixed + number));
    }

    /** Evenly from {@code least} to {@code most}. */
    public double between(double least, double most) {
        return random.nextDouble(least, most);
    }

    /** Evenly to that distance on either side of zero. */
    public double around(double distance) {
        return between(-distance, distance);
    }

    /** Evenly from {@code least} to {@code most}, both included. */
    public int wholeBetween(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    /** True in one of so many draws. */
    public boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    /** Any number. */
    public long any() {
        return random.nextLong();
    }

    /** All of them in any order. */
    public <T> List<T> shuffled(List<T> all) {
        List<T> shuffled = new ArrayList<>(all);
        for (int last = shuffled.size() - 1; last > 0; last--) {
            Collections.swap(shuffled, last, random.nextInt(last + 1));
        }
        return shuffled;
    }

    /** Any of them, each as likely. */
    public <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
