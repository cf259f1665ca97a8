package dev.glimpse.query;

import dev.glimpse.filter.MetadataValues;
import dev.glimpse.index.Arrival;
import dev.glimpse.index.IndexChange;
import dev.glimpse.index.IndexView;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Hands what arrives from the view's thread to one of its own, on which live answers compare it: so they never hold the view up.
 * Where they can't keep pace, they hear that something was lost. Thread-safe.
 */
@ApplicationScoped
class LiveFeed implements IndexView.Listener {

    private static final Logger LOG = Logger.getLogger(LiveFeed.class);
    private static final int WAITING = 256;
    private static final long TICK_MILLIS = 500;

    /** Who hears. All on one thread. */
    interface Listener {

        /** These have arrived. */
        void arrived(List<Heard> arrivals, Map<Integer, Long> next);

        /** What arrived before these positions may not have been told. */
        void lost(Map<Integer, Long> next);

        /** Now and then. */
        void tick();
    }

    /** An arrival, with what several listeners ask of it. */
    static final class Heard {

        private final Arrival arrival;
        private @Nullable MetadataValues values;

        Heard(Arrival arrival) {
            this.arrival = arrival;
        }

        Arrival arrival() {
            return arrival;
        }

        /** The values of an item that was put. Only the metadata of those is asked for. */
        synchronized MetadataValues values() {
            MetadataValues known = values;
            if (known == null) {
                known = MetadataValues.of(((IndexChange.Put) arrival.change()).metadata());
                values = known;
            }
            return known;
        }
    }

    /** @param arrivals null where something was lost */
    private record Batch(@Nullable List<Arrival> arrivals, Map<Integer, Long> next) {}

    private final BlockingQueue<Batch> batches = new ArrayBlockingQueue<>(WAITING);
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread = Thread.ofPlatform().name("live").daemon().unstarted(this::run);
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("live-ticks").daemon().factory());

    /** Up to where it was not told what arrived; null where nothing was lost since. */
    private final AtomicReference<@Nullable Map<Integer, Long>> lost = new AtomicReference<>();

    LiveFeed(IndexView view) {
        view.listen(this);
        thread.start();
        ticks.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** From now on a listener hears. */
    void listen(Listener listener) {
        listeners.add(listener);
    }

    @Override
    public void changed(List<Arrival> arrivals, Map<Integer, Long> next) {
        boolean whole = lost.getAndSet(null) == null;
        offer(new Batch(whole ? arrivals : null, next));
    }

    @Override
    public void replaced(Map<Integer, Long> next) {
        offer(new Batch(null, next));
    }

    private void offer(Batch batch) {
        if (!batches.offer(batch)) {
            lost.set(batch.next());
        }
    }

    private void run() {
        try {
            while (true) {
                Batch batch = batches.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
                // What was lost is told even if nothing arrives any more.
                Map<Integer, Long> until = batch == null ? lost.getAndSet(null) : null;
                try {
                    if (batch != null) {
                        tell(batch);
                    } else if (until != null) {
                        tell(new Batch(null, until));
                    }
                } catch (RuntimeException e) {
                    LOG.error("Live answers could not be told what arrived", e);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("The service stops");
        }
    }

    private void tell(Batch batch) {
        List<Arrival> arrivals = batch.arrivals();
        if (arrivals == null) {
            listeners.forEach(listener -> listener.lost(batch.next()));
            return;
        }
        List<Heard> heard = new ArrayList<>(arrivals.size());
        arrivals.forEach(arrival -> heard.add(new Heard(arrival)));
        listeners.forEach(listener -> listener.arrived(heard, batch.next()));
    }

    private void tick() {
        try {
            listeners.forEach(Listener::tick);
        } catch (RuntimeException e) {
            LOG.error("Live answers could not be looked after", e);
        }
    }

    @PreDestroy
    void stop() {
        thread.interrupt();
        ticks.shutdownNow();
    }
}
