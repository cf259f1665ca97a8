package dev.glimpse.query;

import dev.glimpse.item.ItemId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures, from when a query was parsed, until the first hit was handed over that stands in the final ranking, and until that
 * was: as metrics, by ranking and subject. Of one answer, and one thread at a time.
 */
final class AnswerTimes {

    private static final double[] QUANTILES = {0.5, 0.99};

    private final long began = System.nanoTime();
    private final MeterRegistry metrics;
    private final String ranking;
    private final String subject;

    /** When an item was first handed over. */
    private final Map<ItemId, Long> handed = new HashMap<>();

    /** Nothing is measured any more. */
    private boolean ended;

    AnswerTimes(MeterRegistry metrics, SearchQuery.Ranking ranking, SearchQuery.Subject subject) {
        this.metrics = metrics;
        this.ranking = name(ranking);
        this.subject = name(subject);
    }

    /** Of an answer that goes on where another one was. */
    void ignore() {
        ended = true;
    }

    /** @param list what the subscriber has, when all is handed over that waits */
    void handed(SearchEvent event, List<SearchEvent.Hit> list) {
        if (ended) {
            return;
        }
        if (event instanceof SearchEvent.Hit hit) {
            handed.putIfAbsent(hit.item(), System.nanoTime() - began);
        }
        if (event instanceof SearchEvent.Final) {
            ended = true;
            Stream<Long> times = list.stream().map(SearchEvent.Hit::item).map(item -> handed.getOrDefault(item, 0L));
            times.min(Long::compare).ifPresent(first -> record("glimpse.query.first", first));
            record("glimpse.query.final", System.nanoTime() - began);
            handed.clear();
        }
    }

    private static String name(Object of) {
        return of.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private void record(String name, long nanos) {
        Timer.builder(name)
                .tag("rank", ranking)
                .tag("subject", subject)
                .publishPercentiles(QUANTILES)
                .register(metrics)
                .record(nanos, TimeUnit.NANOSECONDS);
    }
}
