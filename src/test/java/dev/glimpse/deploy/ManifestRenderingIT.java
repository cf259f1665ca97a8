package dev.glimpse.deploy;

import static dev.glimpse.deploy.Manifests.container;
import static dev.glimpse.deploy.Manifests.name;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The kustomize within an installed {@code kubectl} renders the base, and overlays of it. Needs no cluster. */
@Tag("kubectl")
@Timeout(60)
class ManifestRenderingIT {

    @TempDir
    Path folder;

    @Test
    void rendersTheObjectsAsTheyAreWritten() throws Exception {
        String yaml = render(Kustomization.BASE);
        String generated = name(configMap(yaml));

        List<HasMetadata> rendered = StrictReader.objects(yaml.replace(generated, "glimpse"));

        assertThat(rendered)
                .containsExactlyInAnyOrderElementsOf(
                        Kustomization.read().manifests().objects());
    }

    @Test
    void namesTheConfigMapAfterItsContent() throws Exception {
        String yaml = render(Kustomization.BASE);

        // Ten letters and digits, so that pods that refer to them are replaced when the content changes.
        assertThat(name(configMap(yaml))).matches("glimpse-[a-z0-9]{10}");
        // environment() fails where a pod refers to a config map that is not there.
        Manifests rendered = new Manifests(StrictReader.objects(yaml));
        assertThat(rendered.all(StatefulSet.class))
                .hasSize(3)
                .allSatisfy(set -> assertThat(rendered.environment(set)).containsKey("KAFKA_BOOTSTRAP_SERVERS"));
    }

    @Test
    void anOverlayReplacesTheImageAndKafkasAddress() throws Exception {
        Files.writeString(folder.resolve(Kustomization.FILE), """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                bases:
                  - base
                images:
                  - name: glimpse
                    newName: registry.example/glimpse
                    newTag: "1.0"
                configMapGenerator:
                  - name: glimpse
                    behavior: merge
                    literals:
                      - KAFKA_BOOTSTRAP_SERVERS=broker.example:9093
                """);
        Path base = Files.createDirectory(folder.resolve("base"));
        try (Stream<Path> files = Files.list(Kustomization.BASE)) {
            for (Path file : files.toList()) {
                Files.copy(file, base.resolve(file.getFileName()));
            }
        }

        Manifests rendered = new Manifests(StrictReader.objects(render(folder)));

        assertThat(rendered.all(StatefulSet.class)).hasSize(3).allSatisfy(set -> {
            assertThat(container(set).getImage()).isEqualTo("registry.example/glimpse:1.0");
            assertThat(rendered.environment(set))
                    .containsEntry("KAFKA_BOOTSTRAP_SERVERS", "broker.example:9093")
                    .containsEntry("GLIMPSE_TOPICS_REPLICATION", "3");
        });
    }

    private static ConfigMap configMap(String yaml) throws IOException {
        List<ConfigMap> maps = new Manifests(StrictReader.objects(yaml)).all(ConfigMap.class);
        assertThat(maps).hasSize(1);
        return maps.getFirst();
    }

    private static String render(Path kustomization) throws IOException, InterruptedException {
        Process kubectl = new ProcessBuilder("kubectl", "kustomize", kustomization.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String yaml = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(kubectl.waitFor()).isZero();
        return yaml;
    }
}
