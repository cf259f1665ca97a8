package dev.glimpse.index;

import dev.glimpse.topic.KafkaClients;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a store from its topic, on a thread of its own: assigns all partitions, seeks to the positions that the store
 * holds, applies what it polls, commits now and then. There is no consumer group: the store alone knows how far it is.
 * After a fault the store is opened again and read on from its last commit.
 *
 * @param <S> the store
 */
abstract class TopicView<S extends PositionedStore> {

    private static final Logger LOG = Logger.getLogger(TopicView.class);
    /**
     * What comes so shortly after other records is gathered: each time that some are applied costs a segment, which is merged
     * with others soon. What comes after a pause is applied at once.
     */
    private static final long GATHER_NANOS = 15_000_000;

    /** Where records come so soon after others are applied, more than one is likely to wait. */
    private static final long BUSY_NANOS = 2 * GATHER_NANOS;

    /** What lies in the log comes within so long. */
    private static final Duration ROUND_TRIP = Duration.ofMillis(1);

    private static final Duration POLL = Duration.ofMillis(100);
    private static final long FIRST_BACK_OFF_MILLIS = 200;
    private static final long MAX_BACK_OFF_MILLIS = 30_000;

    private final KafkaClients clients;
    private final String topic;
    private final int partitions;
    private final ViewDirectory<S> directory;
    private final Duration commitInterval;
    private final Thread thread;

    private ViewDirectory.@Nullable Opened<S> serving;
    private ViewDirectory.@Nullable Opened<S> feeding;
    private volatile @Nullable S served;
    private volatile boolean stopping;
    private volatile @Nullable String trouble;
    private volatile boolean startReached;
    private @Nullable KafkaConsumer<byte[], byte[]> consumer;

    TopicView(KafkaClients clients, String topic, int partitions, ViewDirectory<S> directory, Duration commitInterval) {
        this.clients = clients;
        this.topic = topic;
        this.partitions = partitions;
        this.directory = directory;
        this.commitInterval = commitInterval;
        this.thread = Thread.ofPlatform().name("view " + topic).unstarted(this::run);
    }

    /** Applies records, which may be none, and the positions after them. */
    abstract ViewPositions apply(
            S store, List<ConsumerRecord<byte[], byte[]>> records, ViewPositions before, Map<Integer, Long> next);

    /** What of a store's positions still holds. */
    ViewPositions trusted(ViewPositions positions) {
        return positions;
    }

    /** Whether a store at these positions holds all that it ought to hold before it is served for the first time. */
    abstract boolean isCaughtUp(ViewPositions positions);

    /** Another store serves from now on. */
    void replaced(ViewPositions positions) {}

    /** What was applied is now visible: in the store that serves. */
    void applied(ViewPositions positions) {}

    /** Begins to feed the store. */
    void start() {
        thread.start();
    }

    /** The store that answers, or null while there is none. */
    @Nullable
    S served() {
        return served;
    }

    /** Why the view does not advance, or null where it does. */
    @Nullable
    String trouble() {
        return trouble;
    }

    /** Whether what the topic held at start is applied, and the store has once held all that it ought to. */
    boolean isReady() {
        return served != null && startReached;
    }

    /** Stops feeding, commits and closes. */
    void stop() {
        stopping = true;
        KafkaConsumer<byte[], byte[]> open = consumer;
        if (open != null) {
            open.wakeup();
        }
        try {
            thread.join(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long backOff = FIRST_BACK_OFF_MILLIS;
        while (!stopping) {
            try {
                open();
                feed();
            } catch (InterruptException e) {
                // The service stops.
                break;
            } catch (OffsetOutOfRangeException e) {
                moveAside(e);
            } catch (RuntimeException | Error e) {
                // It went on in between, where there was no trouble any more.
                backOff = trouble == null ? FIRST_BACK_OFF_MILLIS : Math.min(2 * backOff, MAX_BACK_OFF_MILLIS);
                trouble = String.valueOf(e.getMessage());
                LOG.errorf(e, "The view of %s stands still; it is opened again in %d ms", topic, backOff);
                // What is served answers meanwhile.
                sleep(backOff);
                abandon();
            }
        }
        close();
    }

    private void open() {
        if (feeding == null) {
            ViewDirectory.Found<S> found = directory.open();
            serving = found.serving();
            feeding = found.feeding();
            served = serving == null ? null : serving.store();
        }
    }

    private void feed() {
        try (KafkaConsumer<byte[], byte[]> open = clients.reader("view-" + topic)) {
            consumer = open;
            Collection<TopicPartition> assigned = assignment();
            open.assign(assigned);
            S store = feeding().store();
            ViewPositions positions = trusted(store.positions());
            for (TopicPartition partition : assigned) {
                Long next = positions.next().get(partition.partition());
                if (next == null) {
                    open.seekToBeginning(List.of(partition));
                } else {
                    open.seek(partition, next);
                }
            }
            Map<TopicPartition, Long> ends = open.endOffsets(assigned);
            ViewPositions committed = positions;
            Future<?> commit = CompletableFuture.completedFuture(null);
            try {
                long began = System.nanoTime() - GATHER_NANOS;
                long ended = System.nanoTime() - BUSY_NANOS;
                while (!stopping) {
                    LockSupport.parkNanos(began + GATHER_NANOS - System.nanoTime());
                    List<ConsumerRecord<byte[], byte[]>> polled = list(open.poll(POLL));
                    if (!polled.isEmpty() && System.nanoTime() - ended < BUSY_NANOS) {
                        // A consumer asks as soon as it hands out some, and is answered with the first that comes:
                        // that is an old one by now, and what came meanwhile still lies in the log.
                        polled.addAll(list(open.poll(ROUND_TRIP)));
                    }
                    Map<Integer, Long> next = next(open, assigned);
                    if (!polled.isEmpty() || !next.equals(positions.next())) {
                        began = System.nanoTime();
                        positions = apply(store, polled, positions, next);
                        ended = System.nanoTime();
                    }
                    trouble = null;
                    if (!startReached || !store.equals(served)) {
                        positions = settle(store, positions, ends);
                    }
                    if (store.equals(served)) {
                        applied(positions);
                    }
                    boolean durable = commit.isDone();
                    if (durable) {
                        requireDurable(commit);
                    }
                    if (durable && isDue(positions, committed)) {
                        // The time of a commit says that nothing was missed until then: so ask, do not assume.
                        open.endOffsets(assigned);
                        positions = stamped(positions);
                        // To wait for the disk would hold up what arrives meanwhile.
                        commit = store.beginCommit(positions);
                        committed = positions;
                    }
                }
            } catch (WakeupException e) {
                LOG.debugf("The view of %s stops", topic);
            }
            requireDurable(commit);
            store.commit(stamped(positions));
        } finally {
            consumer = null;
        }
    }

    /** Waits for a commit; what it failed for is thrown here. */
    private static void requireDurable(Future<?> commit) {
        try {
            commit.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Looks whether the store may be served, and takes the place of the one that serves. */
    private ViewPositions settle(S store, ViewPositions positions, Map<TopicPartition, Long> ends) {
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            if (positions.next().getOrDefault(end.getKey().partition(), 0L) < end.getValue()) {
                return positions;
            }
        }
        if (!positions.caughtUp() && !isCaughtUp(positions)) {
            return positions;
        }
        ViewPositions complete = positions.caughtUp() ? positions : positions.afterCatchingUp();
        if (!positions.caughtUp()) {
            store.commit(complete);
        }
        ViewDirectory.Opened<S> old = serving;
        serving = feeding;
        served = store;
        startReached = true;
        replaced(complete);
        if (old != null && !old.store().equals(store)) {
            LOG.infof("The new view of %s is complete and takes the place of the old one", topic);
            directory.drop(old);
        }
        return complete;
    }

    /**
     * A commit is due when something was applied, and once in a while all the same: its time says until when the view is
     * known to be whole.
     */
    private boolean isDue(ViewPositions positions, ViewPositions committed) {
        Duration age = Duration.between(committed.time(), Instant.now());
        boolean changed = !positions.next().equals(committed.next());
        return age.compareTo(changed ? commitInterval : Duration.ofHours(1)) > 0;
    }

    private static ViewPositions stamped(ViewPositions positions) {
        return positions.advanced(Map.of(), List.of());
    }

    private Map<Integer, Long> next(KafkaConsumer<byte[], byte[]> open, Collection<TopicPartition> assigned) {
        Map<Integer, Long> next = new HashMap<>();
        for (TopicPartition partition : assigned) {
            // The position, not the last record's offset: transaction markers take offsets too.
            next.put(partition.partition(), open.position(partition));
        }
        return next;
    }

    private List<TopicPartition> assignment() {
        List<TopicPartition> assignment = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            assignment.add(new TopicPartition(topic, partition));
        }
        return assignment;
    }

    private static List<ConsumerRecord<byte[], byte[]>> list(ConsumerRecords<byte[], byte[]> polled) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(polled.count());
        polled.forEach(records::add);
        return records;
    }

    private ViewDirectory.Opened<S> feeding() {
        return java.util.Objects.requireNonNull(feeding);
    }

    private void moveAside(OffsetOutOfRangeException e) {
        ViewDirectory.Opened<S> ahead = feeding();
        abandon();
        try {
            directory.moveAside(ahead.folder(), "is ahead of its topic (%s)".formatted(e.getMessage()));
        } catch (IOException moving) {
            LOG.errorf(moving, "The view in %s can't be moved aside", ahead.folder());
            sleep(FIRST_BACK_OFF_MILLIS);
        }
    }

    /** Closes what is open, so that it is opened again from its last commit. */
    private void abandon() {
        ViewDirectory.Opened<S> open = feeding;
        ViewDirectory.Opened<S> old = serving;
        feeding = null;
        serving = null;
        served = null;
        closeQuietly(open);
        if (old != null && !old.equals(open)) {
            closeQuietly(old);
        }
    }

    private void close() {
        abandon();
    }

    private static void closeQuietly(ViewDirectory.@Nullable Opened<? extends PositionedStore> opened) {
        try {
            if (opened != null) {
                opened.store().close();
            }
        } catch (RuntimeException e) {
            LOG.debugf(e, "The store in %s was not closed cleanly", opened.folder());
        }
    }

    private void sleep(long millis) {
        try {
            for (long waited = 0; waited < millis && !stopping; waited += 50) {
                Thread.sleep(50);
            }
        } catch (InterruptedException e) {
            stopping = true;
        }
    }
}
