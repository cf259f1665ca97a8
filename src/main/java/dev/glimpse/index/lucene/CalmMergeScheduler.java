package dev.glimpse.index.lucene;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.MergePolicy;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes large merges in threads that the system prefers others to: to link items takes a processor for seconds, and there may be no
 * more than two. Where there are no queries, a merge takes all that it can. Small merges are short, and come many times a second, with
 * locks that the writer waits for: they must not wait themselves, with one of them in their hands, until a large one lets them on. Linux alone has a niceness for each thread, and Java has no way to it but with a flag of the virtual machine.
 */
final class CalmMergeScheduler extends ConcurrentMergeScheduler {

    private static final Logger LOG = Logger.getLogger(CalmMergeScheduler.class);

    /** At once; with more waiting, writing waits for them. */
    private static final int MERGES = 6;

    /** Small merges go on beside a large one. */
    private static final int THREADS = 2;

    /** Of 0 to 19: a tenth of the time beside a thread of 0. More would let a merge keep a lock while others wait for it. */
    private static final int NICENESS = 10;

    /** Linux: of a process means of the calling thread, where that is 0 (setpriority(2)). */
    private static final int PROCESS = 0;

    private static final @Nullable MethodHandle SET_PRIORITY = setPriority();

    /** Starts all threads: one that a nice thread starts would be as nice, and none may become less so. */
    private static final ThreadPoolExecutor STARTER = starter();

    private final int large;

    /** @param large of so many documents a merge is large */
    CalmMergeScheduler(int large) {
        this.large = large;
        setMaxMergesAndThreads(MERGES, THREADS);
        disableAutoIOThrottle();
    }

    private static ThreadPoolExecutor starter() {
        ThreadPoolExecutor starter = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("merge-starter").factory());
        starter.prestartAllCoreThreads();
        return starter;
    }

    private static @Nullable MethodHandle setPriority() {
        if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
            return null;
        }
        try {
            Linker linker = Linker.nativeLinker();
            return linker.defaultLookup()
                    .find("setpriority")
                    .map(of -> linker.downcallHandle(
                            of,
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT)))
                    .orElse(null);
        } catch (RuntimeException | Error e) {
            LOG.info("merges run as all else: setpriority can't be called", e);
            return null;
        }
    }

    @Override
    protected void doMerge(MergeSource source, MergePolicy.OneMerge merge) throws IOException {
        if (merge.totalNumDocs() >= large) {
            beNice();
        }
        super.doMerge(source, merge);
    }

    @Override
    protected synchronized MergeThread getMergeThread(MergeSource source, MergePolicy.OneMerge merge) {
        MergeThread thread = new Started(source, merge);
        thread.setDaemon(true);
        thread.setName("Lucene Merge Thread #" + mergeThreadCounter++);
        return thread;
    }

    private final class Started extends MergeThread {

        Started(MergeSource source, MergePolicy.OneMerge merge) {
            super(source, merge);
        }

        @Override
        public void start() {
            CompletableFuture.runAsync(super::start, STARTER).join();
        }
    }

    private static void beNice() {
        if (SET_PRIORITY == null) {
            return;
        }
        try {
            int failed = (int) SET_PRIORITY.invokeExact(PROCESS, 0, NICENESS);
            LOG.debugf("%s merges at niceness %d: %b", Thread.currentThread().getName(), NICENESS, failed == 0);
        } catch (Throwable e) {
            LOG.debug("a merge runs as all else", e);
        }
    }
}
