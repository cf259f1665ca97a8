package dev.glimpse.match;

import dev.glimpse.query.QueryException;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.LogPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows the queries topic from its beginning, on a thread of its own, on which queries are encoded: so that comparing goes on
 * meanwhile. What it has read waits, in order and in bounded number, to be taken.
 */
final class QueryFeed implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(QueryFeed.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int WAITING = 16;

    /** A poll's worth is handed over in pieces, so that a transaction has no more of them. */
    private static final int PIECE = 500;

    /** After so many tries it is asked whether it is the query's fault. */
    private static final int TRIES = 5;

    /**
     * Changes, in the order of each partition.
     *
     * @param next    by partition, the offset after them
     * @param isWhole whether the topic was read once to where it ended: before that, what is known may be neither an old state
     *     nor the newest, since the topic is compacted
     * @param anew    whether the topic is read from its beginning: what was read before counts no more
     */
    record Changes(List<QueryChange> changes, Map<Integer, Long> next, boolean isWhole, boolean anew) {}

    private final KafkaClients clients;
    private final String topic;
    private final int partitions;
    private final QueryReader reader;
    private final MatchHealth health;
    private final BlockingQueue<Changes> read = new ArrayBlockingQueue<>(WAITING);
    private final Thread thread = Thread.ofPlatform().name("queries").daemon().unstarted(this::run);

    /** Up to where it was handed over: from there it is read again after a fault. Of the thread alone. */
    private Map<Integer, Long> handed = Map.of();

    private boolean isWhole;
    private boolean anew;

    private volatile boolean stopping;

    QueryFeed(KafkaClients clients, String topic, int partitions, QueryReader reader, MatchHealth health) {
        this.clients = clients;
        this.topic = topic;
        this.partitions = partitions;
        this.reader = reader;
        this.health = health;
    }

    void start() {
        thread.start();
    }

    /** What was read next, or null where there is nothing yet. */
    @Nullable
    Changes take() {
        return read.poll();
    }

    /**
     * Reads a record again.
     *
     * @return empty where it is no longer there
     */
    Optional<ConsumerRecord<byte[], byte[]>> again(LogPosition position) {
        try (KafkaConsumer<byte[], byte[]> consumer = clients.reader("refused-queries")) {
            TopicPartition of = new TopicPartition(topic, position.partition());
            consumer.assign(List.of(of));
            consumer.seek(of, position.offset());
            while (consumer.position(of) <= position.offset() && !stopping) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(of)) {
                    if (record.offset() == position.offset()) {
                        return Optional.of(record);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private void run() {
        while (!stopping) {
            try (KafkaConsumer<byte[], byte[]> consumer = clients.reader("queries")) {
                follow(consumer);
            } catch (InterruptedException e) {
                LOG.debug("The service stops");
                return;
            } catch (RuntimeException | Error e) {
                if (e instanceof OffsetOutOfRangeException) {
                    LOG.warnf("The topic %s was made anew: it is read from its beginning", topic);
                    handed = Map.of();
                }
                if (!stopping) {
                    health.failing(MatchHealth.QUERIES, e);
                    LOG.warnf("The standing queries can't be read, which is tried again: %s", e.getMessage());
                }
                pause();
            }
        }
    }

    private void follow(KafkaConsumer<byte[], byte[]> consumer) throws InterruptedException {
        List<TopicPartition> all = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            all.add(new TopicPartition(topic, partition));
        }
        consumer.assign(all);
        consumer.seekToBeginning(all);
        handed.forEach((partition, offset) -> consumer.seek(new TopicPartition(topic, partition), offset));
        Map<Integer, Long> next = new HashMap<>(handed);
        Map<TopicPartition, Long> ends = consumer.endOffsets(all);
        isWhole &= !handed.isEmpty();
        anew = handed.isEmpty();
        while (!stopping) {
            List<QueryChange> changes = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                changes.add(read(record));
                LogPosition version = changes.getLast().version();
                next.put(version.partition(), version.offset() + 1);
                if (changes.size() == PIECE) {
                    hand(changes, next);
                    changes = new ArrayList<>();
                }
            }
            boolean advanced = false;
            for (TopicPartition partition : all) {
                Long before = next.put(partition.partition(), consumer.position(partition));
                advanced |= before == null || before != consumer.position(partition);
            }
            boolean whole = isWhole
                    || ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            if (advanced || !changes.isEmpty() || whole != isWhole) {
                isWhole = whole;
                hand(changes, next);
            }
            health.passing(MatchHealth.QUERIES);
        }
    }

    private QueryChange read(ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                return reader.read(record);
            } catch (QueryException e) {
                // The encoder's trouble, or too many queries: no reason to lose one.
                health.failing(MatchHealth.QUERIES, e);
                LOG.debugf(e, "The query at offset %d is tried again", record.offset());
                if (tries >= TRIES && reader.canEncode()) {
                    return QueryReader.refuse(record, e);
                }
                if (stopping) {
                    throw new InterruptedException();
                }
                Thread.sleep(POLL);
            }
        }
    }

    private void hand(List<QueryChange> changes, Map<Integer, Long> next) throws InterruptedException {
        Changes ready = new Changes(List.copyOf(changes), Map.copyOf(next), isWhole, anew);
        while (!read.offer(ready, POLL.toMillis(), TimeUnit.MILLISECONDS)) {
            if (stopping) {
                throw new InterruptedException();
            }
        }
        handed = ready.next();
        anew = false;
    }

    private void pause() {
        try {
            for (int i = 0; i < 5 && !stopping; i++) {
                Thread.sleep(POLL);
            }
        } catch (InterruptedException e) {
            stopping = true;
        }
    }

    @Override
    public void close() {
        stopping = true;
        try {
            // It looks up between two polls; it may also wait for an encoder.
            if (!thread.join(POLL.multipliedBy(3))) {
                thread.interrupt();
                thread.join(Duration.ofSeconds(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
