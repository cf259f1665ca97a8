package dev.glimpse.match;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.topic.DeadLetter;
import dev.glimpse.topic.EmbeddingCodec;
import dev.glimpse.topic.EmbeddingRecord;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.LogPosition;
import dev.glimpse.topic.MatchCodec;
import dev.glimpse.topic.MatchRecord;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.RejectedRecordException;
import dev.glimpse.topic.SourceStamp;
import dev.glimpse.topic.TopicContract;
import dev.glimpse.topic.TransactionPublisher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One membership of the matchers' group, until a fault ends it. For each partition of the embeddings topic that it is given it
 * goes on from the offset that is committed there, once it knows the queries that counted there; and whatever it writes, it writes in
 * one transaction with the offset after what it comes from. Of one thread.
 */
final class MatchSession implements AutoCloseable, ConsumerRebalanceListener {

    private static final Logger LOG = Logger.getLogger(MatchSession.class);
    private static final Duration POLL = Duration.ofMillis(50);

    /** So many items are compared at once: with their sums they stay in the processor's caches. */
    private static final int CHUNK = 64;

    /** When so many records are to be written, they are. */
    private static final int MOST = 5000;

    /** Or so many bytes of matches: a text and its metadata come with each. */
    private static final long MOST_BYTES = 8L << 20;

    /** A dead letter of so many bytes goes in a transaction of its own. */
    private static final int LARGE = 1 << 20;

    /** Where nothing is written, it is noted so often how far it has come. */
    private static final long NOTE_NANOS = 1_000_000_000L;

    /** What comes so shortly after other records is gathered, since each transaction costs the broker the same. */
    private static final long GATHER_NANOS = 10_000_000;

    /** Where records come so soon after others are dealt with, more than one is likely to wait. */
    private static final long BUSY_NANOS = 2 * GATHER_NANOS;

    /** What lies in the log comes within so long. */
    private static final Duration ROUND_TRIP = Duration.ofMillis(1);

    /** A partition that it has. */
    private static final class Lane {
        private final TopicPartition partition;

        /** The first offset that was not compared. */
        private long next;

        /** Up to where it is noted. */
        private long noted = -1;

        /** Which queries count there, by what is committed. */
        private Map<Integer, Long> known;

        private boolean ready;

        Lane(TopicPartition partition, long next, Map<Integer, Long> known) {
            this.partition = partition;
            this.next = next;
            this.known = known;
        }
    }

    private final Namespace namespace;
    private final TopicContract topics;
    private final EmbeddingSpace space;
    private final EmbeddingCodec embeddings;
    private final MatchCodec matches;
    private final QueryFeed feed;
    private final StandingQueries queries;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TransactionPublisher publisher;
    private final @Nullable Annotator annotator;
    private final IntConsumer compared;
    private final Map<TopicPartition, Lane> lanes = new HashMap<>();
    private final List<ProducerRecord<byte[], byte[]>> out = new ArrayList<>();
    private long outBytes;
    private boolean mustNote;
    private boolean joined;
    private long began = System.nanoTime() - GATHER_NANOS;
    private long ended = System.nanoTime() - BUSY_NANOS;
    private long noted = System.nanoTime();

    /**
     * @param annotator where images are given labels
     * @param compared  hears how many items were compared
     */
    MatchSession(
            KafkaClients clients,
            Namespace namespace,
            TopicContract topics,
            EmbeddingSpace space,
            String transactionalId,
            QueryFeed feed,
            StandingQueries queries,
            @Nullable Annotator annotator,
            IntConsumer compared) {
        this.namespace = namespace;
        this.topics = topics;
        this.space = space;
        this.embeddings = new EmbeddingCodec(namespace, space);
        this.matches = new MatchCodec(namespace);
        this.feed = feed;
        this.queries = queries;
        this.annotator = annotator;
        this.compared = compared;
        this.publisher = new TransactionPublisher(clients, transactionalId);
        this.consumer = clients.member("matcher", namespace.matcherGroup(space));
        consumer.subscribe(List.of(namespace.embeddings(space)), this);
    }

    /**
     * Compares what arrives.
     *
     * @param proceed asked whether to go on
     * @param passed  told each time when something was written, and all is well
     */
    void run(BooleanSupplier proceed, Runnable passed) {
        while (proceed.getAsBoolean()) {
            LockSupport.parkNanos(began + GATHER_NANOS - System.nanoTime());
            Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> polled = poll();
            QueryFeed.Changes changes = feed.take();
            if (changes != null) {
                apply(changes);
            }
            for (Lane lane : List.copyOf(lanes.values())) {
                if (!lane.ready && knowsEnough(lane)) {
                    begin(lane);
                    write();
                    passed.run();
                }
            }
            polled.forEach((partition, records) -> {
                Lane lane = lanes.get(partition);
                if (lane != null && lane.ready) {
                    compare(lane, records);
                }
            });
            boolean late = System.nanoTime() - noted > NOTE_NANOS;
            if (mustNote || !out.isEmpty() || late && hasMoved()) {
                write();
                passed.run();
            }
            if (!polled.isEmpty()) {
                ended = System.nanoTime();
            }
            if (joined && lanes.isEmpty()) {
                passed.run();
            }
        }
    }

    /**
     * What has come. A consumer asks for the next records as soon as it hands out some, and is answered with the first that comes: after
     * a transaction that is an old one, while what came meanwhile still lies in the log.
     */
    private Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> poll() {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> polled = new HashMap<>();
        ConsumerRecords<byte[], byte[]> old = consumer.poll(POLL);
        if (old.isEmpty()) {
            return polled;
        }
        add(old, polled);
        boolean busy = System.nanoTime() - ended < BUSY_NANOS;
        began = System.nanoTime();
        if (busy) {
            Map<TopicPartition, Lane> before = Map.copyOf(lanes);
            ConsumerRecords<byte[], byte[]> fresh = consumer.poll(ROUND_TRIP);
            // Who is given a partition anew begins where it is committed.
            polled.keySet().removeIf(partition -> lanes.get(partition) != before.get(partition));
            add(fresh, polled);
        }
        return polled;
    }

    private static void add(
            ConsumerRecords<byte[], byte[]> records, Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> to) {
        for (TopicPartition partition : records.partitions()) {
            to.computeIfAbsent(partition, key -> new ArrayList<>()).addAll(records.records(partition));
        }
    }

    private void apply(QueryFeed.Changes changes) {
        queries.apply(changes);
        List<Lane> ready = lanes.values().stream().filter(lane -> lane.ready).toList();
        if (changes.anew()) {
            ready.forEach(lane -> lane.known = Map.of());
        }
        ready.forEach(this::refuse);
        for (Lane lane : ready) {
            for (QueryChange change : changes.changes()) {
                if (change instanceof QueryChange.Put(StandingQuery query) && queries.isCurrent(query)) {
                    activate(lane, query);
                }
            }
            lane.known = queries.reached();
            mustNote = true;
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        partitions.forEach(lanes::remove);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        joined = true;
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
        Map<TopicPartition, MatchProgress> progress = new HashMap<>();
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata noted = committed.get(partition);
            progress.put(partition, seek(partition, noted));
        }
        progress.forEach((partition, known) -> lanes.put(
                partition,
                new Lane(
                        partition,
                        consumer.position(partition),
                        known.queriesId().equals(queriesId()) ? known.queries() : Map.of())));
        consumer.pause(partitions);
    }

    private MatchProgress seek(TopicPartition partition, @Nullable OffsetAndMetadata noted) {
        if (noted == null) {
            // Nobody has waited for what is there already.
            consumer.seekToEnd(List.of(partition));
            return MatchProgress.NONE;
        }
        MatchProgress progress = MatchProgress.parse(noted.metadata());
        if (progress.equals(MatchProgress.NONE) || progress.embeddingsId().equals(embeddingsId())) {
            // Where somebody has set the offset, he has said nothing of queries: all of them count anew.
            consumer.seek(partition, noted);
        } else {
            LOG.warnf("The topic %s was made anew: it is read from its beginning", partition.topic());
            consumer.seekToBeginning(List.of(partition));
        }
        return progress;
    }

    private boolean knowsEnough(Lane lane) {
        if (annotator != null && !annotator.isReady()) {
            return false;
        }
        Map<Integer, Long> reached = queries.reached();
        return queries.isWhole()
                && lane.known.entrySet().stream()
                        .allMatch(known -> reached.getOrDefault(known.getKey(), 0L) >= known.getValue());
    }

    /** What came since the offset was committed counts from here on. */
    private void begin(Lane lane) {
        refuse(lane);
        for (StandingQuery query : queries.all()) {
            if (query.version().offset() >= known(lane, query.version().partition())) {
                activate(lane, query);
            }
        }
        lane.known = queries.reached();
        lane.ready = true;
        consumer.resume(List.of(lane.partition));
        LOG.debugf("%s is compared from offset %d on", lane.partition, lane.next);
    }

    private static long known(Lane lane, int partition) {
        return lane.known.getOrDefault(partition, 0L);
    }

    private void activate(Lane lane, StandingQuery query) {
        out.add(matches.write(new MatchRecord.Active(
                query.id(), query.version(), space, new LogPosition(lane.partition.partition(), lane.next))));
    }

    /**
     * What was refused in the queries' partition of a lane's number is told by who has that lane. Their records are read again, and
     * written one by one: they may be large.
     */
    private void refuse(Lane lane) {
        int own = lane.partition.partition();
        for (QueryChange.Refuse refused : queries.refused(own, known(lane, own))) {
            feed.again(refused.version()).ifPresent(record -> {
                out.add(DeadLetter.of(
                        namespace,
                        record,
                        SourceStamp.headers(namespace.queries(), queriesId(), refused.version()),
                        new RejectedRecordException(refused.reason(), refused.why())));
                if (record.serializedValueSize() > LARGE) {
                    write();
                }
            });
        }
    }

    private void compare(Lane lane, List<ConsumerRecord<byte[], byte[]>> records) {
        for (int from = 0; from < records.size(); from += CHUNK) {
            compareSome(lane, records.subList(from, Math.min(from + CHUNK, records.size())));
        }
        // Beyond the marker of the transaction that they came in.
        lane.next = Math.max(lane.next, consumer.position(lane.partition));
    }

    /** A query that an item matches. */
    private record Found(StandingQuery query, float similarity) {}

    private void compareSome(Lane lane, List<ConsumerRecord<byte[], byte[]>> records) {
        List<Optional<EmbeddingRecord>> read = records.stream().map(this::read).toList();
        List<EmbeddingRecord.Embedded> items = read.stream()
                .flatMap(Optional::stream)
                .filter(EmbeddingRecord.Embedded.class::isInstance)
                .map(EmbeddingRecord.Embedded.class::cast)
                .toList();
        Map<EmbeddingRecord, List<Found>> found = new IdentityHashMap<>();
        queries.match(
                items,
                (query, arrival, similarity) -> found.computeIfAbsent(items.get(arrival), key -> new ArrayList<>())
                        .add(new Found(query, similarity)));
        if (annotator != null && items.stream().anyMatch(Annotator::isImage)) {
            ConsumerRecord<byte[], byte[]> last = records.getLast();
            annotator.await(new LogPosition(last.partition(), last.offset()));
        }
        for (int i = 0; i < records.size(); i++) {
            EmbeddingRecord record = read.get(i).orElse(null);
            LogPosition position =
                    new LogPosition(records.get(i).partition(), records.get(i).offset());
            if (record instanceof EmbeddingRecord.Embedded item) {
                for (Found of : found.getOrDefault(item, List.of())) {
                    ProducerRecord<byte[], byte[]> match = match(of, item, position);
                    out.add(match);
                    outBytes += match.value().length;
                }
            }
            if (annotator != null && record != null) {
                annotator.annotation(record).ifPresent(out::add);
            }
            lane.next = position.offset() + 1;
            if (out.size() >= MOST || outBytes >= MOST_BYTES) {
                write();
            }
        }
        compared.accept(items.size());
    }

    private Optional<EmbeddingRecord> read(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(embeddings.read(record));
        } catch (IllegalArgumentException e) {
            // Encoders alone write here; the view says more.
            LOG.debugf(e, "The record at offset %d is ignored", record.offset());
            return Optional.empty();
        }
    }

    private ProducerRecord<byte[], byte[]> match(Found of, EmbeddingRecord.Embedded item, LogPosition position) {
        return matches.write(new MatchRecord.Match(
                of.query().id(),
                of.query().version(),
                space,
                item.item(),
                of.similarity(),
                item.source().position(),
                position,
                item.text(),
                item.metadata()));
    }

    private boolean hasMoved() {
        return lanes.values().stream().anyMatch(lane -> lane.ready && lane.next != lane.noted);
    }

    private void write() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        List<Lane> ready = lanes.values().stream().filter(lane -> lane.ready).toList();
        for (Lane lane : ready) {
            String progress = new MatchProgress(embeddingsId(), queriesId(), lane.known).written();
            offsets.put(lane.partition, new OffsetAndMetadata(lane.next, progress));
        }
        if (offsets.isEmpty()) {
            // What there is to write waits for the first partition that begins.
            return;
        }
        publisher.publish(out, offsets, consumer.groupMetadata());
        ready.forEach(lane -> lane.noted = lane.next);
        out.clear();
        outBytes = 0;
        mustNote = false;
        noted = System.nanoTime();
    }

    private String embeddingsId() {
        return topics.topicId(namespace.embeddings(space));
    }

    private String queriesId() {
        return topics.topicId(namespace.queries());
    }

    @Override
    public void close() {
        try {
            publisher.close();
        } finally {
            consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(2)));
        }
    }
}
