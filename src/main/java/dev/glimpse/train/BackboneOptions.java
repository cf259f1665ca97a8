package dev.glimpse.train;

import dev.glimpse.train.network.CellHead;
import dev.glimpse.train.network.CellPool;
import dev.glimpse.train.network.Head;
import dev.glimpse.train.onnx.Backbone;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name networks of others, and those networks while they are open. */
final class BackboneOptions implements AutoCloseable {

    private static final String CLASS_PATH = "classpath:";
    private static final int CELL_WIDTH = 192;

    @Option(
            names = "--image-backbone",
            description = "An ONNX file, or a model.json of TensorFlow.js, whose features are kept as they are; on one "
                    + "row a picture a head is trained, on a map attention over its cells.")
    private @Nullable Path images;

    @Option(names = "--image-size", defaultValue = "224", description = "Of the backbone's pictures, in pixels.")
    private int size;

    @Option(names = "--image-pixels", defaultValue = "IMAGENET", description = "${COMPLETION-CANDIDATES}")
    private Backbone.Pixels pixels = Backbone.Pixels.IMAGENET;

    @Option(names = "--image-input", description = "The node of a model.json that takes the pixels.")
    private @Nullable String input;

    @Option(
            names = "--image-output",
            description =
                    "The backbone's output, or several, with commas, that are put side by side; by default its first.")
    private @Nullable String outputs;

    @Option(
            names = "--text-backbone",
            description = "An ONNX file of a BERT or the like, or classpath: and a name; its features are kept.")
    private @Nullable String texts;

    @Option(names = "--text-tokenizer", description = "The text backbone's tokenizer.json, likewise.")
    private @Nullable String tokenizer;

    @Option(
            names = "--text-teacher",
            description =
                    "An ONNX file of a BERT or the like, or classpath: and a name: in the steps on captions, our own "
                            + "network of texts learns from it where words belong that no caption has.")
    private @Nullable String teacher;

    @Option(names = "--teacher-tokenizer", description = "The teacher's tokenizer.json, likewise.")
    private @Nullable String teacherTokenizer;

    @Option(names = "--teacher-language", defaultValue = "en", description = "The language that it knows.")
    private String teacherLanguage = "en";

    private @Nullable Backbone openImages;
    private @Nullable Backbone openTexts;
    private @Nullable TextTeacher openTeacher;

    /** Whether texts go through a network of others. */
    boolean hasTexts() {
        return texts != null;
    }

    /** @throws IllegalArgumentException if an option lacks the one that goes with it */
    void check() {
        if ((texts == null) != (tokenizer == null)) {
            throw new IllegalArgumentException("--text-backbone and --text-tokenizer go together");
        }
        if ((teacher == null) != (teacherTokenizer == null)) {
            throw new IllegalArgumentException("--text-teacher and --teacher-tokenizer go together");
        }
        if (teacher != null && texts != null) {
            throw new IllegalArgumentException(
                    "--text-teacher goes with a text network of our own, not with a backbone");
        }
    }

    /** What brings pictures into the joint space: on the backbone if one is named, else a network of our own. */
    ImageBranch imageBranch(ImageBranch own, int dimension) throws IOException {
        if (images == null) {
            return own;
        }
        Backbone backbone = Backbone.ofImages(
                images, size, pixels, input, outputs == null ? List.of() : List.of(outputs.split(",")));
        openImages = backbone;
        long[] shape = backbone.shape();
        int width = Math.toIntExact(shape[0]);
        return shape.length == 1
                ? new ImageBranch.Frozen(backbone, new Head("image.head", width, dimension))
                : new ImageBranch.OnCells(
                        backbone,
                        new CellHead(width, new CellPool(Math.toIntExact(shape[1]), CELL_WIDTH, 6, 4, dimension)));
    }

    /** What brings captions there, by a network of others: null if none is named. */
    @Nullable
    TextBranch textBranch(int dimension, int length) throws IOException {
        if (texts == null || tokenizer == null) {
            return null;
        }
        Backbone backbone = Backbone.ofTexts(file(texts));
        openTexts = backbone;
        Head head = new Head("text.head", Math.toIntExact(backbone.shape()[0]), dimension);
        return new TextBranch.Frozen(backbone, head, file(tokenizer), length);
    }

    /** What teaches our own network of texts: null if nothing is named. */
    @Nullable
    TextTeacher teacher() throws IOException {
        if (teacher == null || teacherTokenizer == null) {
            return null;
        }
        Path read = file(teacherTokenizer);
        TextTeacher open = TextTeacher.of(Backbone.ofTexts(file(teacher)), read, teacherLanguage);
        openTeacher = open;
        return open;
    }

    /** Who teaches, and in which language: empty if nobody does. */
    String nameOfTeacher() {
        return teacher == null ? "" : "%s in %s".formatted(Path.of(teacher).getFileName(), teacherLanguage);
    }

    /** The networks of others, and what they are given: training with others is another. */
    String names() {
        return images == null && texts == null && teacher == null
                ? ""
                : Stream.of(images, size, pixels, input, outputs, texts, tokenizer, teacher, teacherTokenizer)
                        .map(String::valueOf)
                        .collect(Collectors.joining(" "));
    }

    /** A file, copied from the class path where it lies there. */
    private static Path file(String location) throws IOException {
        if (!location.startsWith(CLASS_PATH)) {
            return Path.of(location);
        }
        String name = location.substring(CLASS_PATH.length());
        try (InputStream resource = BackboneOptions.class.getClassLoader().getResourceAsStream(name)) {
            if (resource == null) {
                throw new IOException("there is no %s on the class path".formatted(name));
            }
            Path copy = Files.createTempFile("glimpse-train-", name.substring(name.lastIndexOf('.')));
            copy.toFile().deleteOnExit();
            Files.copy(resource, copy, StandardCopyOption.REPLACE_EXISTING);
            return copy;
        }
    }

    @Override
    public void close() throws IOException {
        try (Backbone ofImages = openImages;
                Backbone ofTexts = openTexts;
                TextTeacher ofOthers = openTeacher) {
            openImages = null;
            openTexts = null;
            openTeacher = null;
        }
    }
}
