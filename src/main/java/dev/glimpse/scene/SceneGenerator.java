package dev.glimpse.scene;

import java.util.List;
import java.util.stream.LongStream;

/**
 * A series of scenes without end. Scene <i>n</i> is a function of the seed and <i>n</i> alone: the same on every run,
 * and independent of the scenes before it. Half of the scenes are pairs, in which most can be said and mistaken;
 * singles are a fifth, counts and triples three twentieths each. Stateless, so threads may share one.
 *
 * @param seed what tells one series from another
 */
public record SceneGenerator(long seed) {

    /** The scene of that number; any number has one. */
    public Scene scene(long number) {
        Draws draws = Draws.of(seed, number);
        var layout = new Layout(draws);
        int twentieth = draws.wholeBetween(1, 20);
        if (twentieth <= 10) {
            return layout.pair();
        }
        if (twentieth <= 14) {
            return layout.single();
        }
        return twentieth <= 17 ? layout.count() : layout.triple();
    }

    /** The first scenes of the series, from number 0. */
    public List<Scene> first(int count) {
        return LongStream.range(0, count).mapToObj(this::scene).toList();
    }
}
