package dev.glimpse.deploy;

import static dev.glimpse.deploy.Manifests.container;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

/** What the image is made with is what the project is built with and what the manifests rely on. */
class ContainerfileTest {

    private static final Path FILE = Path.of("deploy/Containerfile");

    private final List<String> instructions;

    ContainerfileTest() throws IOException {
        instructions = Pattern.compile("\\\\\n\\s*")
                .matcher(Files.readString(FILE))
                .replaceAll("")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    @Test
    void runsWithTheFlagsOfThePom() throws Exception {
        String flags = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse("pom.xml")
                .getElementsByTagName("jvm.flags")
                .item(0)
                .getTextContent();
        Stream<String> command = Stream.of(
                        Stream.of("java"),
                        Arrays.stream(flags.split(" ")),
                        Stream.of("-jar", "/opt/glimpse/quarkus-run.jar"))
                .flatMap(part -> part);

        String[] entryPoint = new ObjectMapper().readValue(one("ENTRYPOINT"), String[].class);

        assertThat(entryPoint).containsExactlyElementsOf(command.toList());
    }

    @Test
    void standsOnAPinnedJava25WithGlibc() {
        assertThat(one("FROM"))
                .matches("docker\\.io/library/eclipse-temurin:25\\.\\d+\\.\\d+_\\d+-jre-noble")
                .doesNotContain("alpine");
    }

    @Test
    void takesAllPartsOfTheFastJar() {
        assertThat(all("COPY"))
                .map(copy -> copy.substring(0, copy.indexOf(' ')))
                .containsExactlyInAnyOrder(
                        "target/quarkus-app/lib/",
                        "target/quarkus-app/app/",
                        "target/quarkus-app/quarkus/",
                        "target/quarkus-app/quarkus-run.jar");
    }

    @Test
    void writesOnlyWhereTheManifestsMountSomething() throws IOException {
        Map<String, String> environment = Arrays.stream(one("ENV").split(" "))
                .map(entry -> entry.split("=", 2))
                .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));
        List<String> written = Stream.concat(
                        Stream.of(one("VOLUME"), "/tmp"),
                        environment.values().stream().filter(value -> value.startsWith("/")))
                .toList();

        assertThat(written).contains("/data", "/tmp/models", "/tmp/djl");
        assertThat(environment.keySet())
                .filteredOn(variable -> variable.startsWith("GLIMPSE_"))
                .isSubsetOf(ConfigurationKeys.variables());
        assertThat(sets())
                .allSatisfy(set -> assertThat(written)
                        .allSatisfy(path -> assertThat(container(set).getVolumeMounts())
                                .extracting(VolumeMount::getMountPath)
                                .anySatisfy(mounted -> assertThat(Path.of(path).startsWith(mounted))
                                        .as("%s lies below %s", path, mounted)
                                        .isTrue())));
    }

    @Test
    void hasTheUserAndThePortOfTheManifests() throws IOException {
        assertThat(sets()).allSatisfy(set -> {
            assertThat(one("USER"))
                    .isEqualTo(Long.toString(set.getSpec()
                            .getTemplate()
                            .getSpec()
                            .getSecurityContext()
                            .getRunAsUser()));
            assertThat(container(set).getPorts())
                    .extracting(ContainerPort::getContainerPort)
                    .containsExactly(Integer.valueOf(one("EXPOSE")));
        });
    }

    private static List<StatefulSet> sets() throws IOException {
        return Kustomization.read().manifests().all(StatefulSet.class);
    }

    private List<String> all(String instruction) {
        return instructions.stream()
                .filter(line -> line.startsWith(instruction + " "))
                .map(line -> line.substring(instruction.length() + 1))
                .toList();
    }

    private String one(String instruction) {
        assertThat(all(instruction)).hasSize(1);
        return all(instruction).getFirst();
    }
}
