package dev.glimpse.index.lucene;

import dev.glimpse.index.ViewPositions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** What a benchmark is to do: arguments such as {@code count=100000}. */
public final class BenchmarkOptions {

    private final Map<String, String> values = new HashMap<>();

    /** Reads them. */
    public BenchmarkOptions(String[] args) {
        for (String arg : args) {
            String[] parts = arg.split("=", 2);
            values.put(parts[0], parts.length == 2 ? parts[1] : "");
        }
    }

    /** What is said, or the default. */
    public String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    /** The number that is said, or the default. */
    public int number(String name, int otherwise) {
        return Integer.parseInt(text(name, Integer.toString(otherwise)));
    }

    /** Waits until all is merged that is to be, and makes it durable. */
    static void settle(LuceneIndex index) throws IOException {
        while (index.merge()) {
            LockSupport.parkNanos(10_000_000);
        }
        index.commit(ViewPositions.none(ClusteredVectors.ORIGIN));
    }

    /** Deletes the files of an index that a benchmark before has left. */
    static void clear(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
