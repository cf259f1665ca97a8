package dev.glimpse.match;

import dev.glimpse.embedding.EmbeddingSpace;
import dev.glimpse.index.IndexConfig;
import dev.glimpse.index.IndexView;
import dev.glimpse.query.Annotations;
import dev.glimpse.query.QueryConfig;
import dev.glimpse.query.Searcher;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import dev.glimpse.topic.TopicContract;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.health.api.HealthGroup;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Compares what arrives with the standing queries, and after a fault goes on where it was. */
@ApplicationScoped
public class Matcher {

    /** After the topics are there. */
    static final int START_PRIORITY = 50;

    private static final int MOST_LABELS = 50;
    private static final Logger LOG = Logger.getLogger(Matcher.class);

    private final MatchConfig config;
    private final KafkaClients clients;
    private final Namespace namespace;
    private final TopicContract topics;
    private final EmbeddingSpace space;
    private final Searcher searcher;
    private final MatchHealth health;
    private final @Nullable Annotator annotator;
    private final Counter compared;
    private final AtomicInteger count;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("matcher").daemon().unstarted(this::run);

    Matcher(
            MatchConfig config,
            KafkaClients clients,
            Namespace namespace,
            TopicContract topics,
            EmbeddingSpace space,
            Searcher searcher,
            @HealthGroup("matcher") MatchHealth health,
            IndexConfig index,
            IndexView view,
            Annotations annotations,
            QueryConfig query,
            MeterRegistry metrics) {
        this.config = config;
        this.clients = clients;
        this.namespace = namespace;
        this.topics = topics;
        this.space = space;
        this.searcher = searcher;
        this.health = health;
        this.annotator = config.enabled() && config.annotate() ? annotator(index, view, annotations, query) : null;
        this.compared = metrics.counter("glimpse.match.items");
        this.count = new AtomicInteger();
        metrics.gauge("glimpse.match.queries", count);
    }

    private Annotator annotator(IndexConfig index, IndexView view, Annotations annotations, QueryConfig query) {
        if (!index.enabled()) {
            throw new IllegalStateException("glimpse.match.annotate needs a view, and glimpse.index.enabled is false");
        }
        if (!annotations.areCalibrated()) {
            throw new IllegalStateException(
                    "glimpse.match.annotate needs a model with a calibration.json, and that of the space %s has none"
                            .formatted(space));
        }
        if (config.labels() < 1 || config.labels() > MOST_LABELS) {
            throw new IllegalStateException(
                    "glimpse.match.labels is %d; it must be 1 to %d".formatted(config.labels(), MOST_LABELS));
        }
        return new Annotator(view, annotations, namespace, space, config.labels(), query.labelScore());
    }

    void start(@Observes @Priority(START_PRIORITY) StartupEvent event) {
        if (config.enabled()) {
            thread.start();
        }
    }

    private void run() {
        StandingQueries queries = new StandingQueries(space);
        AtomicReference<Duration> wait = new AtomicReference<>(config.backOff());
        try (QueryFeed open = new QueryFeed(
                clients,
                namespace.queries(),
                topics.partitions(),
                new QueryReader(searcher, topics.partitions()),
                health)) {
            open.start();
            while (!isStopping()) {
                try (MatchSession session = new MatchSession(
                        clients,
                        namespace,
                        topics,
                        space,
                        namespace.transactionalId(space, "matches", config.instance()),
                        open,
                        queries,
                        annotator,
                        compared::increment)) {
                    session.run(() -> !isStopping(), () -> {
                        count.set(queries.size());
                        health.passing(MatchHealth.MATCHES);
                        wait.set(config.backOff());
                    });
                } catch (RuntimeException | Error e) {
                    if (isStopping()) {
                        LOG.debug("While the service stopped", e);
                        return;
                    }
                    health.failing(MatchHealth.MATCHES, e);
                    LOG.warnf("Matching is tried again in %s: %s", wait.get(), e.getMessage());
                    LOG.debug("The cause", e);
                    if (stopping.await(wait.get().toMillis(), TimeUnit.MILLISECONDS)) {
                        return;
                    }
                    Duration doubled = wait.get().multipliedBy(2);
                    wait.set(doubled.compareTo(config.maxBackOff()) > 0 ? config.maxBackOff() : doubled);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("The service stops");
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    void stop(@Observes ShutdownEvent event) {
        stopping.countDown();
        try {
            if (!thread.isAlive()) {
                return;
            }
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
