package io.aicc.demo.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.demo.api.EmbeddedKubernetes;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.EnvVarSourceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, run from real pod objects. */
class LocalKubeletTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private EmbeddedKubernetes kubernetes;
    private KubernetesClient client;
    private LocalKubelet kubelet;

    @BeforeEach
    void start() throws IOException {
        kubernetes = EmbeddedKubernetes.start(directory.resolve("kubeconfig"));
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubernetes.kubeconfig().toFile()))
                .build();
        kubelet = new LocalKubelet(client, directory.resolve("node"), LocalKubeletTest::command);
        kubernetes.serveLogs(kubelet);
    }

    @AfterEach
    void stop() throws IOException {
        kubelet.close();
        client.close();
        kubernetes.close();
    }

    @Test
    void makesAPodReadyOnAnAddressOfItsOwnAndEndsItsProcessWhenDeleted() throws Exception {
        Pod first = ready(create(worker("first")));
        Pod second = ready(create(worker("second")));

        assertThat(first.getStatus().getPhase()).isEqualTo("Running");
        assertThat(first.getSpec().getNodeName()).isEqualTo("local");
        assertThat(first.getStatus().getPodIP())
                .startsWith("127.")
                .isNotEqualTo(second.getStatus().getPodIP());
        assertThat(ask(first, "/env"))
                .contains("POD_NAME=first", "POD_UID=" + first.getMetadata().getUid());
        assertThat(client.pods().inNamespace("default").withName("first").getLog())
                .contains("tiny worker first listens");

        client.resource(first).delete();
        await().atMost(PATIENCE).until(() -> client.resource(first).get() == null);
        assertThat(processesOf("first")).isEmpty();
        assertThat(processesOf("second")).hasSize(1);
    }

    @Test
    void startsADeadProcessAgainInPlace() throws Exception {
        Pod pod = ready(create(worker("one")));
        send(pod, "/crash");
        Pod again = when(pod, p -> restarts(p) == 1 && Readiness.isPodReady(p));
        assertThat(again.getStatus().getPodIP()).isEqualTo(pod.getStatus().getPodIP());
        assertThat(again.getStatus()
                        .getContainerStatuses()
                        .getFirst()
                        .getLastState()
                        .getTerminated()
                        .getExitCode())
                .isEqualTo(3);
    }

    @Test
    void takesReadinessAwayFromAProcessThatSaysSo() throws Exception {
        Pod pod = ready(create(worker("one")));
        send(pod, "/unready");
        Pod unready = when(pod, p -> !Readiness.isPodReady(p));
        assertThat(unready.getStatus().getPhase()).isEqualTo("Running");
    }

    @Test
    void waitsForASecretAndPutsItWhereTheEnvironmentSays() throws Exception {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("settings")
                        .withNamespace("default")
                        .endMetadata()
                        .addToData("mode", "streaming")
                        .build())
                .create();
        Pod pod = create(new PodBuilder(worker("one"))
                .editSpec()
                .addNewVolume()
                .withName("key")
                .withNewSecret()
                .withSecretName("jwt")
                .addNewItem("jwt-key", null, "token")
                .endSecret()
                .endVolume()
                .addNewVolume()
                .withName("optional")
                .withNewSecret()
                .withSecretName("never-made")
                .withOptional(true)
                .addNewItem("key", null, "key")
                .endSecret()
                .endVolume()
                .editContainer(0)
                .addNewVolumeMount()
                .withName("optional")
                .withMountPath("/etc/empty-place")
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("key")
                .withMountPath("/etc/no-such-place")
                .endVolumeMount()
                .addNewEnv()
                .withName("OUTPUTS")
                .withValue("[{\"key\":\"/etc/no-such-place/token\"}]")
                .endEnv()
                .addNewEnv()
                .withName("MODE")
                .withNewValueFrom()
                .withNewConfigMapKeyRef("mode", "settings", false)
                .endValueFrom()
                .endEnv()
                .endContainer()
                .endSpec()
                .build());
        when(pod, p -> p.getStatus().getContainerStatuses().stream()
                .anyMatch(status -> status.getState().getWaiting() != null
                        && status.getState().getWaiting().getMessage().contains("secret \"jwt\" not found")));

        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("jwt")
                        .withNamespace("default")
                        .endMetadata()
                        .addToStringData("jwt-key", "s3cret")
                        .build())
                .create();
        Pod running = ready(pod);
        String environment = ask(running, "/env");
        assertThat(environment).contains("MODE=streaming");
        String file = environment.replaceAll("(?s).*\\[\\{\"key\":\"([^\"]+)\"}].*", "$1");
        assertThat(Path.of(file)).startsWith(directory).hasContent("s3cret");

        client.resource(pod).delete();
        await().atMost(PATIENCE).until(() -> client.resource(pod).get() == null);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(Path.of(file)).doesNotExist());
    }

    @Test
    void leavesAFinishedPodThatMustNotRestartAndItsLastWords() {
        Pod pod = create(new PodBuilder(worker("one"))
                .editSpec()
                .withRestartPolicy("Never")
                .editContainer(0)
                .withReadinessProbe(null)
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withCommand("sh", "-c", "echo no model here; exit 7")
                .endContainer()
                .endSpec()
                .build());
        Pod failed = when(pod, p -> "Failed".equals(p.getStatus().getPhase()));
        assertThat(restarts(failed)).isZero();
        assertThat(failed.getStatus()
                        .getContainerStatuses()
                        .getFirst()
                        .getState()
                        .getTerminated()
                        .getMessage())
                .isEqualTo("no model here\n");
    }

    @Test
    void killsAProcessThatOutstaysItsGrace() {
        Pod pod = create(new PodBuilder(worker("stubborn"))
                .editSpec()
                .withTerminationGracePeriodSeconds(1L)
                .editContainer(0)
                .withReadinessProbe(null)
                .withCommand("sh", "-c", "trap '' TERM; while :; do sleep 1; done")
                .endContainer()
                .endSpec()
                .build());
        when(pod, Readiness::isPodReady);
        client.resource(pod).delete();
        await().atMost(PATIENCE).until(() -> client.resource(pod).get() == null);
    }

    @Test
    void leavesNoProcessBehindWhenClosed() throws IOException {
        ready(create(worker("one")));
        kubelet.close();
        assertThat(processesOf("one")).isEmpty();
    }

    /** The container's own command, or a small Java program in place of the image. */
    private static ProcessBuilder command(Pod pod) {
        var given = pod.getSpec().getContainers().getFirst().getCommand();
        return given.isEmpty()
                ? new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:TieredStopAtLevel=1",
                        "-Daicc.pod=" + pod.getMetadata().getName(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        TinyWorker.class.getName())
                : new ProcessBuilder(given);
    }

    private Pod create(Pod pod) {
        return client.resource(pod).create();
    }

    private Pod ready(Pod pod) {
        return when(pod, Readiness::isPodReady);
    }

    private Pod when(Pod pod, Predicate<Pod> condition) {
        return client.resource(pod).waitUntilCondition(p -> p != null && condition.test(p), 30, TimeUnit.SECONDS);
    }

    private static int restarts(Pod pod) {
        return pod.getStatus().getContainerStatuses().getFirst().getRestartCount();
    }

    private Stream<ProcessHandle> processesOf(String pod) {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("-Daicc.pod=" + pod));
    }

    private static String ask(Pod pod, String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request(pod, path), BodyHandlers.ofString()).body();
        }
    }

    /** Sends a request whose answer may never come. */
    private static void send(Pod pod, String path) throws InterruptedException {
        try {
            ask(pod, path);
        } catch (IOException died) {
            // A crash takes the answer with it.
        }
    }

    private static HttpRequest request(Pod pod, String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://%s:8080%s".formatted(pod.getStatus().getPodIP(), path)))
                .build();
    }

    private static Pod worker(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(10L)
                .addNewContainer()
                .withName("worker")
                .withImage("tiny")
                .withEnv(
                        field("POD_NAME", "metadata.name"),
                        field("POD_UID", "metadata.uid"),
                        field("POD_IP", "status.podIP"))
                .addNewPort()
                .withName("health")
                .withContainerPort(8080)
                .endPort()
                .withNewReadinessProbe()
                .withPeriodSeconds(1)
                .withFailureThreshold(1)
                .withNewHttpGet()
                .withPath("/health/ready")
                .withNewPort("health")
                .endHttpGet()
                .endReadinessProbe()
                .endContainer()
                .endSpec()
                .build();
    }

    private static EnvVar field(String name, String path) {
        return new EnvVarBuilder()
                .withName(name)
                .withValueFrom(
                        new EnvVarSourceBuilder().withNewFieldRef(null, path).build())
                .build();
    }
}
