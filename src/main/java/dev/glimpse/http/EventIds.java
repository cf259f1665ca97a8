package dev.glimpse.http;

import dev.glimpse.query.SearchEvent;
import dev.glimpse.query.SearchQuery;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The ids of one stream's events: the positions of the view, in base 36, and an ordinal; at most 256 bytes for 32
 * partitions. The last event's id ends with {@value #END}: a client that reconnects with it wants nothing more. One that ends with
 * {@value #RESUMED} says from where on matches are told to a client that reconnects with it.
 */
final class EventIds {

    private static final String END = ".end";
    private static final String RESUMED = ".m";
    private static final int RADIX = 36;

    private String positions = "0";
    private int ordinal;
    private boolean resumed;

    String next(SearchEvent event) {
        if (event instanceof SearchEvent.Final last) {
            positions = written(last.positions());
            resumed = last.live() == SearchQuery.Live.MATCHES;
        } else if (event instanceof SearchEvent.Match match) {
            positions = written(match.resume());
            resumed = true;
        } else if (event instanceof SearchEvent.Reset) {
            positions = "0";
            resumed = false;
        }
        return positions + "." + ordinal++ + (event.isLast() ? END : resumed ? RESUMED : "");
    }

    /** Whether this id marks the end of an answer. */
    static boolean isEnd(String id) {
        return id.endsWith(END);
    }

    /** By partition, from where on matches are told; empty where the id does not say. */
    static Optional<Map<Integer, Long>> resumed(String id) {
        if (!id.endsWith(RESUMED)) {
            return Optional.empty();
        }
        Map<Integer, Long> positions = new HashMap<>();
        try {
            for (String offset : id.substring(0, id.indexOf('.')).split("-", -1)) {
                long next = Long.parseUnsignedLong(offset, RADIX);
                if (next < 0) {
                    return Optional.empty();
                }
                positions.put(positions.size(), next);
            }
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
        return Optional.of(positions);
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
