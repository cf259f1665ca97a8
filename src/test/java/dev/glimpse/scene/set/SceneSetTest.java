package dev.glimpse.scene.set;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.glimpse.scene.Domain;
import dev.glimpse.scene.Relation;
import dev.glimpse.scene.Scene;
import dev.glimpse.scene.SceneGenerator;
import dev.glimpse.scene.Split;
import dev.glimpse.scene.caption.Captions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SceneSetTest {

    private static final SceneSet SET = new SceneSet(Domain.WIDE, 9, Captions.Manner.FREE, 3);

    @TempDir
    Path folder;

    @Test
    void writesAPictureAndALineForEachScene() throws IOException {
        SET.write(folder, 30, Split.ANY);

        assertThat(lines()).hasSize(30).allSatisfy(line -> {
            assertThat(ImageIO.read(folder.resolve(line.get("image").asText()).toFile())
                            .getWidth())
                    .isEqualTo(Scene.SIDE);
            assertThat(line.get("captions")).hasSizeBetween(1, 3);
            assertThat(line.get("split").asText()).isIn("train", "test");
            assertThat(line.get("foils"))
                    .allSatisfy(
                            foil -> assertThat(foil.fieldNames()).toIterable().containsExactly("text", "kind", "true"));
        });
    }

    @Test
    void writesTheSameSetAgain() throws IOException {
        SET.write(folder, 20, Split.ANY);
        SET.write(folder.resolve("again"), 20, Split.ANY);

        assertThat(folder.resolve("again/pairs.jsonl")).hasSameBinaryContentAs(folder.resolve("pairs.jsonl"));
        assertThat(folder.resolve("again/images/000019.png"))
                .hasSameBinaryContentAs(folder.resolve("images/000019.png"));
    }

    @Test
    void tellsWhichCaptionsOfOthersAreTrueToo() throws IOException {
        new SceneSet(Domain.BASIC, 9, Captions.Manner.PLAIN, 1).write(folder, 200, Split.ANY);

        List<Scene> scenes = new SceneGenerator(9).first(200);
        List<JsonNode> lines = lines();
        assertThat(lines).anySatisfy(line -> assertThat(line.get("also")).isNotEmpty());
        for (int i = 0; i < 200; i++) {
            List<String> also = new ArrayList<>();
            lines.get(i).get("also").forEach(text -> also.add(text.asText()));
            for (int k = 0; k < 200; k++) {
                String caption = lines.get(k).get("captions").get(0).asText();
                boolean same =
                        caption.equals(lines.get(i).get("captions").get(0).asText());
                assertThat(also.contains(caption))
                        .isEqualTo(!same && scenes.get(k).statement().isTrueOf(scenes.get(i)));
            }
        }
    }

    @Test
    void writesOnlyWhatIsWanted() throws IOException {
        SET.write(folder, 20, Split.HELD_OUT.and(Relation.ABOVE::isShownBy));

        assertThat(lines())
                .allSatisfy(line -> assertThat(line.get("split").asText()).isEqualTo("test"));
    }

    @Test
    void writesOnePlainCaptionOfBasicScenesToo() throws IOException {
        new SceneSet(Domain.BASIC, 9, Captions.Manner.PLAIN, 3).write(folder, 20, Split.TRAINED);

        assertThat(lines()).allSatisfy(line -> {
            assertThat(line.get("captions")).hasSize(1);
            assertThat(line.get("split").asText()).isEqualTo("train");
        });
    }

    private List<JsonNode> lines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(SceneSet.LINES))) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }
}
