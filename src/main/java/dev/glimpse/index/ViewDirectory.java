package dev.glimpse.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which the stores of one view lie, {@code view-1}, {@code view-2} and so on: usually one; two while a
 * successor is built beside one that is too old. What is damaged or of something else is moved aside, under a name that
 * says so, and never served; one such folder is kept, for whoever wants to know why.
 *
 * @param <S> the stores
 */
final class ViewDirectory<S extends PositionedStore> {

    private static final Logger LOG = Logger.getLogger(ViewDirectory.class);
    private static final String PREFIX = "view-";
    private static final String ASIDE = "aside-";

    /** Opens a store in a folder. */
    interface Opener<S> {
        S open(Path folder) throws IOException;
    }

    /**
     * A store and its folder.
     *
     * @param <S> the store
     */
    record Opened<S extends PositionedStore>(S store, Path folder) {}

    /**
     * What was found: a store to serve, and one to feed; the same, unless the first is too old.
     *
     * @param serving null where nothing is fit to be served yet
     */
    record Found<S extends PositionedStore>(@Nullable Opened<S> serving, Opened<S> feeding) {}

    private final Path root;
    private final Opener<S> opener;
    private final ViewPositions.Origin origin;
    private final Duration maxAge;

    /**
     * @param maxAge how old a commit may be that is built upon: an older one may have missed deletions
     */
    ViewDirectory(Path root, ViewPositions.Origin origin, Duration maxAge, Opener<S> opener) {
        this.root = root;
        this.origin = origin;
        this.maxAge = maxAge;
        this.opener = opener;
    }

    /** Opens what is there, or begins anew. */
    Found<S> open() {
        List<Opened<S>> opened = new ArrayList<>();
        try {
            Files.createDirectories(root);
            Opened<S> complete = null;
            Opened<S> tooOld = null;
            Opened<S> building = null;
            for (Path folder : views()) {
                Opened<S> found = tryOpen(folder, opened).orElse(null);
                if (found == null) {
                    continue;
                }
                boolean fresh = isFresh(found);
                boolean caughtUp = found.store().positions().caughtUp();
                if (complete != null) {
                    drop(found);
                } else if (fresh && caughtUp) {
                    complete = found;
                } else if (fresh && building == null) {
                    building = found;
                } else if (caughtUp && tooOld == null) {
                    tooOld = found;
                } else {
                    found.store().close();
                    moveAside(folder, "is older than %s, and was never complete".formatted(maxAge));
                }
            }
            return choose(complete, tooOld, building);
        } catch (IOException e) {
            opened.forEach(store -> store.store().close());
            throw new UncheckedIOException("the view's folder %s can't be used: %s".formatted(root, e.getMessage()), e);
        }
    }

    private Found<S> choose(@Nullable Opened<S> complete, @Nullable Opened<S> tooOld, @Nullable Opened<S> building)
            throws IOException {
        if (complete != null) {
            if (building != null) {
                drop(building);
            }
            return new Found<>(complete, complete);
        }
        if (tooOld != null) {
            LOG.warnf(
                    "The view in %s was last written at %s, more than %s ago: deletions may be gone from the topic. It "
                            + "serves while a new one is built beside it",
                    tooOld.folder(), tooOld.store().positions().time(), maxAge);
        }
        return new Found<>(tooOld, building == null ? fresh() : building);
    }

    private boolean isFresh(Opened<S> opened) {
        return opened.store().positions().time().isAfter(Instant.now().minus(maxAge));
    }

    /** A new, empty store. */
    Opened<S> fresh() throws IOException {
        int number = views().stream().mapToInt(ViewDirectory::number).max().orElse(0) + 1;
        Path folder = Files.createDirectories(root.resolve(PREFIX + number));
        return new Opened<>(opener.open(folder), folder);
    }

    /** Closes a store that has a successor, and deletes its files. */
    void drop(Opened<S> opened) {
        opened.store().close();
        delete(opened.folder());
    }

    /** Moves a closed store's files aside. */
    void moveAside(Path folder, String why) throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            files.filter(file -> file.getFileName().toString().startsWith(ASIDE))
                    .toList()
                    .forEach(ViewDirectory::delete);
        }
        Path aside = root.resolve(ASIDE + folder.getFileName());
        Files.move(folder, aside);
        LOG.warnf("The view in %s %s: it is moved aside to %s and built anew from the topic", folder, why, aside);
    }

    private Optional<Opened<S>> tryOpen(Path folder, List<Opened<S>> all) throws IOException {
        S store;
        try {
            store = opener.open(folder);
        } catch (StoreInUseException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if ((e instanceof UncheckedIOException unchecked ? unchecked.getCause() : e) instanceof IOException why
                    && isTroubleOfTheDisk(why)) {
                throw why;
            }
            moveAside(folder, "is damaged (%s)".formatted(e));
            return Optional.empty();
        }
        ViewPositions.Origin found = store.positions().origin();
        if (!found.equals(origin)) {
            store.close();
            moveAside(folder, "is of %s, not of %s".formatted(found, origin));
            return Optional.empty();
        }
        Opened<S> opened = new Opened<>(store, folder);
        all.add(opened);
        return Optional.of(opened);
    }

    /**
     * Whether it is no file's fault: what the system says of a full disk, too many open files, a device that fails. What says that
     * files are damaged or missing is of other classes.
     */
    private static boolean isTroubleOfTheDisk(IOException why) {
        return why.getClass() == IOException.class
                || why instanceof FileSystemException
                        && !(why instanceof NoSuchFileException || why instanceof NotDirectoryException);
    }

    /** The folders of stores, the newest first. */
    private List<Path> views() throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            return files.filter(file -> file.getFileName().toString().matches(PREFIX + "\\d{1,9}"))
                    .sorted((a, b) -> Integer.compare(number(b), number(a)))
                    .toList();
        }
    }

    private static int number(Path folder) {
        return Integer.parseInt(folder.getFileName().toString().substring(PREFIX.length()));
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOG.warnf("The folder %s can't be deleted: %s", folder, e.getMessage());
        }
    }
}
