package dev.glimpse.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glimpse.embedding.Embedding;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is shown while a text is encoded. */
class GlimpseTest {

    private final List<SearchEvent> said = new ArrayList<>();
    private int ranked;

    private final Glimpse glimpse = new Glimpse(new AnswerSink() {
        @Override
        public void rank(List<SearchEvent.Hit> hits) {
            ranked++;
        }

        @Override
        public void say(SearchEvent event) {
            said.add(event);
        }
    });

    @Test
    void showsNothingOnceItHasEnded() {
        glimpse.rank(List.of());
        glimpse.say(new SearchEvent.Stage("lexical", 1, 0, 0));
        glimpse.end();
        glimpse.rank(List.of());
        glimpse.say(new SearchEvent.Stage("lexical", 2, 0, 0));

        assertThat(ranked).isEqualTo(1);
        assertThat(said).hasSize(1);
    }

    @Test
    void isWantedUntilTheTextIsEncoded() {
        CompletableFuture<Embedding> encoding = new CompletableFuture<>();
        assertThat(glimpse.isWanted()).isTrue();
        glimpse.until(encoding);
        assertThat(glimpse.isWanted()).isTrue();
        encoding.cancel(false);
        assertThat(glimpse.isWanted()).isFalse();
    }

    @Test
    void isNotWantedOnceItHasEnded() {
        glimpse.end();
        assertThat(glimpse.isWanted()).isFalse();
    }
}
