package dev.glimpse.scene;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * A series of scenes without end. Scene <i>n</i> is a function of the domain, the seed and <i>n</i> alone: the same on
 * every run, and independent of the scenes before it. Half of the basic scenes are pairs, in which most can be said and
 * mistaken; singles are a fifth, counts and triples three twentieths each. In the wide domain, pairs are nine twentieths
 * and triples a fifth. Stateless, so threads may share one.
 *
 * @param domain what the scenes may show
 * @param seed   what tells one series from another
 */
public record SceneGenerator(Domain domain, long seed) {

    private static final int MOST_TRIES = 100_000;

    /** Steps from one seed to the next try's, far from every small number. */
    private static final long STRIDE = 0x9E3779B97F4A7C15L;

    /** One of basic scenes. */
    public SceneGenerator(long seed) {
        this(Domain.BASIC, seed);
    }

    /** The scene of that number; any number has one. */
    public Scene scene(long number) {
        return drawn(Draws.of(seed, number));
    }

    /**
     * The scene of that number among those wanted: {@code scene(n, Split.HELD_OUT.and(Relation.ABOVE::isShownBy))}.
     * Scenes are drawn until one is wanted, so a rare wish takes long.
     *
     * @throws IllegalArgumentException if none in a hundred thousand is wanted
     */
    public Scene scene(long number, Predicate<Scene> wanted) {
        for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
            Scene scene = drawn(Draws.of(seed + attempt * STRIDE, number));
            if (wanted.test(scene)) {
                return scene;
            }
        }
        throw new IllegalArgumentException("none of %d scenes of %s is wanted".formatted(MOST_TRIES, this));
    }

    /** The first scenes of the series, from number 0. */
    public List<Scene> first(int count) {
        return LongStream.range(0, count).mapToObj(this::scene).toList();
    }

    private Scene drawn(Draws draws) {
        return switch (domain) {
            case BASIC -> basic(new Layout(draws), draws.wholeBetween(1, 20));
            case WIDE -> wide(new WideLayout(draws), draws.wholeBetween(1, 20));
        };
    }

    private static Scene basic(Layout layout, int twentieth) {
        if (twentieth <= 10) {
            return layout.pair();
        }
        if (twentieth <= 14) {
            return layout.single();
        }
        return twentieth <= 17 ? layout.count() : layout.triple();
    }

    private static Scene wide(WideLayout layout, int twentieth) {
        if (twentieth <= 9) {
            return layout.pair();
        }
        if (twentieth <= 13) {
            return layout.single();
        }
        return twentieth <= 16 ? layout.count() : layout.triple();
    }
}
