package dev.glimpse.index;

import dev.glimpse.item.Kind;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where the source topics ended when the view first looked, and whether the view has come that far. The last offsets of a
 * partition may be those of transaction markers, which no encoder can ever have read a record at: then it is the
 * consumer's position, not the record's offset, that tells. Not thread-safe.
 */
final class SourceEnds {

    private static final Duration POLL = Duration.ofMillis(200);
    /** For a first connection and fetch. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Looking costs a fetch: not at every poll of a view that has far to go. */
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final KafkaClients clients;
    private final Namespace namespace;
    private final int partitions;
    private @Nullable Map<TopicPartition, Long> ends;
    private long nextLook = System.nanoTime();

    SourceEnds(KafkaClients clients, Namespace namespace, int partitions) {
        this.clients = clients;
        this.namespace = namespace;
        this.partitions = partitions;
    }

    boolean reachedBy(ViewPositions positions) {
        Map<TopicPartition, Long> missing = new HashMap<>(ends());
        missing.entrySet().removeIf(end -> next(positions, end.getKey()) >= end.getValue());
        if (missing.isEmpty()) {
            return true;
        }
        if (System.nanoTime() - nextLook < 0) {
            return false;
        }
        nextLook = System.nanoTime() + INTERVAL.toNanos();
        try (KafkaConsumer<byte[], byte[]> probe = clients.reader("source-ends")) {
            for (Map.Entry<TopicPartition, Long> end : missing.entrySet()) {
                probe.assign(List.of(end.getKey()));
                long from = next(positions, end.getKey());
                if (from == 0) {
                    probe.seekToBeginning(List.of(end.getKey()));
                } else {
                    probe.seek(end.getKey(), from);
                }
                if (!onlyMarkersBefore(probe, end.getKey(), end.getValue())) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Whether a reader comes from where it stands to an offset without meeting a record. */
    private static boolean onlyMarkersBefore(KafkaConsumer<byte[], byte[]> probe, TopicPartition partition, long end) {
        long patience = System.nanoTime() + PATIENCE.toNanos();
        while (probe.position(partition) < end) {
            if (!probe.poll(POLL).isEmpty() || System.nanoTime() - patience > 0) {
                return false;
            }
        }
        return true;
    }

    private long next(ViewPositions positions, TopicPartition partition) {
        Kind kind = namespace.kindOf(partition.topic()).orElseThrow();
        ViewPositions.Reached reached =
                positions.sources().get(new ViewPositions.SourcePartition(kind, partition.partition()));
        return reached == null ? 0 : reached.offset() + 1;
    }

    private Map<TopicPartition, Long> ends() {
        Map<TopicPartition, Long> known = ends;
        if (known == null) {
            Map<TopicPartition, Long> found = new HashMap<>();
            try (KafkaConsumer<byte[], byte[]> reader = clients.reader("source-ends")) {
                for (Kind kind : Kind.values()) {
                    for (int partition = 0; partition < partitions; partition++) {
                        TopicPartition source = new TopicPartition(namespace.source(kind), partition);
                        long end = reader.endOffsets(List.of(source)).getOrDefault(source, 0L);
                        long begin = reader.beginningOffsets(List.of(source)).getOrDefault(source, 0L);
                        if (end > begin) {
                            found.put(source, end);
                        }
                    }
                }
            }
            ends = found;
            known = found;
        }
        return known;
    }
}
