package dev.glimpse.encode.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.encode.EncoderException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a model, in a folder.
 *
 * @param name   what the model is called
 * @param folder where they lie
 */
record ModelFiles(String name, Path folder) {

    static final String CONFIG = "config.json";
    static final String PREPROCESSOR = "preprocessor_config.json";
    static final String TOKENIZER = "tokenizer.json";
    static final String RERANKER = "onnx/reranker.onnx";
    static final String CALIBRATION = "calibration.json";
    static final String VISION = "onnx/vision_model.onnx";
    static final String TEXT = "onnx/text_model.onnx";

    private static final List<String> REQUIRED = List.of(CONFIG, PREPROCESSOR, TOKENIZER, VISION, TEXT);
    private static final List<String> SETTINGS = List.of(CONFIG, PREPROCESSOR, TOKENIZER);
    private static final List<String> OPTIONAL = List.of(RERANKER, CALIBRATION);
    private static final String CLASS_PATH = "classpath:";

    /**
     * Opens a model.
     *
     * @param location a folder, a zip file, or {@code classpath:} and a path
     * @param cache    where a model that is no folder is unpacked
     * @throws EncoderException if there is no model, or a file of it is missing
     */
    static ModelFiles open(String location, Path cache) {
        String name = location.replaceAll("/+$", "").replaceAll(".*[/:]", "").replaceAll("\\.zip$", "");
        try {
            ModelFiles files = new ModelFiles(name, folder(location, cache));
            files.requireAll(location);
            return files;
        } catch (IOException e) {
            throw new EncoderException("the model %s can't be read: %s".formatted(location, e), e);
        }
    }

    private static Path folder(String location, Path cache) throws IOException {
        if (location.startsWith(CLASS_PATH)) {
            String base = location.substring(CLASS_PATH.length());
            return unpacked(location, cache, folder -> copyClassPath(base, folder));
        }
        Path path = Path.of(location);
        if (Files.isRegularFile(path)) {
            return unpacked(location, cache, folder -> copyZip(path, folder));
        }
        if (!Files.isDirectory(path)) {
            throw new EncoderException(
                    "there is no model at %s: neither a folder nor a zip file".formatted(path.toAbsolutePath()));
        }
        return path;
    }

    /** Copies a model's files. */
    private interface Source {
        void copyTo(Path folder) throws IOException;
    }

    /** Unpacks a model. Whatever fails, a start that is tried again and again must not fill the disk. */
    private static Path unpacked(String location, Path cache, Source source) throws IOException {
        Files.createDirectories(cache);
        Path folder = Files.createTempDirectory(cache, "unpacking-");
        try {
            source.copyTo(folder);
            new ModelFiles("", folder).requireAll(location);
            return settled(folder, cache);
        } finally {
            if (Files.exists(folder)) {
                delete(folder);
            }
        }
    }

    private static void copyClassPath(String base, Path folder) throws IOException {
        List<String> files = new ArrayList<>(REQUIRED);
        files.addAll(OPTIONAL);
        for (String file : files) {
            try (InputStream stream =
                    Thread.currentThread().getContextClassLoader().getResourceAsStream(base + "/" + file)) {
                if (stream == null && OPTIONAL.contains(file)) {
                    continue;
                }
                if (stream == null) {
                    throw new EncoderException("the model %s%s lacks %s".formatted(CLASS_PATH, base, file));
                }
                copy(stream, folder.resolve(file));
            }
        }
    }

    private static void copyZip(Path zip, Path folder) throws IOException {
        try (FileSystem archive = FileSystems.newFileSystem(zip)) {
            Path root = archive.getPath("/");
            List<Path> configs;
            try (Stream<Path> paths = Files.walk(root, 3)) {
                configs = paths.filter(path -> path.endsWith(CONFIG)).toList();
            }
            if (configs.size() != 1) {
                throw new EncoderException("the zip file %s must hold one model, and holds %d files named %s"
                        .formatted(zip, configs.size(), CONFIG));
            }
            Path model = configs.getFirst().toAbsolutePath().getParent();
            Path from = model == null ? root : model;
            try (Stream<Path> paths = Files.walk(from)) {
                for (Path path : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
                    Path to = folder.resolve(from.relativize(path).toString()).normalize();
                    if (!to.startsWith(folder)) {
                        throw new EncoderException(
                                "the zip file %s has an entry outside itself: %s".formatted(zip, path));
                    }
                    try (InputStream stream = Files.newInputStream(path)) {
                        copy(stream, to);
                    }
                }
            }
        }
    }

    /** Gives what was unpacked a name by its content, so that every start of one model uses one folder. */
    private static Path settled(Path unpacked, Path cache) throws IOException {
        List<String> settings = new ArrayList<>(SETTINGS);
        if (Files.exists(unpacked.resolve(CALIBRATION))) {
            settings.add(CALIBRATION);
        }
        Path settled = cache.resolve(new ModelFiles("", unpacked).digest(0, settings, List.of(VISION, TEXT, RERANKER)));
        if (!Files.isDirectory(settled)) {
            try {
                Files.move(unpacked, settled);
            } catch (FileSystemException e) {
                // Another process that uses this folder may have been quicker.
                if (!Files.isDirectory(settled)) {
                    throw e;
                }
            }
        }
        return settled;
    }

    private static void copy(InputStream stream, Path to) throws IOException {
        Files.createDirectories(to.toAbsolutePath().getParent());
        Files.copy(stream, to, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void delete(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void requireAll(String location) throws IOException {
        List<String> missing = new ArrayList<>(REQUIRED);
        missing.removeIf(file -> Files.isRegularFile(folder.resolve(file)));
        if (missing.isEmpty()) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder, 3)) {
            List<String> present = paths.filter(Files::isRegularFile)
                    .map(path -> folder.relativize(path).toString())
                    .sorted()
                    .limit(30)
                    .toList();
            throw new EncoderException("the model %s lacks %s; it does have %s".formatted(location, missing, present));
        }
    }

    /** A JSON file of the model. */
    JsonNode json(String file) {
        try {
            return new ObjectMapper().readTree(folder.resolve(file).toFile());
        } catch (IOException e) {
            throw new EncoderException("%s of the model %s is no JSON: %s".formatted(file, name, e.getMessage()), e);
        }
    }

    /**
     * The digest of what determines a vector: networks (with data that lies beside them), tokenizer, preprocessing, and the
     * configuration, which says where a text is cut.
     *
     * @param revision of our own preprocessing and pooling
     */
    String digest(int revision) {
        return digest(revision, SETTINGS, List.of(VISION, TEXT));
    }

    private String digest(int revision, List<String> settings, List<String> networks) {
        List<String> names =
                networks.stream().map(file -> file.substring("onnx/".length())).toList();
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(("encode revision " + revision + "\0").getBytes(StandardCharsets.UTF_8));
            List<Path> files =
                    new ArrayList<>(settings.stream().map(folder::resolve).toList());
            try (Stream<Path> present = Files.list(folder.resolve("onnx"))) {
                present.filter(path ->
                                names.stream().anyMatch(path.getFileName().toString()::startsWith))
                        .sorted()
                        .forEach(files::add);
            }
            byte[] buffer = new byte[1 << 16];
            for (Path file : files) {
                digest.update((folder.relativize(file) + "\0").getBytes(StandardCharsets.UTF_8));
                try (InputStream stream = Files.newInputStream(file)) {
                    for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                        digest.update(buffer, 0, n);
                    }
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new EncoderException("the model %s can't be read: %s".formatted(name, e), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
