package dev.glimpse.deploy;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A {@code kustomization.yaml}: the fields that ours has, and no others. */
record Kustomization(
        String apiVersion,
        String kind,
        List<String> resources,
        List<ConfigMapGenerator> configMapGenerator,
        GeneratorOptions generatorOptions,
        List<Image> images) {

    /** The folder of the install that overlays build upon. */
    static final Path BASE = Path.of("deploy/base");

    static final String FILE = "kustomization.yaml";

    record ConfigMapGenerator(String name, List<String> literals) {

        Map<String, String> data() {
            return literals.stream()
                    .map(literal -> literal.split("=", 2))
                    .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));
        }
    }

    record GeneratorOptions(Map<String, String> labels) {}

    record Image(String name, String newName, String newTag) {}

    static Kustomization read() throws IOException {
        return StrictReader.value(Files.readString(BASE.resolve(FILE)), Kustomization.class);
    }

    /** What it installs: the objects of its files, and the config maps that it generates, under their plain names. */
    Manifests manifests() throws IOException {
        List<HasMetadata> objects = new ArrayList<>();
        for (String resource : resources) {
            objects.addAll(StrictReader.objects(Files.readString(BASE.resolve(resource))));
        }
        for (ConfigMapGenerator generator : configMapGenerator) {
            objects.add(new ConfigMapBuilder()
                    .withNewMetadata()
                    .withName(generator.name())
                    .withLabels(generatorOptions.labels())
                    .endMetadata()
                    .withData(generator.data())
                    .build());
        }
        return new Manifests(objects);
    }
}
