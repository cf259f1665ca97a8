package dev.glimpse.performance;

import java.util.Arrays;
import java.util.Locale;

/** Times, of which quantiles are told. Not thread-safe. */
final class Latencies {

    private long[] nanos = new long[1024];
    private int count;

    void add(long time) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = time;
    }

    int count() {
        return count;
    }

    /** In milliseconds; those of which a fraction is smaller. */
    double quantile(double fraction) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return count == 0 ? Double.NaN : sorted[(int) Math.min(count - 1, Math.floor(fraction * count))] / 1e6;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "p50 %.2f ms, p99 %.2f ms, longest %.1f ms (of %d)",
                quantile(0.5),
                quantile(0.99),
                quantile(1),
                count);
    }
}
