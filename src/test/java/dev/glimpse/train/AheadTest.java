package dev.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class AheadTest {

    private final Queue<Integer> made = new ConcurrentLinkedQueue<>();

    @Test
    void makesTheNextWhileAStepIsTakenAndNoneTwice() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        try (Ahead<Integer> ahead = new Ahead<>(3, step -> {
            int number = numbered(step);
            if (step == 2) {
                second.countDown();
            }
            return number;
        })) {
            assertThat(ahead.of(1)).isEqualTo(1);
            // Nobody has asked for it.
            assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(ahead.of(2)).isEqualTo(2);
            assertThat(ahead.of(3)).isEqualTo(3);
        }
        assertThat(made).containsExactly(1, 2, 3);
    }

    @Test
    void makesWhatIsAskedForInAnyOrder() {
        try (Ahead<Integer> ahead = new Ahead<>(9, this::numbered)) {
            assertThat(ahead.of(7)).isEqualTo(7);
            assertThat(ahead.of(3)).isEqualTo(3);
            assertThat(ahead.of(4)).isEqualTo(4);
        }
    }

    @Test
    void makesTheNextAnewWhereItIsForgotten() {
        try (Ahead<Integer> ahead = new Ahead<>(2, this::numbered)) {
            ahead.of(1);
            ahead.forget();
            assertThat(ahead.of(2)).isEqualTo(2);
        }
        assertThat(made).containsExactly(1, 2, 2);
    }

    @Test
    void throwsWhatTheSourceThrowsAtTheStepThatItIsOf() {
        try (Ahead<Integer> ahead = new Ahead<>(2, step -> {
            if (step == 2) {
                throw new IllegalStateException("the backbone fails");
            }
            return numbered(step);
        })) {
            assertThat(ahead.of(1)).isEqualTo(1);
            assertThatThrownBy(() -> ahead.of(2))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the backbone fails");
        }
    }

    @Test
    void waitsAtTheEndForWhatIsBeingMade() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        Ahead<Integer> ahead = new Ahead<>(2, step -> {
            if (step == 2) {
                begun.countDown();
                awaitUninterruptibly(released);
                ended.set(true);
            }
            return numbered(step);
        });
        ahead.of(1);
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        Thread closing = Thread.startVirtualThread(ahead::close);
        assertThat(closing.join(java.time.Duration.ofMillis(50))).isFalse();
        released.countDown();
        closing.join();
        assertThat(ended).isTrue();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // As a backbone, which no interrupt ends.
            }
        }
    }

    private int numbered(int step) {
        made.add(step);
        return step;
    }
}
