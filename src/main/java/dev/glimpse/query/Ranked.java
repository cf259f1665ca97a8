package dev.glimpse.query;

import dev.glimpse.index.Neighbour;
import dev.glimpse.index.WordMatch;
import dev.glimpse.item.ItemId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An item of a ranking.
 *
 * @param similarity the cosine to the query, where that is known
 * @param score      what it is ranked by
 */
record Ranked(ItemId item, @Nullable Float similarity, float score) {

    /** The constant of reciprocal-rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009). */
    private static final float FUSION = 60;

    private static final Comparator<Ranked> BEST_FIRST =
            Comparator.comparingDouble(Ranked::score).reversed().thenComparing(Ranked::item);

    /** Ranked by similarity. */
    static List<Ranked> ofNeighbours(List<Neighbour> neighbours) {
        return neighbours.stream()
                .map(of -> ofNeighbour(of.item(), Math.clamp(of.similarity(), -1f, 1f)))
                .toList();
    }

    private static Ranked ofNeighbour(ItemId item, float similarity) {
        return new Ranked(item, similarity, similarity);
    }

    /** Ranked by words. */
    static List<Ranked> ofWords(List<WordMatch> matches) {
        return matches.stream()
                .map(of -> new Ranked(of.item(), null, of.score()))
                .toList();
    }

    /**
     * One ranking of several. Cosines of text and text, and of text and image, are not comparable, and neither with what words
     * count: so several are fused by rank, the sum of {@code 1 / (60 + rank)}; ties go by kind, then id. One stays as it is.
     *
     * @param rankings each best first
     */
    static List<Ranked> fuse(Collection<List<Ranked>> rankings, int k) {
        if (rankings.size() == 1) {
            List<Ranked> one = rankings.iterator().next();
            return List.copyOf(one.subList(0, Math.min(k, one.size())));
        }
        Map<ItemId, Ranked> fused = new HashMap<>();
        for (List<Ranked> ranking : rankings) {
            for (int i = 0; i < ranking.size(); i++) {
                Ranked at = ranking.get(i);
                fused.merge(at.item(), new Ranked(at.item(), at.similarity(), 1 / (FUSION + i + 1)), Ranked::together);
            }
        }
        List<Ranked> all = new ArrayList<>(fused.values());
        all.sort(BEST_FIRST);
        return List.copyOf(all.subList(0, Math.min(k, all.size())));
    }

    private Ranked together(Ranked other) {
        return new Ranked(
                item, similarity == null ? other.similarity : Objects.requireNonNull(similarity), score + other.score);
    }
}
