package dev.glimpse.topic;

import dev.glimpse.item.Content;
import dev.glimpse.item.ItemId;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Follows the references of records: {@code file:} addresses below one configured root, and nothing else. Symbolic links
 * count by where they lead. Thread-safe.
 */
@ApplicationScoped
public class FileReferences {

    /** Linux's NAME_MAX and PATH_MAX, in bytes; the latter with a zero at the end. */
    private static final int LONGEST_NAME = 255;

    private static final int LONGEST_PATH = 4095;

    private final @Nullable Path root;

    FileReferences(TopicsConfig config) {
        this.root = config.fileRoot().orElse(null);
    }

    /**
     * Reads the picture that a record refers to.
     *
     * @throws RejectedRecordException if the reference may not be followed or can't be read
     * @throws UncheckedIOException    if it can't be read by no fault of the record's: to be tried again
     */
    public Content.Picture read(ItemId item, URI uri) throws RejectedRecordException {
        if (!"file".equalsIgnoreCase(uri.getScheme())) {
            throw refused(item, uri, "only file: references are followed");
        }
        if (root == null) {
            throw refused(item, uri, "no root for files is configured (glimpse.topics.file-root)");
        }
        Path base = base(root);
        try {
            Path file = Path.of(uri).toRealPath();
            if (!file.startsWith(base) || !Files.isRegularFile(file)) {
                throw refused(item, uri, "it is no file below the configured root");
            }
            long size = Files.size(file);
            if (size == 0 || size > RecordSize.MAX_VALUE) {
                throw new RejectedRecordException(
                        Reason.REFERENCE_UNREADABLE,
                        "the file that %s refers to has %d bytes; it must have 1 to %d"
                                .formatted(item, size, RecordSize.MAX_VALUE));
            }
            try (InputStream stream = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                return new Content.Picture(stream.readNBytes(RecordSize.MAX_VALUE), null);
            }
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw refused(item, uri, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            Path file = Path.of(uri).normalize();
            // Outside the root nothing is told of what exists.
            if (!file.startsWith(root.toAbsolutePath().normalize())) {
                throw refused(item, uri, "it is no file below the configured root");
            }
            if (e instanceof NoSuchFileException || e instanceof AccessDeniedException || leadsNowhere(file)) {
                throw new RejectedRecordException(
                        Reason.REFERENCE_UNREADABLE,
                        "the file that %s refers to, %s, can't be read".formatted(item, uri),
                        e);
            }
            throw new UncheckedIOException("the file that %s refers to can't be read now".formatted(item), e);
        }
    }

    /** Whether no file can lie there: its name is too long, or one on the way to it is a file, or a link in a circle. */
    private static boolean leadsNowhere(Path file) {
        for (Path way = file; way != null; way = way.getParent()) {
            boolean isWay = !way.equals(file);
            if (way.getNameCount() > 0 && bytes(way.getFileName()) > LONGEST_NAME
                    || isWay && Files.isRegularFile(way)
                    || Files.isSymbolicLink(way) && !Files.exists(way)) {
                return true;
            }
        }
        return bytes(file) > LONGEST_PATH;
    }

    private static int bytes(Path name) {
        return name.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    /** Where the root itself is away (a mount that is not there), it is no fault of the record's. */
    private static Path base(Path root) {
        try {
            return root.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("the root for files %s can't be read".formatted(root), e);
        }
    }

    private static RejectedRecordException refused(ItemId item, URI uri, String rule) {
        return new RejectedRecordException(
                Reason.REFERENCE_REFUSED, "the reference of %s to %s is refused: %s".formatted(item, uri, rule));
    }
}
