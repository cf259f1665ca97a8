package dev.glimpse.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.glimpse.index.IndexSnapshot;
import dev.glimpse.item.ItemId;
import dev.glimpse.item.Kind;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PagesTest {

    private final AtomicInteger open = new AtomicInteger();

    @Test
    void keepsTheNewest() {
        Pages pages = pages(4, Duration.ofMinutes(1));
        List<String> cursors = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            cursors.add(begin(pages));
        }

        for (String cursor : cursors.subList(16, 20)) {
            pages.open(cursor).answer().release();
        }
        for (String cursor : cursors.subList(0, 16)) {
            assertThatThrownBy(() -> pages.open(cursor)).isInstanceOf(QueryException.class);
        }
        assertThat(open).hasValue(4);
        pages.close();
        assertThat(open).hasValue(0);
    }

    @Test
    void closesWhatExpires() {
        Pages pages = pages(4, Duration.ofMillis(200));
        String cursor = begin(pages);

        await().atMost(Duration.ofSeconds(20)).until(() -> open.get() == 0);

        assertThatThrownBy(() -> pages.open(cursor)).hasMessageContaining("has expired");
    }

    @Test
    void aSnapshotStaysWhileAPageIsSearched() {
        Pages pages = pages(1, Duration.ofMinutes(1));
        Pages.Page page = pages.open(begin(pages));

        begin(pages);
        assertThat(open).hasValue(2);

        page.answer().release();
        assertThat(open).hasValue(1);
    }

    @Test
    void takesNoPlaceWhereNoPageEnded() {
        Pages pages = pages(4, Duration.ofMinutes(1));
        String cursor = begin(pages);

        assertThat(cursor).endsWith(".2");
        assertThatThrownBy(() -> pages.open(cursor.replaceFirst("2$", "1"))).isInstanceOf(QueryException.class);
        assertThatThrownBy(() -> pages.open(cursor.replaceFirst("2$", "40"))).isInstanceOf(QueryException.class);
    }

    /** An answer that showed two items on its first page. */
    private String begin(Pages pages) {
        SearchQuery query = new SearchQuery(
                new SearchQuery.Subject.Text("a"),
                SearchQuery.Target.IMAGE,
                2,
                null,
                SearchQuery.ANY_SIMILARITY,
                new SearchQuery.Ranking.Vector(),
                null,
                true,
                List.of(),
                0,
                false,
                SearchQuery.Live.NO,
                List.of(),
                SearchQuery.DEFAULT_TIMEOUT);
        open.incrementAndGet();
        PagedAnswer answer = new PagedAnswer(query, null, counted());
        answer.show(0, List.of(new ItemId(Kind.IMAGE, "1"), new ItemId(Kind.IMAGE, "2")));
        String cursor = Pages.cursor(pages.keep(answer), 2);
        answer.release();
        return cursor;
    }

    /** A snapshot of which only the closing counts. */
    private IndexSnapshot counted() {
        return (IndexSnapshot) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {IndexSnapshot.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("close");
                    open.decrementAndGet();
                    return null;
                });
    }

    private static Pages pages(int cursors, Duration expiry) {
        return new Pages(new QueryConfig() {
            @Override
            public int liveStreams() {
                return 1;
            }

            @Override
            public float labelScore() {
                return 0.5f;
            }

            @Override
            public Duration keepAlive() {
                return expiry;
            }

            @Override
            public int cursors() {
                return cursors;
            }

            @Override
            public Duration cursorExpiry() {
                return expiry;
            }
        });
    }
}
