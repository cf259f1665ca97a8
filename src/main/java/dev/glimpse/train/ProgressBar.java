package dev.glimpse.train;

import java.util.Locale;

/** Shows how far training is: one line that is written over, and one that stays for each measurement. */
final class ProgressBar implements Trainer.Listener {

    private static final int LENGTH = 30;

    private final int steps;
    private final long began = System.nanoTime();
    private int first;
    private double loss;

    ProgressBar(int steps) {
        this.steps = steps;
    }

    @Override
    public void step(int step, double newest) {
        if (first == 0) {
            first = step;
            loss = newest;
        }
        loss += 0.05 * (newest - loss);
        double seconds = (System.nanoTime() - began) / 1e9;
        double left = seconds / (step - first + 1) * (steps - step);
        int done = (int) ((long) LENGTH * step / steps);
        System.err.printf(
                Locale.ROOT,
                "\r[%s%s] %d/%d loss %.4f, %.0f s, at most %.0f s more   ",
                "#".repeat(done),
                ".".repeat(LENGTH - done),
                step,
                steps,
                loss,
                seconds,
                left);
    }

    @Override
    public void leftOut(int step) {
        System.err.printf("%nstep %d was left out: a gradient was no number%n", step);
    }

    @Override
    public void measured(Progress progress) {
        Progress.Measurement last = progress.measured().getLast();
        System.err.printf(
                Locale.ROOT,
                "%nstep %d: loss %.4f, recall at 1 on held-out pairs %.3f (best %.3f)%n",
                last.step(),
                last.loss(),
                last.recall(),
                progress.best());
    }
}
