package dev.glimpse.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.train.network.Weights;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * What training goes on from after it was ended: weights, the optimizer's state and the progress, in one folder. A new one
 * takes the place of the old one at once or not at all: the progress, written last, names the files that go with it.
 */
final class Checkpoint {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROGRESS = "progress.json";
    private static final String BEST = "best.ndlist";

    private final Path folder;
    private final String learnedFrom;

    /** @param learnedFrom tells one training from another by what it learns from, as {@link Fingerprint} */
    Checkpoint(Path folder, String learnedFrom) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.learnedFrom = learnedFrom;
    }

    private record State(String recipe, @Nullable String learnedFrom, Progress progress) {}

    /** One of a later stage of the same training. */
    Checkpoint within(String stage) throws IOException {
        return new Checkpoint(folder.resolve(stage), learnedFrom);
    }

    /** A file beside what training goes on from. */
    Path file(String name) {
        return folder.resolve(name);
    }

    /** Whether there is one. */
    boolean exists() {
        return Files.exists(folder.resolve(PROGRESS));
    }

    /** Writes one, beside the one that is there, and then in its place. */
    void write(Recipe recipe, Progress progress, Weights weights, Weights averaged, Adam adam) throws IOException {
        write(weightsOf(progress.step()), weights::write);
        write(averagedOf(progress.step()), averaged::write);
        write(adamOf(progress.step()), adam::write);
        int before = exists() ? read(recipe).step() : progress.step();
        write(PROGRESS, to -> JSON.writeValue(to, new State(recipe.toString(), learnedFrom, progress)));
        if (before != progress.step()) {
            Files.deleteIfExists(folder.resolve(weightsOf(before)));
            Files.deleteIfExists(folder.resolve(averagedOf(before)));
            Files.deleteIfExists(folder.resolve(adamOf(before)));
        }
    }

    /** Writes the best weights so far. */
    void writeBest(Weights weights) throws IOException {
        write(BEST, weights::write);
    }

    /** Takes up the best weights. */
    void readBest(Weights weights) throws IOException {
        try (InputStream from = open(BEST)) {
            weights.read(from);
        }
    }

    /**
     * How far it is.
     *
     * @throws IOException if it can't be read, or is of another recipe, or of other pairs, tokens or networks
     */
    Progress read(Recipe recipe) throws IOException {
        State state = JSON.readValue(folder.resolve(PROGRESS).toFile(), State.class);
        if (!state.recipe().equals(recipe.toString())) {
            throw new IOException("the checkpoint in %s is of another recipe, %s; this one is %s"
                    .formatted(folder, state.recipe(), recipe));
        }
        if (!learnedFrom.equals(state.learnedFrom())) {
            throw new IOException(
                    ("the checkpoint in %s learned from other pairs, or with other tokens, networks or warm start"
                                    + " than these; give another --out, or delete it")
                            .formatted(folder));
        }
        return state.progress();
    }

    /**
     * Goes on from the checkpoint.
     *
     * @throws IOException as {@link #read(Recipe)}
     */
    Progress resume(Recipe recipe, Weights weights, Weights averaged, Adam adam) throws IOException {
        Progress progress = read(recipe);
        try (InputStream from = open(averagedOf(progress.step()))) {
            averaged.read(from);
        }
        try (InputStream from = open(weightsOf(progress.step()))) {
            weights.read(from);
        }
        try (InputStream from = open(adamOf(progress.step()))) {
            adam.read(from);
        }
        return progress;
    }

    private static String weightsOf(int step) {
        return "weights-%d.ndlist".formatted(step);
    }

    private static String averagedOf(int step) {
        return "averaged-%d.ndlist".formatted(step);
    }

    private static String adamOf(int step) {
        return "adam-%d.ndlist".formatted(step);
    }

    private interface Content {
        void writeTo(OutputStream to) throws IOException;
    }

    private void write(String name, Content content) throws IOException {
        Path beside = folder.resolve(name + ".new");
        try (OutputStream to = new BufferedOutputStream(Files.newOutputStream(beside))) {
            content.writeTo(to);
        }
        Files.move(beside, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private InputStream open(String name) throws IOException {
        return new BufferedInputStream(Files.newInputStream(folder.resolve(name)));
    }
}
