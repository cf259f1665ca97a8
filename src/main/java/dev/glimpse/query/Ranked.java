package dev.glimpse.query;

import dev.glimpse.index.Neighbour;
import dev.glimpse.item.ItemId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * An item of a ranking.
 *
 * @param similarity the cosine to the query
 * @param score      what it is ranked by
 */
record Ranked(ItemId item, float similarity, float score) {

    /** The constant of reciprocal-rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009). */
    private static final float FUSION = 60;

    /**
     * One ranking of the rankings by kind. Cosines of text and text, and of text and image, are not comparable: so several
     * kinds are fused by rank, {@code 1 / (60 + rank)}; ties go by kind, then id. One kind is ranked by similarity.
     *
     * @param byKind the best of each kind, best first
     */
    static List<Ranked> fuse(Collection<List<Neighbour>> byKind, int k) {
        List<Ranked> fused = new ArrayList<>();
        boolean one = byKind.size() == 1;
        for (List<Neighbour> neighbours : byKind) {
            for (int i = 0; i < neighbours.size(); i++) {
                Neighbour neighbour = neighbours.get(i);
                fused.add(new Ranked(
                        neighbour.item(), neighbour.similarity(), one ? neighbour.similarity() : 1 / (FUSION + i + 1)));
            }
        }
        fused.sort(Comparator.comparingDouble(Ranked::score).reversed().thenComparing(Ranked::item));
        return List.copyOf(fused.subList(0, Math.min(k, fused.size())));
    }
}
