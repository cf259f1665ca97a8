package dev.glimpse.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewDirectoryTest {

    private static final ViewPositions.Origin ORIGIN = new ViewPositions.Origin("cluster", "topic", "id");
    private static final Duration MAX_AGE = Duration.ofHours(1);

    @TempDir
    Path root;

    @Test
    void beginsANewOneWhereNothingIs() {
        ViewDirectory.Found<FileStore> found = directory(ORIGIN).open();

        assertThat(found.serving()).isNull();
        assertThat(found.feeding().folder()).isEqualTo(root.resolve("view-1"));
    }

    @Test
    void servesWhatIsCompleteAndFresh() throws IOException {
        write("view-1", ORIGIN, true, Duration.ofMinutes(5));

        ViewDirectory.Found<FileStore> found = directory(ORIGIN).open();

        assertThat(found.serving()).isEqualTo(found.feeding());
    }

    @Test
    void goesOnBuildingWhatIsNotComplete() throws IOException {
        write("view-1", ORIGIN, false, Duration.ofMinutes(5));

        ViewDirectory.Found<FileStore> found = directory(ORIGIN).open();

        assertThat(found.serving()).isNull();
        assertThat(found.feeding().folder()).isEqualTo(root.resolve("view-1"));
    }

    @Test
    void movesAsideWhatIsOfAnotherClusterTopicOrSpace() throws IOException {
        write("view-1", new ViewPositions.Origin("another", "topic", "id"), true, Duration.ZERO);

        ViewDirectory.Found<FileStore> found = directory(ORIGIN).open();

        assertThat(found.serving()).isNull();
        assertThat(folders()).containsExactly("aside-view-1", "view-1");
        assertThat(found.feeding().store().positions().next()).isEmpty();
    }

    @Test
    void movesAsideWhatIsDamagedAndKeepsOnlyTheLast() throws IOException {
        Files.createDirectories(root.resolve("aside-view-7"));
        Files.writeString(Files.createDirectories(root.resolve("view-8")).resolve("commit"), "no commit");

        ViewDirectory.Found<FileStore> found = directory(ORIGIN).open();

        assertThat(found.serving()).isNull();
        assertThat(folders()).containsExactly("aside-view-8", "view-1");
    }

    @Test
    void leavesWhatAFullDiskKeepsFromBeingOpened() throws IOException {
        write("view-1", ORIGIN, true, Duration.ofMinutes(5));
        for (IOException why : List.of(
                new IOException("No space left on device"),
                new FileSystemException("commit", null, "Too many open files"))) {
            ViewDirectory<FileStore> full = new ViewDirectory<>(root, ORIGIN, MAX_AGE, folder -> {
                throw why;
            });

            assertThatThrownBy(full::open).hasMessageContaining(String.valueOf(why.getMessage()));
            assertThat(folders()).containsExactly("view-1");
        }
        assertThat(directory(ORIGIN).open().serving()).isNotNull();
    }

    @Test
    void servesWhatIsTooOldWhileASuccessorIsBuilt() throws IOException {
        write("view-3", ORIGIN, true, Duration.ofHours(2));

        ViewDirectory.Found<FileStore> found = directory(ORIGIN).open();

        assertThat(Objects.requireNonNull(found.serving()).folder()).isEqualTo(root.resolve("view-3"));
        assertThat(found.feeding().folder()).isEqualTo(root.resolve("view-4"));
    }

    @Test
    void goesOnBuildingASuccessorAfterARestart() throws IOException {
        write("view-3", ORIGIN, true, Duration.ofHours(2));
        write("view-4", ORIGIN, false, Duration.ofMinutes(1));

        ViewDirectory.Found<FileStore> found = directory(ORIGIN).open();

        assertThat(Objects.requireNonNull(found.serving()).folder()).isEqualTo(root.resolve("view-3"));
        assertThat(found.feeding().folder()).isEqualTo(root.resolve("view-4"));
    }

    @Test
    void dropsTheOldOneWhereItsSuccessorWasComplete() throws IOException {
        write("view-3", ORIGIN, true, Duration.ofHours(2));
        write("view-4", ORIGIN, true, Duration.ofMinutes(1));

        ViewDirectory.Found<FileStore> found = directory(ORIGIN).open();

        assertThat(Objects.requireNonNull(found.serving()).folder()).isEqualTo(root.resolve("view-4"));
        assertThat(folders()).containsExactly("view-4");
    }

    @Test
    void startsOverWhatIsTooOldAndWasNeverComplete() throws IOException {
        write("view-3", ORIGIN, false, Duration.ofHours(2));

        ViewDirectory.Found<FileStore> found = directory(ORIGIN).open();

        assertThat(found.serving()).isNull();
        assertThat(found.feeding().store().positions().next()).isEmpty();
    }

    private ViewDirectory<FileStore> directory(ViewPositions.Origin origin) {
        return new ViewDirectory<>(root, origin, MAX_AGE, folder -> FileStore.open(folder, origin));
    }

    private List<String> folders() throws IOException {
        try (Stream<Path> folders = Files.list(root)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private void write(String name, ViewPositions.Origin origin, boolean caughtUp, Duration age) throws IOException {
        ViewPositions positions = new ViewPositions(
                origin, Map.of(0, 5L), Map.of(), caughtUp, Instant.now().minus(age));
        new FileStore(Files.createDirectories(root.resolve(name)), positions).commit(positions);
    }

    /** A store that keeps its positions in a file and nothing else. */
    private record FileStore(Path folder, ViewPositions positions) implements PositionedStore {

        static FileStore open(Path folder, ViewPositions.Origin origin) throws IOException {
            Path commit = folder.resolve("commit");
            return new FileStore(
                    folder,
                    Files.exists(commit)
                            ? ViewPositions.ofCommit(Files.readAllLines(commit).stream()
                                    .map(line -> line.split("=", 2))
                                    .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1])))
                            : ViewPositions.none(origin));
        }

        @Override
        public void commit(ViewPositions positions) {
            try {
                Files.write(
                        folder.resolve("commit"),
                        positions.toCommit().entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue())
                                .toList(),
                        StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public void close() {}
    }
}
