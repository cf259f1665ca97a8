package dev.glimpse.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.glimpse.item.ItemId;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReferencesTest {

    private static final ItemId ITEM = ItemId.parse("image/1");

    private final Path folder;
    private final Path root;
    private FileReferences references;

    FileReferencesTest(@TempDir Path folder) throws Exception {
        this.folder = folder;
        this.root = Files.createDirectories(folder.resolve("root")).toRealPath();
        Files.createDirectories(root.resolve("sub"));
        references = new FileReferences(config(root.toString()));
    }

    @Test
    void readsAFileBelowTheRoot() throws Exception {
        Path file = Files.writeString(root.resolve("sub/a b.png"), "picture");

        assertThat(references.read(ITEM, file.toUri()).bytes()).asString().isEqualTo("picture");
    }

    @Test
    void refusesWhatLiesOutside() throws Exception {
        Path outside = Files.writeString(folder.resolve("secret"), "x");
        Path link = Files.createSymbolicLink(root.resolve("link"), outside);

        assertThat(refusal(outside.toUri())).isEqualTo(Reason.REFERENCE_REFUSED);
        assertThat(refusal(link.toUri())).isEqualTo(Reason.REFERENCE_REFUSED);
        assertThat(refusal(URI.create("file://" + root + "/../secret"))).isEqualTo(Reason.REFERENCE_REFUSED);
        assertThat(refusal(URI.create("file://" + root + "/../absent"))).isEqualTo(Reason.REFERENCE_REFUSED);
        assertThat(refusal(root.toUri())).isEqualTo(Reason.REFERENCE_REFUSED);
        assertThat(refusal(URI.create("file://host/share/x"))).isEqualTo(Reason.REFERENCE_REFUSED);
    }

    @Test
    void refusesOtherSchemes() {
        assertThat(refusal(URI.create("https://example.org/x.png"))).isEqualTo(Reason.REFERENCE_REFUSED);
        assertThat(refusal(URI.create("s3://bucket/x.png"))).isEqualTo(Reason.REFERENCE_REFUSED);
    }

    @Test
    void saysThatAFileCantBeRead() throws Exception {
        Path empty = Files.createFile(root.resolve("empty"));

        assertThat(refusal(root.resolve("absent").toUri())).isEqualTo(Reason.REFERENCE_UNREADABLE);
        assertThat(refusal(empty.toUri())).isEqualTo(Reason.REFERENCE_UNREADABLE);
    }

    @Test
    void saysThatNoFileCanLieThere() throws Exception {
        Path file = Files.writeString(root.resolve("file"), "x");
        Path circle = root.resolve("circle");
        Files.createSymbolicLink(circle, circle);
        assertThat(refusal(URI.create("file://" + file + "/below"))).isEqualTo(Reason.REFERENCE_UNREADABLE);
        assertThat(refusal(URI.create("file://" + root + "/" + "n".repeat(300))))
                .isEqualTo(Reason.REFERENCE_UNREADABLE);
        assertThat(refusal(URI.create("file://" + root + "/d".repeat(5000)))).isEqualTo(Reason.REFERENCE_UNREADABLE);
        assertThat(refusal(circle.toUri())).isEqualTo(Reason.REFERENCE_UNREADABLE);
        // The same outside the root is refused, and tells nothing.
        Path outside = Files.writeString(folder.resolve("outside"), "x");
        assertThat(refusal(URI.create("file://" + outside + "/below"))).isEqualTo(Reason.REFERENCE_REFUSED);
    }

    @Test
    void refusesEverythingWithoutARoot() throws Exception {
        references = new FileReferences(config(""));

        assertThat(refusal(Files.writeString(root.resolve("a"), "x").toUri())).isEqualTo(Reason.REFERENCE_REFUSED);
    }

    private Reason refusal(URI uri) {
        return catchThrowableOfType(RejectedRecordException.class, () -> references.read(ITEM, uri))
                .reason();
    }

    private static TopicsConfig config(String root) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withDefaultValue("glimpse.topics.file-root", root)
                .withConverter(java.time.Duration.class, 200, new io.quarkus.runtime.configuration.DurationConverter())
                .withMapping(TopicsConfig.class)
                .build();
        return config.getConfigMapping(TopicsConfig.class);
    }
}
