package dev.glimpse.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.glimpse.FreshData;
import dev.glimpse.TopicLog;
import dev.glimpse.topic.KafkaClients;
import dev.glimpse.topic.Namespace;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels of a file. */
@QuarkusTest
@WithTestResource(FreshData.class)
class LabelFileIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @Inject
    SourceWriter writer;

    @Inject
    KafkaClients clients;

    @Inject
    Namespace namespace;

    @TempDir
    Path folder;

    @Test
    void writesWhatIsNewOrDifferentAndLeavesOutWhatIsWrong() throws Exception {
        Path file = folder.resolve("labels.txt");
        Files.writeString(file, """
                lf red shoe

                {"id": "lf 2", "text": "blue shoe", "vocabulary": "lf"}
                {"id": "lf 3", "text": "green shoe", "colour": 1}
                {"id": 4, "text": "x"}
                {"text"
                {"text": "lf last", "templates": ["a photo of a {}"]}
                """);
        try (TopicLog log = new TopicLog("glimpse.labels")) {
            start(file);
            await().atMost(SOON).until(() -> seen(log).contains("lf last"));
            assertThat(seen(log)).containsExactly("lf red shoe", "lf 2", "lf last");
            TopicLog.Entry second = log.matching(entry -> entry.key().equals("lf 2"))
                    .findFirst()
                    .orElseThrow();
            assertThat(new String(second.record().value(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"text\":\"blue shoe\",\"vocabulary\":\"lf\"}");
            assertThat(second.header("content-type")).isEqualTo("application/json");

            Files.writeString(file, """
                    lf red shoe
                    {"id": "lf 2", "text": "navy shoe", "vocabulary": "lf"}
                    {"text": "lf last", "templates": ["a photo of a {}"]}
                    lf end
                    """);
            start(file);
            await().atMost(SOON).until(() -> seen(log).contains("lf end"));
            assertThat(seen(log)).containsExactly("lf red shoe", "lf 2", "lf last", "lf 2", "lf end");
        }
    }

    private void start(Path file) {
        new LabelFile(() -> Optional.of(file), writer, clients, namespace).start(new StartupEvent());
    }

    private static List<String> seen(TopicLog log) {
        return log.matching(entry -> entry.key().startsWith("lf "))
                .map(TopicLog.Entry::key)
                .toList();
    }
}
