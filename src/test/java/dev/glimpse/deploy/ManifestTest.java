package dev.glimpse.deploy;

import static dev.glimpse.deploy.Manifests.container;
import static dev.glimpse.deploy.Manifests.name;
import static dev.glimpse.deploy.Manifests.podLabels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glimpse.encode.EncodeConfig;
import dev.glimpse.encode.EncoderHealth;
import dev.glimpse.index.IndexConfig;
import dev.glimpse.match.MatchConfig;
import dev.glimpse.topic.TopicsConfig;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.health.api.HealthGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The manifests are read as strictly as a cluster would, and hang together; their variables are ones that we know. */
class ManifestTest {

    private final Kustomization kustomization;
    private final Manifests manifests;

    ManifestTest() throws IOException {
        kustomization = Kustomization.read();
        manifests = kustomization.manifests();
    }

    @Test
    void theBaseIsMadeOfTheseObjects() {
        assertThat(manifests.objects().stream()
                        .map(object -> object.getKind() + " " + name(object))
                        .toList())
                .containsExactlyInAnyOrder(
                        "ServiceAccount glimpse",
                        "ConfigMap glimpse",
                        "StatefulSet glimpse-encoder",
                        "Service glimpse-encoder",
                        "StatefulSet glimpse-matcher",
                        "Service glimpse-matcher",
                        "StatefulSet glimpse-query",
                        "Service glimpse-query",
                        "Service glimpse",
                        "PodDisruptionBudget glimpse-query",
                        "NetworkPolicy glimpse");
    }

    @ParameterizedTest
    @CsvSource({
        "readinessProbe, readinesProbe",
        "podManagementPolicy, podManagmentPolicy",
        "failureThreshold, failureTreshold",
        "readOnlyRootFilesystem, readOnlyRootFileSystem",
        "accessModes, acessModes",
        "maxUnavailable, maxUnavailible",
        "targetPort, tragetPort",
        "policyTypes, policyType",
        "automountServiceAccountToken, automountServiceAccountTokens"
    })
    void refusesAFieldThatIsUnknown(String field, String typo) throws IOException {
        String planted = planted(field + ":", typo + ":");

        assertThatThrownBy(() -> StrictReader.objects(planted)).hasMessageContaining("\"" + typo + "\"");
    }

    @Test
    void refusesAFieldThatStandsTwice() throws IOException {
        String planted = planted("  replicas: 2\n", "  replicas: 2\n  replicas: 3\n");

        assertThatThrownBy(() -> StrictReader.objects(planted)).hasMessageContaining("replicas");
    }

    @Test
    void refusesATruthValueWhereTextBelongs() throws IOException {
        String planted = planted("value: \"false\"", "value: false");

        assertThatThrownBy(() -> StrictReader.objects(planted)).hasMessageContaining("value");
    }

    @Test
    void refusesAKindThatIsUnknown() {
        assertThatThrownBy(() -> StrictReader.objects("apiVersion: apps/v1\nkind: StatefullSet\n"))
                .hasMessageContaining("StatefullSet");
    }

    @Test
    void refusesAnUnknownFieldOfTheKustomization() throws IOException {
        String planted =
                Files.readString(Kustomization.BASE.resolve(Kustomization.FILE)).replace("resources:", "resource:");

        assertThatThrownBy(() -> StrictReader.value(planted, Kustomization.class))
                .hasMessageContaining("\"resource\"");
    }

    @Test
    void theKustomizationListsEveryFileAndNoOther() throws IOException {
        try (Stream<Path> files = Files.list(Kustomization.BASE)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(file -> !file.equals(Kustomization.FILE)))
                    .containsExactlyInAnyOrderElementsOf(kustomization.resources());
        }
    }

    @Test
    void noObjectNamesANamespaceAndAllCarryTheLabels() {
        assertThat(manifests.objects()).allSatisfy(object -> {
            assertThat(object.getMetadata().getNamespace()).isNull();
            assertThat(object.getMetadata().getLabels())
                    .containsEntry("app.kubernetes.io/name", "glimpse")
                    .containsEntry("app.kubernetes.io/instance", "glimpse");
        });
    }

    @Test
    void statefulSetsSelectTheirOwnPodsOnly() {
        assertThat(sets())
                .allSatisfy(set -> assertThat(
                                manifests.selectedBy(set.getSpec().getSelector().getMatchLabels()))
                        .containsExactly(set));
    }

    @Test
    void podsAreSpreadAmongTheirLike() {
        assertThat(sets()).allSatisfy(set -> {
            List<TopologySpreadConstraint> spread =
                    set.getSpec().getTemplate().getSpec().getTopologySpreadConstraints();
            assertThat(spread)
                    .isNotEmpty()
                    .allSatisfy(constraint -> assertThat(
                                    constraint.getLabelSelector().getMatchLabels())
                            .isEqualTo(podLabels(set)));
        });
    }

    @Test
    void servicesFindPodsThatHaveTheirPorts() {
        assertThat(manifests.all(Service.class)).allSatisfy(service -> {
            List<StatefulSet> selected = manifests.selectedBy(service.getSpec().getSelector());
            assertThat(selected).hasSize(1);
            for (ServicePort port : service.getSpec().getPorts()) {
                assertThat(portNames(container(selected.getFirst())))
                        .contains(port.getTargetPort().getStrVal());
            }
        });
    }

    @Test
    void eachStatefulSetHasAHeadlessServiceOfItsName() {
        assertThat(sets()).allSatisfy(set -> {
            Service service = manifests.one(Service.class, set.getSpec().getServiceName());
            assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
            assertThat(manifests.selectedBy(service.getSpec().getSelector())).containsExactly(set);
        });
    }

    @Test
    void queriesGoToTheViewsOnly() {
        Service service = manifests.one(Service.class, "glimpse");

        assertThat(service.getSpec().getType()).isEqualTo("ClusterIP");
        assertThat(manifests.selectedBy(service.getSpec().getSelector())).containsExactly(query());
    }

    @Test
    void theDisruptionBudgetIsThatOfTheViewsAndLetsOneGo() {
        PodDisruptionBudget budget = manifests.one(PodDisruptionBudget.class, "glimpse-query");

        assertThat(manifests.selectedBy(budget.getSpec().getSelector().getMatchLabels()))
                .containsExactly(query());
        assertThat(budget.getSpec().getMaxUnavailable().getIntVal())
                .isLessThan(query().getSpec().getReplicas());
    }

    @Test
    void theNetworkPolicyLetsHttpInAndNothingElse() {
        NetworkPolicy policy = manifests.one(NetworkPolicy.class, "glimpse");

        assertThat(manifests.selectedBy(policy.getSpec().getPodSelector().getMatchLabels()))
                .containsExactlyElementsOf(sets());
        assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress");
        assertThat(policy.getSpec().getIngress())
                .singleElement()
                .satisfies(rule -> assertThat(rule.getPorts())
                        .extracting(NetworkPolicyPort::getPort)
                        .extracting(port -> port.getIntVal())
                        .containsExactly(8080));
        assertThat(sets())
                .allSatisfy(set -> assertThat(container(set).getPorts())
                        .extracting(ContainerPort::getContainerPort)
                        .containsExactly(8080));
    }

    @Test
    void probesAskNamedPortsThatExist() {
        assertThat(sets())
                .allSatisfy(set -> assertThat(probes(container(set)))
                        .hasSize(3)
                        .allSatisfy(probe -> assertThat(portNames(container(set)))
                                .contains(probe.getHttpGet().getPort().getStrVal())));
    }

    @Test
    void probesAskTheHealthOfTheirRole() {
        String group = EncoderHealth.class.getAnnotation(HealthGroup.class).value();

        assertThat(paths(encoder())).containsExactly("/q/health/live", "/q/health/live", "/q/health/group/" + group);
        assertThat(paths(matcher())).containsExactly("/q/health/live", "/q/health/live", "/q/health/group/matcher");
        assertThat(paths(query())).containsExactly("/q/health/live", "/q/health/live", "/q/health/ready");
    }

    @Test
    void everyMountHasItsVolumeAndEveryVolumeItsMount() {
        assertThat(sets()).allSatisfy(set -> {
            Stream<String> volumes =
                    set.getSpec().getTemplate().getSpec().getVolumes().stream().map(Volume::getName);
            Stream<String> claims =
                    set.getSpec().getVolumeClaimTemplates().stream().map((PersistentVolumeClaim claim) -> name(claim));
            assertThat(container(set).getVolumeMounts())
                    .extracting(VolumeMount::getName)
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.concat(volumes, claims).toList());
        });
    }

    @Test
    void whatThePodsReferToExists() {
        assertThat(sets()).allSatisfy(set -> {
            PodSpec pod = set.getSpec().getTemplate().getSpec();
            manifests.one(ServiceAccount.class, pod.getServiceAccountName());
            for (EnvFromSource source : container(set).getEnvFrom()) {
                if (source.getConfigMapRef() != null) {
                    manifests.one(ConfigMap.class, source.getConfigMapRef().getName());
                } else {
                    // Credentials are not ours to write down.
                    assertThat(source.getSecretRef().getOptional()).isTrue();
                }
            }
        });
    }

    @Test
    void theImageIsTheOneThatOverlaysReplace() {
        assertThat(sets())
                .allSatisfy(set -> assertThat(kustomization.images())
                        .anySatisfy(
                                image -> assertThat(container(set).getImage()).startsWith(image.name() + ":")));
    }

    @Test
    void podsHaveNoRightsThatTheyDoNotNeed() {
        assertThat(manifests.all(ServiceAccount.class))
                .allSatisfy(account ->
                        assertThat(account.getAutomountServiceAccountToken()).isFalse());
        assertThat(sets()).allSatisfy(set -> {
            PodSpec pod = set.getSpec().getTemplate().getSpec();
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            SecurityContext context = container(set).getSecurityContext();
            assertThat(context.getAllowPrivilegeEscalation()).isFalse();
            assertThat(context.getReadOnlyRootFilesystem()).isTrue();
            assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(context.getCapabilities().getAdd()).isEmpty();
        });
    }

    @Test
    void everyVariableOfOursIsAKeyOfTheService() {
        assertThat(sets())
                .allSatisfy(set -> assertThat(manifests.environment(set).keySet())
                        .filteredOn(variable -> variable.startsWith("GLIMPSE_"))
                        .isNotEmpty()
                        .isSubsetOf(ConfigurationKeys.variables()));
    }

    @Test
    void aMisspeltVariableIsNoKeyOfTheService() {
        assertThat(ConfigurationKeys.variables())
                .contains("GLIMPSE_DATA", "GLIMPSE_DEMO", "GLIMPSE_TOPICS_DELETE_RETENTION")
                .doesNotContain("GLIMPSE_TOPIC_PARTITIONS", "GLIMPSE_TOPICS", "GLIMPSE_");
    }

    @Test
    void theEncoderEncodesUnderItsPodsNameAndKeepsNoView() {
        SmallRyeConfig config = ConfigurationKeys.read(manifests.environment(encoder()));

        assertThat(config.getConfigMapping(EncodeConfig.class).enabled()).isTrue();
        assertThat(config.getConfigMapping(EncodeConfig.class).instance()).isEqualTo("glimpse-encoder-0");
        assertThat(config.getConfigMapping(IndexConfig.class).enabled()).isFalse();
        assertThat(config.getConfigMapping(MatchConfig.class).enabled()).isFalse();
    }

    @Test
    void theMatcherMatchesUnderItsPodsName() {
        SmallRyeConfig config = ConfigurationKeys.read(manifests.environment(matcher()));

        assertThat(config.getConfigMapping(EncodeConfig.class).enabled()).isFalse();
        assertThat(config.getConfigMapping(IndexConfig.class).enabled()).isFalse();
        assertThat(config.getConfigMapping(MatchConfig.class).enabled()).isTrue();
        assertThat(config.getConfigMapping(MatchConfig.class).instance()).isEqualTo("glimpse-matcher-0");
    }

    @Test
    void theViewAnswersAndDoesNotEncodeWhatArrives() {
        SmallRyeConfig config = ConfigurationKeys.read(manifests.environment(query()));

        assertThat(config.getConfigMapping(EncodeConfig.class).enabled()).isFalse();
        assertThat(config.getConfigMapping(IndexConfig.class).enabled()).isTrue();
        assertThat(config.getConfigMapping(MatchConfig.class).enabled()).isFalse();
    }

    @Test
    void allRolesMeanTheSameTopics() {
        assertThat(sets()).allSatisfy(set -> {
            Map<String, String> environment = manifests.environment(set);
            TopicsConfig topics = ConfigurationKeys.read(environment).getConfigMapping(TopicsConfig.class);
            // Unless it is named, the service starts a broker of its own.
            assertThat(environment).containsKey("KAFKA_BOOTSTRAP_SERVERS");
            assertThat(topics.namespace()).isEqualTo("glimpse");
            assertThat(topics.replication()).isEqualTo((short) 3);
            assertThat(topics.partitions()).isBetween(encoder().getSpec().getReplicas(), 32);
        });
    }

    @Test
    void aValueThatAKeyDoesNotTakeIsRefused() {
        Map<String, String> environment = Map.of("GLIMPSE_TOPICS_PARTITIONS", "six");

        assertThatThrownBy(() -> ConfigurationKeys.read(environment)).hasMessageContaining("glimpse.topics.partitions");
    }

    private List<StatefulSet> sets() {
        return manifests.all(StatefulSet.class);
    }

    private StatefulSet encoder() {
        return manifests.one(StatefulSet.class, "glimpse-encoder");
    }

    private StatefulSet matcher() {
        return manifests.one(StatefulSet.class, "glimpse-matcher");
    }

    private StatefulSet query() {
        return manifests.one(StatefulSet.class, "glimpse-query");
    }

    private static List<Probe> probes(Container container) {
        return Stream.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe())
                .toList();
    }

    private static List<String> paths(StatefulSet set) {
        return probes(container(set)).stream()
                .map(Probe::getHttpGet)
                .map(HTTPGetAction::getPath)
                .toList();
    }

    private static List<String> portNames(Container container) {
        return container.getPorts().stream().map(ContainerPort::getName).toList();
    }

    /** A file of ours in which something was replaced. */
    private static String planted(String right, String wrong) throws IOException {
        try (Stream<Path> files = Files.list(Kustomization.BASE)) {
            for (Path file : files.sorted().toList()) {
                String text = Files.readString(file);
                if (text.contains(right)) {
                    return text.replace(right, wrong);
                }
            }
        }
        throw new AssertionError("no file contains " + right);
    }
}
