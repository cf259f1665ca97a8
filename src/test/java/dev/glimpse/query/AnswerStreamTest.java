package dev.glimpse.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnswerStreamTest {

    private static final SearchEvent.Final END =
            new SearchEvent.Final(true, null, 0, Map.of(), null, null, SearchQuery.Live.NO);

    @Test
    void sendsNothingThatWasNotAskedFor() {
        Recorder recorder = new Recorder();
        recorder.stream.rank(hits(1, 2, 3));

        assertThat(recorder.events).isEmpty();
        recorder.stream.request(2);

        assertThat(ids(recorder)).containsExactly(1, 2);
    }

    @Test
    void givesASlowReaderTheNewestRankingOnly() {
        Recorder recorder = new Recorder();
        for (int i = 0; i < 1000; i++) {
            recorder.stream.rank(hits(i, i + 1));
        }
        recorder.stream.say(END);
        recorder.stream.request(Long.MAX_VALUE);

        assertThat(ids(recorder)).containsExactly(999, 1000);
        assertThat(recorder.events).last().isEqualTo(END);
        assertThat(recorder.completed).isTrue();
    }

    @Test
    void keepsTheOrderOfRankingsAndStages() {
        Recorder recorder = new Recorder();
        SearchEvent.Stage stage = new SearchEvent.Stage("approximate", 1, 1, 1);
        recorder.stream.rank(hits(1));
        recorder.stream.say(stage);
        recorder.stream.rank(hits(2));
        recorder.stream.say(END);
        recorder.stream.request(Long.MAX_VALUE);

        assertThat(recorder.events)
                .extracting(SearchEvent::name)
                .containsExactly("hit", "stage", "drop", "hit", "final");
    }

    @Test
    void sendsAHitAgainThatCountsOtherwiseAtItsPlace() {
        Recorder recorder = new Recorder();
        recorder.stream.request(Long.MAX_VALUE);
        recorder.stream.rank(hits(1, 2));
        SearchEvent.Hit second = new SearchEvent.Hit(2, "image", "2", 0.5f, 0, "exact", null, null, null, null);

        recorder.stream.rank(List.of(hits(1).getFirst(), second));

        assertThat(ids(recorder)).containsExactly(1, 2, 2);
        assertThat(recorder.events).last().isEqualTo(second);
    }

    @Test
    void tellsWhenAllIsTaken() {
        Recorder recorder = new Recorder();
        List<Boolean> taken = new ArrayList<>();
        recorder.stream.whenTaken(() -> taken.add(recorder.stream.isTaken()));
        recorder.stream.rank(hits(1, 2));
        recorder.stream.request(1);
        assertThat(recorder.stream.isTaken()).isFalse();
        recorder.stream.request(5);
        assertThat(taken).containsExactly(true);

        // The same ranking again: there is nothing to send, and all is taken.
        recorder.stream.rank(hits(1, 2));

        assertThat(recorder.stream.isTaken()).isTrue();
        assertThat(taken).containsExactly(true, true);
        assertThat(ids(recorder)).containsExactly(1, 2);
    }

    @Test
    void saysNothingAfterItsEnd() {
        Recorder recorder = new Recorder();
        recorder.stream.request(Long.MAX_VALUE);
        recorder.stream.say(END);
        recorder.stream.rank(hits(1));

        assertThat(recorder.events).containsExactly(END);
    }

    @Test
    void tellsTheSearchThatItsReaderLeft() {
        Recorder recorder = new Recorder();
        recorder.stream.request(1);
        recorder.stream.cancel();
        recorder.stream.rank(hits(1));

        assertThat(recorder.stream.isCancelled()).isTrue();
        assertThat(recorder.cancelled).isEqualTo(1);
        assertThat(recorder.events).isEmpty();
    }

    /** The ten lines of the README, over random rankings, read at random speeds, end in the last ranking. */
    @Test
    void aClientsListEndsInTheLastRankingAndNeverExceedsK() {
        Random random = new Random(1);
        for (int run = 0; run < 2000; run++) {
            int k = 1 + random.nextInt(8);
            Recorder recorder = new Recorder();
            List<SearchEvent.Hit> last = List.of();
            for (int step = 0; step < 6; step++) {
                List<Integer> items =
                        new ArrayList<>(IntStream.range(0, 10).boxed().toList());
                Collections.shuffle(items, random);
                last = hits(items.subList(0, random.nextInt(k + 1)).stream()
                        .mapToInt(Integer::intValue)
                        .toArray());
                recorder.stream.rank(last);
                recorder.stream.request(1 + random.nextInt(4));
            }
            recorder.stream.say(END);
            recorder.stream.request(Long.MAX_VALUE);
            RankedList list = new RankedList();
            for (SearchEvent event : recorder.events) {
                list.apply(event);
                assertThat(list.hits()).hasSizeLessThanOrEqualTo(k);
            }

            assertThat(list.hits()).isEqualTo(last);
        }
    }

    private static List<Integer> ids(Recorder recorder) {
        return recorder.events.stream()
                .filter(SearchEvent.Hit.class::isInstance)
                .map(event -> Integer.parseInt(((SearchEvent.Hit) event).id()))
                .toList();
    }

    private static List<SearchEvent.Hit> hits(int... ids) {
        List<SearchEvent.Hit> hits = new ArrayList<>();
        for (int id : ids) {
            hits.add(new SearchEvent.Hit(
                    hits.size() + 1, "image", Integer.toString(id), 0f, 0, "exact", null, null, null, null));
        }
        return hits;
    }

    private static final class Recorder implements Flow.Subscriber<SearchEvent> {
        final List<SearchEvent> events = new ArrayList<>();
        final AnswerStream stream = new AnswerStream(
                this,
                () -> this.cancelled++,
                new AnswerTimes(
                        new SimpleMeterRegistry(),
                        new SearchQuery.Ranking.Vector(),
                        new SearchQuery.Subject.Text("a")));
        int cancelled;
        boolean completed;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {}

        @Override
        public void onNext(SearchEvent event) {
            events.add(event);
        }

        @Override
        public void onError(Throwable failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void onComplete() {
            completed = true;
        }
    }
}
