package dev.glimpse.deploy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The objects of an install.
 *
 * @param objects all of them
 */
record Manifests(List<HasMetadata> objects) {

    Manifests {
        objects = List.copyOf(objects);
    }

    <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends HasMetadata> T one(Class<T> type, String name) {
        return all(type).stream()
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no %s '%s'".formatted(type.getSimpleName(), name)));
    }

    /** The stateful sets whose pods a selector chooses. */
    List<StatefulSet> selectedBy(Map<String, String> selector) {
        return all(StatefulSet.class).stream()
                .filter(set -> podLabels(set).entrySet().containsAll(selector.entrySet()))
                .toList();
    }

    static Map<String, String> podLabels(StatefulSet set) {
        return set.getSpec().getTemplate().getMetadata().getLabels();
    }

    /** The one container of a stateful set's pods. */
    static Container container(StatefulSet set) {
        List<Container> containers = set.getSpec().getTemplate().getSpec().getContainers();
        if (containers.size() != 1) {
            throw new AssertionError("%s has %d containers".formatted(name(set), containers.size()));
        }
        return containers.getFirst();
    }

    /** The environment of a stateful set's first pod, as far as it stands in the manifests. */
    Map<String, String> environment(StatefulSet set) {
        Map<String, String> environment = new HashMap<>();
        for (EnvFromSource source : container(set).getEnvFrom()) {
            if (source.getConfigMapRef() != null) {
                environment.putAll(
                        one(ConfigMap.class, source.getConfigMapRef().getName()).getData());
            }
        }
        for (EnvVar variable : container(set).getEnv()) {
            environment.put(variable.getName(), value(variable, set));
        }
        return environment;
    }

    private static String value(EnvVar variable, StatefulSet set) {
        if (variable.getValueFrom() == null) {
            return variable.getValue();
        }
        String field = variable.getValueFrom().getFieldRef().getFieldPath();
        if (!field.equals("metadata.name")) {
            throw new AssertionError("%s takes %s, which the tests don't know".formatted(variable.getName(), field));
        }
        return name(set) + "-0";
    }

    static String name(HasMetadata object) {
        return object.getMetadata().getName();
    }
}
