package dev.glimpse.query;

import dev.glimpse.item.ItemId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Between the search, which finds ever better rankings, and one subscriber, who takes events when he has time. What waits
 * is bounded: a ranking that the subscriber has not begun to take is replaced by a better one, so a slow reader gets
 * fewer and larger steps, and costs no thread. Events are made of the difference between what the subscriber has and what
 * he ought to have, at the moment when he asks.
 *
 * <p>The search calls {@link #rank}, {@link #say} and reads {@link #isCancelled}; the subscriber calls
 * {@code request} and {@code cancel}, on any thread.
 */
final class AnswerStream implements Flow.Subscription, AnswerSink {

    /** What waits: either an event, or a ranking with the hits of its items. */
    private sealed interface Waiting {
        record Said(SearchEvent event) implements Waiting {}

        record Ranking(List<SearchEvent.Hit> hits) implements Waiting {}
    }

    private final Flow.Subscriber<? super SearchEvent> subscriber;
    private final Runnable onCancel;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Deque<SearchEvent> leaving = new ArrayDeque<>();
    private final AtomicLong requested = new AtomicLong();
    private final AtomicInteger drains = new AtomicInteger();
    private final AnswerTimes times;
    private List<SearchEvent.Hit> sent = List.of();
    private volatile boolean cancelled;
    private volatile boolean taken = true;
    private volatile Runnable onTaken = () -> {};

    /**
     * @param onCancel run once when the subscriber leaves early
     * @param times    told what is handed over
     */
    AnswerStream(Flow.Subscriber<? super SearchEvent> subscriber, Runnable onCancel, AnswerTimes times) {
        this.subscriber = subscriber;
        this.onCancel = onCancel;
        this.times = times;
    }

    /** Whether the subscriber has taken all that was said and ranked. */
    boolean isTaken() {
        return taken;
    }

    /** How many events and rankings wait. */
    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    /** What to run each time when the subscriber has taken all: on his thread, so it must be quick. */
    void whenTaken(Runnable action) {
        onTaken = action;
    }

    /** Whether nobody listens any more. */
    boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void rank(List<SearchEvent.Hit> hits) {
        synchronized (waiting) {
            taken = false;
            if (waiting.peekLast() instanceof Waiting.Ranking) {
                waiting.removeLast();
            }
            waiting.addLast(new Waiting.Ranking(hits));
        }
        drain();
    }

    /** The last event ends the stream. */
    @Override
    public void say(SearchEvent event) {
        synchronized (waiting) {
            taken = false;
            waiting.addLast(new Waiting.Said(event));
        }
        drain();
    }

    @Override
    public void request(long n) {
        if (n < 1) {
            cancel();
            subscriber.onError(
                    new IllegalArgumentException("demand must be 1 or more (Reactive Streams 3.9), is " + n));
            return;
        }
        requested.accumulateAndGet(n, (have, more) -> have + more < 0 ? Long.MAX_VALUE : have + more);
        drain();
    }

    @Override
    public void cancel() {
        if (!cancelled) {
            cancelled = true;
            onCancel.run();
        }
    }

    /** Hands over what is asked for. One thread at a time; one that comes meanwhile leaves its work to that one. */
    private void drain() {
        if (drains.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        while (seen != 0) {
            while (!cancelled && requested.get() > 0) {
                SearchEvent event = next();
                if (event == null) {
                    break;
                }
                requested.updateAndGet(have -> have == Long.MAX_VALUE ? have : have - 1);
                subscriber.onNext(event);
                times.handed(event, sent);
                if (event.isLast()) {
                    cancelled = true;
                    subscriber.onComplete();
                }
            }
            if (!taken && leaving.isEmpty() && nothingWaits()) {
                onTaken.run();
            }
            seen = drains.addAndGet(-seen);
        }
    }

    private boolean nothingWaits() {
        synchronized (waiting) {
            taken = waiting.isEmpty();
            return taken;
        }
    }

    private @Nullable SearchEvent next() {
        while (leaving.isEmpty()) {
            Waiting first;
            synchronized (waiting) {
                first = waiting.pollFirst();
            }
            switch (first) {
                case null -> {
                    return null;
                }
                case Waiting.Said(SearchEvent event) -> leaving.add(event);
                case Waiting.Ranking(List<SearchEvent.Hit> hits) -> {
                    leaving.addAll(difference(sent, hits));
                    sent = hits;
                }
            }
        }
        return leaving.poll();
    }

    /**
     * The events that turn one list into another: first what leaves, then, from the top, what stands elsewhere, or where it stood
     * but counts otherwise: a later stage knows its similarity, or ranks by something else.
     */
    static List<SearchEvent> difference(List<SearchEvent.Hit> have, List<SearchEvent.Hit> want) {
        List<SearchEvent> events = new ArrayList<>();
        Set<ItemId> wanted = new HashSet<>();
        want.forEach(hit -> wanted.add(hit.item()));
        List<ItemId> list = new ArrayList<>();
        Map<ItemId, SearchEvent.Hit> known = new HashMap<>();
        for (SearchEvent.Hit hit : have) {
            known.put(hit.item(), hit);
            if (wanted.contains(hit.item())) {
                list.add(hit.item());
            } else {
                events.add(new SearchEvent.Drop(hit.kind(), hit.id()));
            }
        }
        for (int i = 0; i < want.size(); i++) {
            ItemId item = want.get(i).item();
            if (i >= list.size() || !list.get(i).equals(item)) {
                list.remove(item);
                list.add(i, item);
                events.add(want.get(i));
            } else if (!Objects.requireNonNull(known.get(item)).countsAs(want.get(i))) {
                events.add(want.get(i));
            }
        }
        return events;
    }
}
