package dev.glimpse.train;

import java.util.ArrayList;
import java.util.List;

/**
 * How far training is: written into each checkpoint.
 *
 * @param step       that was taken last
 * @param best       held-out recall so far
 * @param bestStep   at which that was measured
 * @param measured   on the way
 */
record Progress(int step, double best, int bestStep, List<Measurement> measured) {

    /**
     * What was measured at a step.
     *
     * @param loss   mean since the last measurement
     * @param recall at 1 on held-out pairs, the mean of both directions, from 0 to 1
     */
    record Measurement(int step, double loss, double recall) {}

    static final Progress NONE = new Progress(0, 0, 0, List.of());

    /** As far as a later step, of which nothing was measured. */
    Progress at(int later) {
        return new Progress(later, best, bestStep, measured);
    }

    Progress with(Measurement measurement) {
        List<Measurement> all = new ArrayList<>(measured);
        all.add(measurement);
        boolean better = measurement.recall() > best || measured.isEmpty();
        return new Progress(
                measurement.step(),
                better ? measurement.recall() : best,
                better ? measurement.step() : bestStep,
                List.copyOf(all));
    }

    /** Measurements since the best. */
    long withoutGain() {
        return measured.stream().filter(m -> m.step() > bestStep).count();
    }
}
