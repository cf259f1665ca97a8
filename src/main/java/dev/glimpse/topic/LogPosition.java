package dev.glimpse.topic;

/**
 * Where a record stands in a topic, written {@code 0-42}. Offsets are compared only within one partition.
 *
 * @param partition of the topic, from 0
 * @param offset    there, from 0
 */
public record LogPosition(int partition, long offset) {
    @Override
    public String toString() {
        return partition + "-" + offset;
    }
}
