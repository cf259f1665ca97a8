package dev.glimpse.http;

import dev.glimpse.query.SearchEvent;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The ids of one stream's events: the positions of the view, in base 36, and an ordinal; at most 256 bytes for 32
 * partitions. The last event's id ends with {@value #END}: a client that reconnects with it wants nothing more.
 */
final class EventIds {

    private static final String END = ".end";
    private static final int RADIX = 36;

    private String positions = "0";
    private int ordinal;

    String next(SearchEvent event) {
        if (event instanceof SearchEvent.Final last) {
            positions = written(last.positions());
        }
        return positions + "." + ordinal++ + (event.isLast() ? END : "");
    }

    /** Whether this id marks the end of an answer. */
    static boolean isEnd(String id) {
        return id.endsWith(END);
    }

    private static String written(Map<Integer, Long> positions) {
        return positions.isEmpty()
                ? "0"
                : new TreeMap<>(positions)
                        .values().stream()
                                .map(offset -> Long.toString(offset, RADIX))
                                .collect(Collectors.joining("-"));
    }
}
