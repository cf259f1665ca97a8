package dev.glimpse.index;

import dev.glimpse.item.Kind;
import dev.glimpse.item.Position;
import dev.glimpse.topic.SourceStamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a view has read, kept in the same commit as what it read. Immutable.
 *
 * @param origin   the topic that it reads
 * @param next     for each partition of that topic, the offset that is read next
 * @param sources  for each partition of the source topics, what of it the view holds
 * @param caughtUp whether the view has, at some time, held all that the source topics held
 * @param time     when this was so
 */
public record ViewPositions(
        Origin origin, Map<Integer, Long> next, Map<SourcePartition, Reached> sources, boolean caughtUp, Instant time) {

    /**
     * The topic that a view reads: a view of another one is worthless.
     *
     * @param cluster the id of the Kafka cluster
     * @param topic   the topic's name, which for embeddings names their space
     * @param topicId the id that the broker gave the topic
     */
    public record Origin(String cluster, String topic, String topicId) {}

    /** One partition of a kind's source topic. */
    public record SourcePartition(Kind kind, int partition) {
        @Override
        public String toString() {
            return kind.plural() + "-" + partition;
        }
    }

    /**
     * How far the encoders had come.
     *
     * @param topicId the source topic's id: offsets of another topic of the same name do not compare
     * @param offset  everything up to, and with, this source offset is in the view
     */
    public record Reached(String topicId, long offset) {}

    /** Copies the maps. */
    public ViewPositions {
        next = Map.copyOf(next);
        sources = Map.copyOf(sources);
    }

    /** The positions of a view that has read nothing. */
    public static ViewPositions none(Origin origin) {
        return new ViewPositions(origin, Map.of(), Map.of(), false, Instant.now());
    }

    /** These positions after further records. */
    public ViewPositions advanced(Map<Integer, Long> next, Iterable<SourceStamp> stamps) {
        Map<Integer, Long> nextNow = new HashMap<>(this.next);
        nextNow.putAll(next);
        Map<SourcePartition, Reached> sourcesNow = new HashMap<>(sources);
        for (SourceStamp stamp : stamps) {
            Reached reached = new Reached(stamp.topicId(), stamp.position().offset());
            sourcesNow.merge(
                    new SourcePartition(
                            stamp.position().kind(), stamp.position().partition()),
                    reached,
                    (before, now) ->
                            before.topicId().equals(now.topicId()) && before.offset() > now.offset() ? before : now);
        }
        return new ViewPositions(origin, nextNow, sourcesNow, caughtUp, Instant.now());
    }

    /** These positions, once the view has held all that the source topics held. */
    public ViewPositions afterCatchingUp() {
        return new ViewPositions(origin, next, sources, true, Instant.now());
    }

    /** Whether a source record at this position is in the view, or was refused or superseded. */
    public boolean reached(Position position) {
        Reached reached = sources.get(new SourcePartition(position.kind(), position.partition()));
        return reached != null && reached.offset() >= position.offset();
    }

    /** The form in which a commit carries them. */
    public Map<String, String> toCommit() {
        Map<String, String> commit = new TreeMap<>();
        commit.put("cluster", origin.cluster());
        commit.put("topic", origin.topic());
        commit.put("topic-id", origin.topicId());
        commit.put("caught-up", Boolean.toString(caughtUp));
        commit.put("time", time.toString());
        next.forEach((partition, offset) -> commit.put("next." + partition, Long.toString(offset)));
        sources.forEach((source, reached) -> commit.put(
                "source." + source.kind().plural() + "." + source.partition(),
                reached.topicId() + " " + reached.offset()));
        return commit;
    }

    /**
     * Reads the form in which a commit carries them.
     *
     * @throws IllegalArgumentException if something is missing or malformed
     */
    public static ViewPositions ofCommit(Map<String, String> commit) {
        Map<Integer, Long> next = new HashMap<>();
        Map<SourcePartition, Reached> sources = new HashMap<>();
        commit.forEach((key, value) -> {
            String[] parts = key.split("\\.", 3);
            if (parts[0].equals("next")) {
                next.put(Integer.parseInt(parts[1]), Long.parseLong(value));
            } else if (parts[0].equals("source")) {
                String[] reached = value.split(" ", 2);
                sources.put(
                        new SourcePartition(Kind.ofPlural(parts[1]).orElseThrow(), Integer.parseInt(parts[2])),
                        new Reached(reached[0], Long.parseLong(reached[1])));
            }
        });
        Origin origin =
                new Origin(required(commit, "cluster"), required(commit, "topic"), required(commit, "topic-id"));
        return new ViewPositions(
                origin,
                next,
                sources,
                Boolean.parseBoolean(commit.get("caught-up")),
                Instant.parse(required(commit, "time")));
    }

    private static String required(Map<String, String> commit, String key) {
        String value = commit.get(key);
        if (value == null) {
            throw new IllegalArgumentException("the commit does not say its " + key);
        }
        return value;
    }
}
