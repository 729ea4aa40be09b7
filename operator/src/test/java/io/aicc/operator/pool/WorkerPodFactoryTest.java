package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.WorkerPool;
import io.aicc.operator.port.PortPair;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerPodFactoryTest {
    private static final Path GOLDEN = Path.of(System.getProperty("aicc.root"), "operator/src/test/resources/pool");

    private static final String POOL = """
            apiVersion: aicc.io/v1alpha1
            kind: WorkerPool
            metadata: {name: default, namespace: calls, uid: 11111111-2222-3333-4444-555555555555}
            spec:
              networkMode: %s
              worker:
                image: "aicc/call-worker:1"
                imagePullPolicy: IfNotPresent
                resources: {requests: {cpu: 250m, memory: 256Mi}, limits: {memory: 256Mi}}
                settings: [{name: AICC_LOG_LEVEL, value: debug}]
                scheduling:
                  priorityClassName: calls
                  markLiveCalls: true
                  nodeSelector: {pool: calls}
                  tolerations: [{key: calls, operator: Exists, effect: NoSchedule}]
              speech: {engine: google, credentialsSecret: speech-account}
              outputCa: {configMap: corporate-ca}
              allowedRtpSources: ["10.0.0.0/8", "fd00::/8"]
              outputs:
                - {name: desk, url: "ws://receiver:8099/transcripts", clientId: aicc, secretRef: desk-key}
                - {name: archive, url: "wss://archive.example/in", clientId: aicc-archive, secretRef: archive-key, permissions: [send_transcripts, archive]}
              limits: {drainSeconds: 20}
            """;

    private final WorkerPodFactory factory = new WorkerPodFactory("cHVibGlj");

    /** Rewritten with {@code -Dgolden.write=true}. */
    @ParameterizedTest
    @CsvSource({"PodIP, '', pod.yaml", "HostPort, '', pod-hostport.yaml", "PodIP, template.yaml, pod-template.yaml"})
    void makesThePodThatTheGoldenFileShows(String mode, String template, String file) throws IOException {
        PodTemplate over = template.isEmpty() ? PodTemplate.NONE : template(Files.readString(GOLDEN.resolve(template)));
        String yaml = Serialization.asYaml(make(mode, over));
        Path golden = GOLDEN.resolve(file);
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, yaml);
        }
        assertThat(yaml).isEqualTo(Files.readString(golden));
    }

    @Test
    void readsItsOwnPodsPortsFromWhereTheyCannotBeChanged() {
        Pod pod = make("PodIP");
        pod.getMetadata().getLabels().put(WorkerPodFactory.PORT_LABEL, "29998");
        assertThat(WorkerPod.of(pod)).hasValueSatisfying(worker -> {
            assertThat(worker.ports()).isEqualTo(new PortPair(20_480));
            assertThat(worker.controlPort()).isEqualTo(8081);
            assertThat(worker.pool()).isEqualTo("default");
            assertThat(worker.reachable()).isFalse();
        });
    }

    @Test
    void whatIsRememberedOfAPodTellsTheSameOfItsWorker() {
        for (String mode : List.of("PodIP", "HostPort")) {
            Pod pod = make(mode);
            Optional<WorkerPod> whole = WorkerPod.of(pod);
            Pod lean = LeanPods.lean(pod);
            assertThat(WorkerPod.of(lean)).isEqualTo(whole).isPresent();
            assertThat(lean.getSpec().getVolumes()).isEmpty();
        }
    }

    @Test
    void whyAProcessDoesNotRunIsToldWithTheLastLineThatItWrote() {
        Pod pod = make("PodIP");
        pod.setStatus(Serialization.unmarshal("""
                phase: Running
                containerStatuses:
                  - name: worker
                    restartCount: 4
                    state: {waiting: {reason: CrashLoopBackOff}}
                    lastState: {terminated: {exitCode: 2, message: "one\\nno \\e[31mmodel\\n{\\"message\\":\\"stopped\\"}\\n\\n"}}
                """, PodStatus.class));
        assertThat(WorkerPod.of(LeanPods.lean(pod)).orElseThrow().reason())
                .isEqualTo("CrashLoopBackOff, last line: no ?[31mmodel");
    }

    @Test
    void whatIsMissingForAProcessToStartIsToldAsTheKubeletSaysIt() {
        Pod pod = make("PodIP");
        pod.setStatus(Serialization.unmarshal("""
                phase: Pending
                containerStatuses:
                  - name: worker
                    state: {waiting: {reason: CreateContainerConfigError, message: "secret \\"ca\\" not found"}}
                """, PodStatus.class));
        assertThat(WorkerPod.of(LeanPods.lean(pod)).orElseThrow().reason())
                .isEqualTo("CreateContainerConfigError, secret \"ca\" not found");
    }

    @Test
    void whyAPodHasNoNodeIsToldAsTheSchedulerSaysIt() {
        Pod pod = make("HostPort");
        pod.setStatus(Serialization.unmarshal("""
                phase: Pending
                conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/3 nodes are available"}]
                """, PodStatus.class));
        WorkerPod worker = WorkerPod.of(LeanPods.lean(pod)).orElseThrow();
        assertThat(worker.reason()).isEqualTo("Unschedulable, 0/3 nodes are available");
        assertThat(worker.node()).isNull();

        pod.getSpec().setNodeName("node-3");
        assertThat(WorkerPod.of(LeanPods.lean(pod)).orElseThrow().node()).isEqualTo("node-3");
    }

    @Test
    void takesNoStrangersPodForAWorker() {
        Pod pod = make("PodIP");
        pod.getSpec().getContainers().getFirst().setName("sidecar");
        assertThat(WorkerPod.of(pod)).isEmpty();
    }

    @Test
    void aRevisionChangesWithWhatPodsAreMadeFromAndWithNothingElse() {
        WorkerPool pool = Serialization.unmarshal(POOL.formatted("PodIP"), WorkerPool.class);
        WorkerPool scaled = Serialization.unmarshal(
                POOL.formatted("PodIP").replace("spec:", "spec:\n  warm: {min: 9}\n  maxWorkers: 50"),
                WorkerPool.class);
        WorkerPool upgraded = Serialization.unmarshal(
                POOL.formatted("PodIP").replace("call-worker:1", "call-worker:2"), WorkerPool.class);

        String revision = factory.revision(pool, PodTemplate.NONE).id();
        assertThat(factory.revision(scaled, PodTemplate.NONE).id())
                .isEqualTo(revision)
                .hasSize(10);
        assertThat(factory.revision(upgraded, PodTemplate.NONE).id()).isNotEqualTo(revision);
        assertThat(factory.revision(pool, template("metadata: {labels: {team: voice}}"))
                        .id())
                .isNotEqualTo(revision);
        assertThat(new WorkerPodFactory("b3RoZXI=")
                        .revision(pool, PodTemplate.NONE)
                        .id())
                .isNotEqualTo(revision);
        assertThat(WorkerPod.of(make("PodIP")))
                .hasValueSatisfying(worker -> assertThat(worker.revision()).isEqualTo(revision));
    }

    private Pod make(String mode) {
        return make(mode, PodTemplate.NONE);
    }

    private Pod make(String mode, PodTemplate template) {
        WorkerPool pool = Serialization.unmarshal(POOL.formatted(mode), WorkerPool.class);
        Staffing.Making making = new Staffing.Making("default-abcdefgh", new PortPair(20_480), taken(mode));
        return factory.make(factory.revision(pool, template), making);
    }

    private static List<String> taken(String mode) {
        return mode.equals("HostPort") ? List.of("node-1", "node-2") : List.of();
    }

    private static PodTemplate template(String yaml) {
        return PodTemplate.of(PodTemplateTest.yaml(yaml));
    }
}
