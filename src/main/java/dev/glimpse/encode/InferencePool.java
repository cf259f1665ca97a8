package dev.glimpse.encode;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The one bounded pool that decodes and infers: platform threads, since native calls would pin virtual ones. A query
 * goes before what is ingested, and waits for at most the inferences that run already.
 */
@ApplicationScoped
public class InferencePool {

    private static final int MAX_WAITING_QUERIES = 256;

    private final AtomicLong sequence = new AtomicLong();
    private final AtomicInteger waitingQueries = new AtomicInteger();
    private final int threads;
    private final ThreadPoolExecutor executor;

    InferencePool(EncodeConfig config) {
        threads = config.threads().orElse(Runtime.getRuntime().availableProcessors());
        executor = new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new PriorityBlockingQueue<>(),
                Thread.ofPlatform().name("inference-", 0).daemon().factory());
    }

    /** How many tasks run at once. */
    public int threads() {
        return threads;
    }

    /**
     * Runs a task for somebody who waits for an answer.
     *
     * @throws RejectedExecutionException if too many wait already
     */
    public <T> Future<T> submitQuery(Callable<T> work) {
        if (waitingQueries.incrementAndGet() > MAX_WAITING_QUERIES) {
            waitingQueries.decrementAndGet();
            throw new RejectedExecutionException(MAX_WAITING_QUERIES + " queries wait to be encoded already");
        }
        return submit(0, work, waitingQueries::decrementAndGet);
    }

    /** Runs a task of the ingestion, whose callers bound how many there are. */
    <T> Future<T> submitIngestion(Callable<T> work) {
        return submit(1, work, () -> {});
    }

    private <T> Future<T> submit(int rank, Callable<T> work, Runnable ended) {
        Task<T> task = new Task<>(rank, sequence.incrementAndGet(), work, ended);
        executor.execute(task);
        return task;
    }

    @PreDestroy
    void stop() {
        executor.shutdownNow();
    }

    private static final class Task<T> extends FutureTask<T> implements Comparable<Task<?>> {
        private final int rank;
        private final long order;
        private final Runnable ended;

        Task(int rank, long order, Callable<T> work, Runnable ended) {
            super(work);
            this.rank = rank;
            this.order = order;
            this.ended = ended;
        }

        /** Also where it was cancelled before it ran. */
        @Override
        protected void done() {
            ended.run();
        }

        @Override
        public int compareTo(Task<?> other) {
            int byRank = Integer.compare(rank, other.rank);
            return byRank != 0 ? byRank : Long.compare(order, other.order);
        }
    }
}
