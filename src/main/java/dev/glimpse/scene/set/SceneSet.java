package dev.glimpse.scene.set;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.scene.Domain;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.Split;
import dev.glimpse.scene.Twins;
import dev.glimpse.scene.caption.Captions;
import dev.glimpse.scene.draw.SceneRenderer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A set of scenes with captions true and false, a function of its parameters: PNG files and {@value #LINES}, a
 * {@link Pairing} in JSON on each line, UTF-8.
 *
 * @param domain   what the scenes may show
 * @param seed     what tells one set from another; training and evaluation take different ones
 * @param manner   how the captions are put
 * @param captions how many captions of each picture at most, from 1
 */
public record SceneSet(Domain domain, long seed, Captions.Manner manner, int captions) {

    /** The name of the file of lines. */
    public static final String LINES = "pairs.jsonl";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws IllegalArgumentException if there would be no caption */
    public SceneSet {
        if (captions < 1) {
            throw new IllegalArgumentException(
                    "the captions of a picture must be at least 1, not %d".formatted(captions));
        }
    }

    /**
     * Writes the first wanted scenes: {@code write(folder, 1000, Split.HELD_OUT)}, or
     * {@code Split.TRAINED.and(Relation.ABOVE::isShownBy)}. Files of the same names are replaced.
     *
     * @param folder made if it is not there
     * @param count  how many pictures
     * @throws IOException if a file cannot be written
     */
    public void write(Path folder, int count, Predicate<Scene> wanted) throws IOException {
        Files.createDirectories(folder.resolve("images"));
        var generator = new SceneGenerator(domain, seed);
        var texts = new Captions(domain, manner, seed);
        var renderer = new SceneRenderer();
        List<Scene> scenes = LongStream.range(0, count)
                .parallel()
                .mapToObj(n -> generator.scene(n, wanted))
                .toList();
        List<List<Captions.Told>> told = IntStream.range(0, count)
                .mapToObj(n -> texts.told(scenes.get(n), n, captions))
                .toList();
        try (BufferedWriter lines = Files.newBufferedWriter(folder.resolve(LINES))) {
            for (int n = 0; n < count; n++) {
                Scene scene = scenes.get(n);
                String image = "images/%06d.png".formatted(n);
                Files.write(folder.resolve(image), renderer.png(scene));
                Pairing line = new Pairing(
                        image,
                        told.get(n).stream().map(Captions.Told::caption).toList(),
                        also(scene, n, told),
                        foils(scene, n, texts),
                        Split.isHeldOut(scene) ? "test" : "train");
                lines.write(JSON.writeValueAsString(line));
                lines.write('\n');
            }
        }
    }

    /** The captions of others that are true of a scene: the structured truth decides. */
    private static List<String> also(Scene scene, int number, List<List<Captions.Told>> told) {
        Set<String> own = told.get(number).stream().map(Captions.Told::caption).collect(Collectors.toSet());
        return told.stream()
                .flatMap(List::stream)
                .filter(of -> !own.contains(of.caption()) && of.statement().isTrueOf(scene))
                .map(Captions.Told::caption)
                .distinct()
                .toList();
    }

    /** A scene that training may use has no foil that tells of a held-out combination. */
    private List<Pairing.Foil> foils(Scene scene, int number, Captions texts) {
        var wording = texts.wording(number);
        return new Twins(domain, seed)
                .of(scene, number).stream()
                        .filter(twin -> Split.isHeldOut(scene) || !Split.isHeldOut(twin.scene()))
                        .map(twin -> new Pairing.Foil(
                                wording.caption(twin.ofTwin()), twin.kind(), wording.caption(twin.ofOriginal())))
                        .toList();
    }
}
