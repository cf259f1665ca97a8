package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import dev.glimpse.item.ItemId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Shows what is nearly the same as one. */
final class Collapse {

    /** What rounding may take from the cosine of two equal embeddings. */
    private static final float ROUNDING = 1e-6f;

    private final float threshold;
    private final Function<ItemId, Embedding> embeddings;
    private final BooleanSupplier proceed;

    /**
     * @param threshold  from which cosine of their embeddings on two items of a kind are alike
     * @param embeddings of items
     * @param proceed    asked whether to go on
     */
    Collapse(float threshold, Function<ItemId, Embedding> embeddings, BooleanSupplier proceed) {
        this.threshold = threshold;
        this.embeddings = embeddings;
        this.proceed = proceed;
    }

    /** Whether a cosine is that of two items that are alike. */
    boolean isAlike(float similarity) {
        return similarity >= threshold - ROUNDING;
    }

    /**
     * The first items of a ranking that are alike neither to one before them nor to one that was shown; fewer where it was not to
     * go on.
     *
     * @param ranking best first
     * @param shown   before
     * @param k       how many at most
     */
    List<Ranked> unlike(List<Ranked> ranking, Collection<ItemId> shown, int k) {
        Set<ItemId> before = new HashSet<>(shown);
        List<Shown> leaders = new ArrayList<>();
        shown.forEach(item -> leaders.add(new Shown(item, embeddings.apply(item))));
        List<Ranked> unlike = new ArrayList<>();
        for (Ranked of : ranking) {
            if (unlike.size() == k || !proceed.getAsBoolean()) {
                break;
            }
            ItemId item = of.item();
            if (before.contains(item)) {
                continue;
            }
            Embedding embedding = embeddings.apply(item);
            if (leaders.stream()
                    .noneMatch(one -> one.item().kind() == item.kind()
                            && isAlike(one.embedding().dot(embedding)))) {
                leaders.add(new Shown(item, embedding));
                unlike.add(of);
            }
        }
        return unlike;
    }

    private record Shown(ItemId item, Embedding embedding) {}
}
