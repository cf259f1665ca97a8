package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.item.ItemId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is shown as one: the item that is ranked first, and those behind it that are nearly the same.
 *
 * @param others as many as are named
 */
record Group(Ranked first, List<ItemId> others) {

    /** So many of the others are named. */
    static final int NAMED = 10;

    /** Keeps its own. */
    Group {
        others = List.copyOf(others);
    }

    /**
     * The first groups of a ranking that were not shown yet. An item is like a group of its kind if the cosine of its embedding
     * and that of the group's first is at least the threshold; it joins the first group that it is like, else begins one.
     *
     * @param ranking    best first
     * @param shown      what was shown before, best first: neither it nor what is like it is shown again
     * @param collapse   the threshold; null where each item is a group of its own
     * @param embeddings of items
     * @param k          how many groups at most
     */
    static List<Group> of(
            List<Ranked> ranking,
            Collection<ItemId> shown,
            @Nullable Float collapse,
            Function<ItemId, Embedding> embeddings,
            int k) {
        Set<ItemId> before = new HashSet<>(shown);
        if (collapse == null) {
            return ranking.stream()
                    .filter(of -> !before.contains(of.item()))
                    .limit(k)
                    .map(of -> new Group(of, List.of()))
                    .toList();
        }
        Map<ItemId, List<ItemId>> leaders = new HashMap<>();
        List<Leader> inOrder = new ArrayList<>();
        shown.forEach(item -> inOrder.add(new Leader(item, embeddings.apply(item))));
        List<Ranked> first = new ArrayList<>();
        for (Ranked of : ranking) {
            if (before.contains(of.item())) {
                continue;
            }
            Embedding embedding = embeddings.apply(of.item());
            Leader leader = inOrder.stream()
                    .filter(one -> one.item().kind() == of.item().kind()
                            && one.embedding().dot(embedding) >= collapse)
                    .findFirst()
                    .orElse(null);
            if (leader != null) {
                List<ItemId> others = leaders.get(leader.item());
                if (others != null && others.size() < NAMED) {
                    others.add(of.item());
                }
            } else if (first.size() < k) {
                inOrder.add(new Leader(of.item(), embedding));
                leaders.put(of.item(), new ArrayList<>());
                first.add(of);
            }
        }
        return first.stream()
                .map(of -> new Group(of, leaders.getOrDefault(of.item(), List.of())))
                .toList();
    }

    private record Leader(ItemId item, Embedding embedding) {}
}
