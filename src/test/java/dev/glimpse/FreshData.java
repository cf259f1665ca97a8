package dev.glimpse;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory and a port of the run's own for the embedded broker and everything beside it. */
public final class FreshData implements QuarkusTestResourceLifecycleManager {

    private @Nullable Path data;

    @Override
    public Map<String, String> start() {
        try {
            Path folder = Files.createTempDirectory("glimpse-it-");
            data = folder;
            Path files = Files.createDirectories(folder.resolve("files"));
            return Map.of(
                    "glimpse.data", folder.toString(),
                    "glimpse.broker.port", Integer.toString(freePort()),
                    "glimpse.topics.file-root", files.toString(),
                    "glimpse.query.keep-alive", "1s");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        if (data != null) {
            delete(data);
        }
    }

    /** A port that nobody listens on. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Deletes a folder with everything in it. */
    public static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
