package dev.glimpse.query;

import java.util.ArrayList;
import java.util.List;

/**
 * A client's list, kept by the events of a stream: the ten lines that stand in the README. Not thread-safe.
 */
public final class RankedList {

    private final List<SearchEvent.Hit> hits = new ArrayList<>();

    /** Applies an event. */
    public void apply(SearchEvent event) {
        switch (event) {
            case SearchEvent.Hit hit -> {
                hits.removeIf(
                        known -> known.kind().equals(hit.kind()) && known.id().equals(hit.id()));
                hits.add(hit.rank() - 1, hit);
            }
            case SearchEvent.Drop drop ->
                hits.removeIf(
                        known -> known.kind().equals(drop.kind()) && known.id().equals(drop.id()));
            case SearchEvent.Reset _ -> hits.clear();
            case SearchEvent.Query _,
                    SearchEvent.Stage _,
                    SearchEvent.Final _,
                    SearchEvent.Problem _,
                    SearchEvent.Match _,
                    SearchEvent.Alive _ -> {}
        }
    }

    /** The list, best first, each with the rank that it has now: later insertions have moved it. */
    public List<SearchEvent.Hit> hits() {
        List<SearchEvent.Hit> ranked = new ArrayList<>(hits.size());
        for (SearchEvent.Hit hit : hits) {
            ranked.add(hit.atRank(ranked.size() + 1));
        }
        return ranked;
    }
}
