package dev.glimpse.query;

import dev.glimpse.embedding.Embedding;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What needs no encoder: hits by words, while a text is encoded. Beside an encoder, which takes all processors for itself, the
 * first of them comes twice as late as without.
 */
final class Glimpse implements AnswerSink {

    /** At most: where words count, what they find first will stand in the end, and is worth the wait. */
    private static final long HEAD_START = TimeUnit.MILLISECONDS.toNanos(1);

    private final AnswerSink stream;
    private final CountDownLatch shown = new CountDownLatch(1);
    private volatile @Nullable Future<Embedding> encoding;
    private volatile boolean over;

    /** @param stream where hits are shown */
    Glimpse(AnswerSink stream) {
        this.stream = stream;
    }

    @Override
    public synchronized void rank(List<SearchEvent.Hit> hits) {
        if (!over) {
            stream.rank(hits);
        }
        if (!hits.isEmpty()) {
            shown.countDown();
        }
    }

    @Override
    public synchronized void say(SearchEvent event) {
        if (!over) {
            stream.say(event);
        }
    }

    /** Waits until there is something to see, not long. */
    void letGoFirst() throws InterruptedException {
        shown.await(HEAD_START, TimeUnit.NANOSECONDS);
    }

    /** There is no more to see. */
    void letOthersGo() {
        shown.countDown();
    }

    /** It is wanted until this is done. */
    void until(Future<Embedding> encoded) {
        encoding = encoded;
    }

    /** Nobody waits for it any more: from now on nothing is shown. */
    synchronized void end() {
        over = true;
    }

    boolean isWanted() {
        Future<Embedding> until = encoding;
        return !over && (until == null || !until.isDone());
    }
}
