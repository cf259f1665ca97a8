package dev.glimpse.index;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** Reads again what arrived, from the embeddings topic: of what was superseded meanwhile the newest, at its place. One thread. */
public final class ArrivalReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Function<List<ConsumerRecord<byte[], byte[]>>, List<Arrival>> read;

    ArrivalReader(
            KafkaConsumer<byte[], byte[]> consumer,
            String topic,
            Map<Integer, Long> from,
            Function<List<ConsumerRecord<byte[], byte[]>>, List<Arrival>> read) {
        this.consumer = consumer;
        this.read = read;
        List<TopicPartition> partitions = from.keySet().stream()
                .map(partition -> new TopicPartition(topic, partition))
                .toList();
        try {
            consumer.assign(partitions);
            from.forEach((partition, offset) -> consumer.seek(new TopicPartition(topic, partition), offset));
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /**
     * What comes next; waits a little for it.
     *
     * @throws GoneException if the topic does not reach so far back, or is not that long
     */
    public List<Arrival> next() throws GoneException {
        try {
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            consumer.poll(POLL).forEach(records::add);
            records.sort(Comparator.comparingInt(ConsumerRecord::partition));
            return read.apply(records);
        } catch (OffsetOutOfRangeException e) {
            throw new GoneException(e);
        }
    }

    /** Whether the topic is long enough for what is read next. */
    public boolean isWithin() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) <= end.getValue());
    }

    /** By partition, the offset that is read next. */
    public Map<Integer, Long> positions() {
        Map<Integer, Long> positions = new HashMap<>();
        consumer.assignment().forEach(of -> positions.put(of.partition(), consumer.position(of)));
        return positions;
    }

    /** The topic does not have what is asked for. */
    public static final class GoneException extends Exception {

        private static final long serialVersionUID = 1L;

        GoneException(Exception cause) {
            super("the topic does not reach so far back any more, or was made anew", cause);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
