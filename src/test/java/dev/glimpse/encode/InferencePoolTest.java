package dev.glimpse.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InferencePoolTest {

    private final InferencePool pool = new InferencePool(new SmallRyeConfigBuilder()
            .withDefaultValue("glimpse.encode.threads", "1")
            .withDefaultValue("glimpse.encode.instance", "test")
            .withConverter(Duration.class, 200, new DurationConverter())
            .withConverter(MemorySize.class, 200, new MemorySizeConverter())
            .withMapping(EncodeConfig.class)
            .build()
            .getConfigMapping(EncodeConfig.class));
    private final CountDownLatch busy = new CountDownLatch(1);

    @AfterEach
    void stop() {
        pool.stop();
    }

    @Test
    void runsQueriesBeforeWhatIsIngested() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        var _ = pool.submitIngestion(() -> busy.await(10, TimeUnit.SECONDS));
        Future<Boolean> ingested = pool.submitIngestion(() -> order.add("ingested"));
        Future<Boolean> asked = pool.submitQuery(() -> order.add("asked"));
        busy.countDown();
        ingested.get(10, TimeUnit.SECONDS);
        asked.get(10, TimeUnit.SECONDS);

        assertThat(order).containsExactly("asked", "ingested");
    }

    @Test
    void refusesMoreQueriesThanMayWaitAndTakesThemAgainOnceOthersLeft() throws Exception {
        var _ = pool.submitIngestion(() -> busy.await(10, TimeUnit.SECONDS));
        for (int round = 0; round < 3; round++) {
            List<Future<String>> waiting = new ArrayList<>();
            for (int i = 0; i < 256; i++) {
                waiting.add(pool.submitQuery(() -> "answer"));
            }
            assertThatThrownBy(() -> pool.submitQuery(() -> "one too many"))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessageContaining("256");
            waiting.forEach(query -> query.cancel(false));
        }
        busy.countDown();

        assertThat(pool.submitQuery(() -> "answer").get(10, TimeUnit.SECONDS)).isEqualTo("answer");
    }
}
