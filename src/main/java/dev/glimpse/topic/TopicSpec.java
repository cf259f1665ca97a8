package dev.glimpse.topic;

import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What one topic must be.
 *
 * @param name         its name
 * @param partitions   its number of partitions
 * @param settings     the settings with which it is created
 */
record TopicSpec(String name, int partitions, Map<String, String> settings) {

    /** A topic that keeps the newest record of each key. */
    static TopicSpec compacted(String name, int partitions, int maxMessageBytes, long deleteRetentionMillis) {
        Map<String, String> settings = new TreeMap<>();
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
        settings.put(TopicConfig.DELETE_RETENTION_MS_CONFIG, Long.toString(deleteRetentionMillis));
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(maxMessageBytes));
        return new TopicSpec(name, partitions, settings);
    }

    /** A topic that keeps its records for a time. */
    static TopicSpec timed(String name, int partitions, int maxMessageBytes, long retentionMillis) {
        Map<String, String> settings = new TreeMap<>();
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retentionMillis));
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(maxMessageBytes));
        return new TopicSpec(name, partitions, settings);
    }

    /** How the topic is cleaned: {@code compact} or {@code delete}. */
    String cleanupPolicy() {
        return settings.getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
    }

    /** The largest batch that it takes, in bytes. */
    int maxMessageBytes() {
        return Integer.parseInt(settings.getOrDefault(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "0"));
    }
}
