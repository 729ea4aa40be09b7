package io.aicc.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.WorkerPool;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.aicc.operator.Operator;
import io.aicc.operator.ari.AriController;
import io.aicc.operator.control.ControlKey;
import io.aicc.runtime.Program;
import io.aicc.worker.CallWorker;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/metrics.md} lists what the programs, just started, show to Prometheus. */
@TestInstance(Lifecycle.PER_CLASS)
class MetricsReferenceTest {
    private static final Path DEFINITIONS = Path.of(System.getProperty("aicc.root"), "crds/src/main/resources/crd");

    /** What is shown of each pool is shown once there is one. */
    private static final String POOL = """
            apiVersion: aicc.io/v1alpha1
            kind: WorkerPool
            metadata: {name: default, namespace: default}
            spec:
              worker: {image: worker}
              outputs: [{name: crm, url: "ws://receiver", clientId: aicc, secretRef: crm}]
            """;

    private static final List<String> HEAD = List.of("Name", "Type", "Meaning", "Labels");

    /** Programs listen on the ports they always have; the process id keeps runs beside each other apart. */
    private static final long RUN = ProcessHandle.current().pid();

    private static final String OPERATOR = "127.78.%d.%d".formatted(RUN >> 8 & 0xff, RUN & 0xff);
    private static final String WORKER = "127.79.%d.%d".formatted(RUN >> 8 & 0xff, RUN & 0xff);

    private static final String CONTROLLER = "127.80.%d.%d".formatted(RUN >> 8 & 0xff, RUN & 0xff);

    private String operator = "";
    private String controller = "";
    private String worker = "";

    @BeforeAll
    void startThePrograms(@TempDir Path folder) throws Exception {
        operator = ofOperator(folder);
        controller = ofController(folder);
        worker = ofWorker(folder);
    }

    @Test
    void theReferenceListsWhatTheProgramsShow() throws IOException {
        new Page()
                .heading(1, "Metrics")
                .paragraph("""
                        Every program shows these at `:9090/metrics`, and beside them what its process needs (`jvm_*`, `process_*`,
                        `system_*`). Histograms come with their recent maximum, `_max`, but for `aicc_call_duration_seconds`. No label has more
                        values than are listed here; `kind` and `verb` come in fewer pairs than they could.
                        """)
                .heading(2, "Operator")
                .paragraph("""
                        `aicc_calls_total`, `aicc_calls_ended_unserved_total`, `aicc_call_duration_seconds`, `aicc_udp_packets_total`,
                        `aicc_udp_dropped_total` and `aicc_transcripts_undelivered_total` are totals of the installation, not of a process: what the records of calls that are
                        over say, and those that were deleted in time ([ADR 21](adr/0021-totals-outlive-who-counted-them.md)). Whoever leads shows
                        them, goes on where the one before stopped, and a standby shows none; so take their `max by (namespace)`, not a sum over
                        replicas. Of a worker's own metrics its packets, heard and dropped, enter these totals when its call is over, with its
                        duration and the finals that it could not deliver; all else that a worker shows goes with it. All other counters of the
                        operator begin at zero with the process.
                        """)
                .table(HEAD, rows(operator))
                .heading(2, "ARI controller")
                .paragraph("""
                        Requests that did not go well are shown once there are some: `outcome` of `aicc_ari_request_seconds` is then `missing`,
                        `refused`, `unanswered` or `unreadable`.
                        """)
                .table(HEAD, rows(controller))
                .heading(2, "Call worker")
                .paragraph("""
                        What becomes of conversations with a speech server is shown by workers that have one: `AICC_STT_ENGINE` is `google` or
                        `vosk`.
                        """)
                .table(HEAD, rows(worker))
                .check("metrics.md");
    }

    @Test
    void everyMetricIsExplained() {
        assertThat(Metric.in(operator + controller + worker))
                .allSatisfy(
                        metric -> assertThat(metric.meaning()).as(metric.name()).isNotBlank());
    }

    @Test
    void theMetricsThatDashboardsRelyOnAreThere() {
        assertThat(Metric.in(operator))
                .extracting(Metric::signature)
                .contains(
                        "aicc_calls_total{status}",
                        "aicc_call_duration_seconds",
                        "aicc_active_calls",
                        "aicc_udp_packets_total{stream}",
                        "aicc_udp_dropped_total{reason}",
                        "aicc_port_pool_available");
        assertThat(Metric.in(worker))
                .extracting(Metric::signature)
                .contains(
                        "aicc_stt_latency_seconds{engine}",
                        "aicc_stt_workers",
                        "aicc_udp_packets_total{stream}",
                        "aicc_udp_dropped_total{reason}",
                        "aicc_ws_messages_total{type}");
    }

    /** A worker's reasons become the operator's when its call is over. */
    @Test
    void theOperatorKnowsEveryReasonForWhichAWorkerDropsPackets() {
        assertThat(reasons(operator))
                .containsAll(reasons(worker))
                .contains("other")
                .hasSize(reasons(worker).size() + 1);
    }

    private static SortedSet<String> reasons(String exposition) {
        return Metric.in(exposition).stream()
                .filter(metric -> metric.name().equals("aicc_udp_dropped_total"))
                .map(metric -> metric.labels().get("reason"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aWorkerHasASpeechStreamForEachSpeaker() {
        assertThat(worker).contains("\naicc_stt_workers 2.0\n");
    }

    private static String ofOperator(Path folder) throws Exception {
        Path key = Files.writeString(
                folder.resolve("control.pem"), ControlKey.generate().toPem());
        try (EmbeddedKubernetes api = EmbeddedKubernetes.start(folder.resolve("kubeconfig"));
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(api.kubeconfig().toFile()))
                        .build();
                Program program = new Program("operator")) {
            for (String definition : new String[] {"callsessions.aicc.io.yaml", "workerpools.aicc.io.yaml"}) {
                try (var yaml = Files.newInputStream(DEFINITIONS.resolve(definition))) {
                    api.install(yaml);
                }
            }
            client.resource(Serialization.unmarshal(POOL, WorkerPool.class)).create();
            var unused = Operator.start(
                    Map.of(
                            "AICC_NAMESPACE",
                            "default",
                            "AICC_LEADER_ELECTION",
                            "false",
                            "AICC_CONTROL_KEY_FILE",
                            key.toString(),
                            "AICC_BIND_ADDRESS",
                            OPERATOR),
                    client,
                    program);
            return scrape(OPERATOR);
        }
    }

    /** With a PBX that is not there: requests are only shown once there are some. */
    private static String ofController(Path folder) throws Exception {
        try (EmbeddedKubernetes api = EmbeddedKubernetes.start(folder.resolve("kubeconfig"));
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(api.kubeconfig().toFile()))
                        .build();
                Program program = new Program("ari-controller")) {
            try (var yaml = Files.newInputStream(DEFINITIONS.resolve("callsessions.aicc.io.yaml"))) {
                api.install(yaml);
            }
            AriController.start(
                    Map.of(
                            "ARI_URL", "http://127.0.0.1:1",
                            "ARI_USERNAME", "aicc",
                            "ARI_PASSWORD", "nobody asks",
                            "AICC_NAMESPACE", "default",
                            "AICC_LEADER_ELECTION", "false",
                            "AICC_BIND_ADDRESS", CONTROLLER),
                    client,
                    InstantSource.system(),
                    program);
            return scrape(CONTROLLER);
        }
    }

    /**
     * A worker alone has a call from the start, and with it everything that a call shows; one whose recogniser is a server
     * shows what becomes of that as well.
     */
    private static String ofWorker(Path folder) throws Exception {
        Path key = Files.writeString(folder.resolve("receiver.key"), "k".repeat(32));
        String nobody =
                "[{\"name\": \"nobody\", \"url\": \"ws://127.0.0.1:1\", \"clientId\": \"c\", \"keyFile\": \"%s\"}]";
        try (Program program = new Program("call-worker")) {
            CallWorker.build(
                    Map.of(
                            "LEGACY_FIXED_PORTS",
                            "true",
                            "AICC_STT_ENGINE",
                            "vosk",
                            "AICC_VOSK_URL",
                            "ws://127.0.0.1:1",
                            "AICC_OUTPUTS",
                            nobody.formatted(key),
                            "AICC_OUTBOX_DIR",
                            folder.resolve("outbox").toString(),
                            "AICC_DRAIN_SECONDS",
                            "1",
                            "AICC_BIND_ADDRESS",
                            WORKER),
                    program);
            return scrape(WORKER);
        }
    }

    private static String scrape(String address) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI metrics = URI.create("http://" + address + ":9090/metrics");
            return http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                    .body();
        }
    }

    private static List<List<String>> rows(String exposition) {
        return Metric.in(exposition).stream()
                .map(metric -> List.of(Page.code(metric.signature()), metric.type(), metric.meaning(), metric.values()))
                .toList();
    }
}
