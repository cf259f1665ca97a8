package dev.glimpse.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.glimpse.scene.FreeWording;
import dev.glimpse.scene.PlainWording;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.SceneRenderer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder of drawn scenes with captions, as a user has one. */
public final class ScenePairs {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ScenePairs() {}

    /** Writes scenes: each tenth to measure on. */
    static Path write(Path folder, int count, long seed) throws IOException {
        Files.createDirectories(folder);
        SceneGenerator generator = new SceneGenerator(seed);
        SceneRenderer renderer = new SceneRenderer();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Scene scene = generator.scene(i);
            String name = "scene-" + i + ".png";
            Files.write(folder.resolve(name), renderer.png(scene));
            ObjectNode line = JSON.createObjectNode().put("image", name);
            line.put("split", i % 10 == 9 ? "validation" : "train");
            line.putArray("captions")
                    .add(new PlainWording().caption(scene.statement()))
                    .add(new FreeWording(seed, i).caption(scene.statement()));
            lines.add(JSON.writeValueAsString(line));
        }
        return Files.write(folder.resolve("pairs.jsonl"), lines);
    }

    /** Writes scenes to a folder: for trials by hand. */
    public static void main(String[] args) throws IOException {
        System.out.println(write(Path.of(args[0]), Integer.parseInt(args[1]), 1));
    }
}
