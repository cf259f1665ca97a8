package dev.glimpse.match;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a matcher notes beside the offset that it commits for a partition of the embeddings topic: which queries counted there. Who
 * goes on from that offset lets those count from there on, tells of no other that it counts until it has, and loses none.
 *
 * @param embeddingsId the id of the embeddings topic
 * @param queriesId    the id of the queries topic
 * @param queries      by partition of that, the offset after what counted
 */
record MatchProgress(String embeddingsId, String queriesId, Map<Integer, Long> queries) {

    static final MatchProgress NONE = new MatchProgress("", "", Map.of());

    /** Reads the written form; what is none is {@link #NONE}. */
    static MatchProgress parse(String written) {
        String[] parts = written.split(" ", -1);
        if (parts.length != 3) {
            return NONE;
        }
        Map<Integer, Long> queries = new HashMap<>();
        try {
            for (String one : parts[2].isEmpty() ? new String[0] : parts[2].split(",", -1)) {
                String[] pair = one.split(":", 2);
                queries.put(Integer.parseInt(pair[0]), Long.parseLong(pair[1]));
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return NONE;
        }
        return new MatchProgress(parts[0], parts[1], Map.copyOf(queries));
    }

    String written() {
        return embeddingsId + " " + queriesId + " "
                + new TreeMap<>(queries)
                        .entrySet().stream()
                                .map(one -> one.getKey() + ":" + one.getValue())
                                .collect(Collectors.joining(","));
    }
}
