package dev.glimpse.query;

import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.index.IndexedItem;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import dev.glimpse.item.Metadata;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes what is ranked into what is shown. What is shown of an item is looked up once an answer. Not thread-safe. */
final class Hits {

    private final Map<ItemId, IndexedItem.Visible> details = new HashMap<>();

    /**
     * @param ranking    in its order, of items of the snapshot
     * @param duplicates of those that have any
     */
    List<SearchEvent.Hit> of(
            List<Ranked> ranking, Map<ItemId, List<String>> duplicates, String stage, IndexSnapshot snapshot) {
        List<SearchEvent.Hit> hits = new ArrayList<>(ranking.size());
        for (Ranked of : ranking) {
            ItemId item = of.item();
            IndexedItem.Visible known = details.computeIfAbsent(item, id -> visible(id, snapshot));
            Metadata metadata = known.metadata();
            hits.add(new SearchEvent.Hit(
                    hits.size() + 1,
                    item.kind().word(),
                    item.id(),
                    of.similarity(),
                    of.score(),
                    stage,
                    known.text(),
                    preview(item),
                    metadata.isEmpty() ? null : metadata,
                    duplicates.get(item)));
        }
        return hits;
    }

    /** The address of an image's small picture; null for other kinds. */
    static @Nullable String preview(ItemId item) {
        return item.kind() == Kind.IMAGE ? "/images/" + segment(item.id()) + "/preview" : null;
    }

    private static IndexedItem.Visible visible(ItemId item, IndexSnapshot snapshot) {
        return snapshot.find(item)
                .filter(IndexedItem.Visible.class::isInstance)
                .map(IndexedItem.Visible.class::cast)
                .orElseThrow(
                        () -> new IllegalStateException("the index found %s, and does not know it".formatted(item)));
    }

    /** The id as one segment of an address's path (RFC 3986). */
    private static String segment(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
