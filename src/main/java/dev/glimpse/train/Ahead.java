package dev.glimpse.train;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What steps are taken on, each made while the step before is taken: drawing, and a backbone that stays as it is, need no weight
 * that is trained. What a step is taken on depends on its number alone, so nothing changes but the time. Not thread-safe.
 *
 * @param <T> what a step is taken on
 */
final class Ahead<T> implements AutoCloseable {

    private final int last;
    private final IntFunction<T> source;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("examples").factory());

    private @Nullable Future<T> next;
    private int number;

    /**
     * @param last   the last step
     * @param source of what a step is taken on, by its number; another thread asks it
     */
    Ahead(int last, IntFunction<T> source) {
        this.last = last;
        this.source = source;
    }

    /** What a step is taken on; with that, the next is begun. */
    T of(int step) {
        Future<T> mine = next != null && number == step ? next : begun(step);
        number = step + 1;
        next = number <= last ? begun(number) : null;
        return got(mine);
    }

    /** Makes the next anew, since from now on something else is chosen. */
    void forget() {
        next = null;
    }

    private Future<T> begun(int step) {
        return worker.submit(() -> source.apply(step));
    }

    private static <T> T got(Future<T> made) {
        try {
            return made.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException own) {
                throw own;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while what a step is taken on was made");
        }
    }

    /** Waits for what is being made, since what it is made with may be closed after this. */
    @Override
    public void close() {
        worker.shutdownNow();
        worker.close();
    }
}
