package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPoolStatus.PortCounts;
import io.aicc.demo.played.PlayedWorker;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import io.aicc.runtime.Program;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.event.Channel;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The operator program, whole, on a real API server; only the workers behind the control channel are played. */
@ExtendWith(RealApiServerExtension.class)
class OperatorIT {
    private final RealApiServer server;
    private final OperatorRig rig;
    private final KubernetesClient client;

    OperatorIT(RealApiServer server, @TempDir Path folder) throws IOException {
        this.server = server;
        this.rig = new OperatorRig(server, folder);
        this.client = server.client();
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void aCallIsReadyThenActiveThenEndedAndItsPortsAreFree() throws Exception {
        rig.pool("warm: {min: 2, max: 2}, ports: {from: 20000, to: 20007, quarantineSeconds: 1}");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 2));

        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        CallSessionStatus status = Objects.requireNonNull(ready.getStatus());
        var endpoint = Objects.requireNonNull(status.mediaEndpoint());
        String pod = Objects.requireNonNull(status.worker()).pod();
        assertThat(endpoint.host()).startsWith("127.77.");
        assertThat(endpoint.customerPort()).isBetween(20_000, 20_006).matches(port -> port % 2 == 0);
        assertThat(endpoint.agentPort()).isEqualTo(endpoint.customerPort() + 1);
        assertThat(endpoint.generation()).isEqualTo(1);
        assertThat(OperatorRig.condition(ready))
                .hasValueSatisfying(now -> assertThat(now.getStatus()).isEqualTo("True"));
        assertThat(rig.workers().in(pod).call())
                .extracting(CallAssignment::callId, CallAssignment::customerNumber, CallAssignment::language)
                .containsExactly("pbx-call-1", "+82 2 1234 5678", "en-US");
        assertThat(server.kubectl("-n", rig.namespace(), "get", "callsessions").orFail())
                .containsPattern("call-1 +Ready +\\+82 2 1234 5678 +agent-7 +" + endpoint.customerPort() + " +" + pod);
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 2) && Objects.equals(pool.busy(), 1));

        rig.workers().in(pod).says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);

        Instant hungUp = rig.hangUp("call-1");
        CallSession ended = rig.awaitSession("call-1", Phase.Ended);
        assertThat(Objects.requireNonNull(ended.getStatus()).summary())
                .isEqualTo(new CallSessionStatus.Summary(
                        4_000, 100, 90, 1, 2, 3, Map.of("late", 2L, "source", 3L), 7, 0, 120, 0, "CustomerHangup"));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 2)
                && Objects.equals(pool.busy(), 0)
                && new PortCounts(2, 2, 0).equals(pool.ports()));
        await().atMost(OperatorRig.LIMIT)
                .until(() ->
                        client.pods().inNamespace(rig.namespace()).withName(pod).get() == null);
        assertThat(Duration.between(hungUp, Instant.now())).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void wordsThatDidNotReachTheirReceiverAreSaid() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        rig.create("call-1", Instant.now());
        var worker = rig.workers().in(OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready)));
        worker.says(State.ACTIVE);
        worker.givesUp(2);
        rig.hangUp("call-1");

        assertThat(OperatorRig.condition(rig.awaitSession("call-1", Phase.Ended)))
                .hasValueSatisfying(now -> {
                    assertThat(now.getReason()).isEqualTo("DrainLimitExceeded");
                    assertThat(now.getMessage()).startsWith("2 finals did not reach");
                });
    }

    @Test
    void aCallCostsFourWritesAndAShareInOneThatDeletesManyPods() throws Exception {
        rig.pool("warm: {min: 4, max: 4}, ports: {from: 20000, to: 20031, quarantineSeconds: 0}");
        CountedWrites writes = new CountedWrites();
        rig.startOperator(rig.newClient(writes), Map.of());
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 4));
        writes.startAnew();
        List<String> calls = List.of("call-1", "call-2", "call-3", "call-4");

        calls.forEach(call -> rig.create(call, Instant.now()));
        calls.forEach(call -> rig.workers()
                .in(OperatorRig.worker(rig.awaitSession(call, Phase.Ready)))
                .says(State.ACTIVE));
        calls.forEach(call -> rig.awaitSession(call, Phase.Active));
        calls.forEach(rig::hangUp);
        calls.forEach(call -> rig.awaitSession(call, Phase.Ended));
        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(
                        client.pods().inNamespace(rig.namespace()).list().getItems())
                .hasSize(4));

        assertThat(writes.of("PATCH", "/callsessions/"))
                .as("Ready, Active, Ended")
                .isEqualTo(3 * 4);
        assertThat(writes.of("POST", "/pods")).as("workers for the next calls").isEqualTo(4);
        assertThat(writes.of("DELETE", "/pods")).isBetween(1, 3);
    }

    @Test
    void portsAreFreeWhileTheLastWordsAreStillDrained() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20003, quarantineSeconds: 0}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        rig.workers().in(pod).takesItsTime();
        rig.hangUp("call-1");

        rig.awaitSession("call-1", Phase.Ending);
        rig.awaitPool(pool -> new PortCounts(1, 1, 0).equals(pool.ports()));
        rig.workers().in(pod).says(State.DONE);
        rig.awaitSession("call-1", Phase.Ended);
    }

    @Test
    void aCallThatFindsNoPortSaysSoAndFailsByItsDeadline() throws Exception {
        rig.pool("warm: {min: 0, max: 1}, ports: {from: 20000, to: 20001}, limits: {readySeconds: 3}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        rig.awaitSession("call-1", Phase.Ready);
        rig.create("call-2", Instant.now());

        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(OperatorRig.condition(rig.session("call-2")))
                .hasValueSatisfying(now -> {
                    assertThat(now.getReason()).isEqualTo("PortsExhausted");
                    assertThat(now.getMessage())
                            .contains("1 leased, 0 in quarantine, 0 free", "20000-20001", "spec.ports");
                }));
        assertThat(rig.awaitSession("call-2", Phase.Failed))
                .extracting(
                        failed -> OperatorRig.condition(failed).orElseThrow().getMessage())
                .asString()
                .startsWith("no worker within 3 s of requestedAt");
    }

    @Test
    void aCallThatWaitsForAPortGetsTheNextOne() throws Exception {
        rig.pool("warm: {min: 0, max: 1}, ports: {from: 20000, to: 20001, quarantineSeconds: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        rig.awaitSession("call-1", Phase.Ready);
        rig.create("call-2", Instant.now());
        await().atMost(OperatorRig.LIMIT).until(() -> OperatorRig.condition(rig.session("call-2"))
                .filter(now -> now.getReason().equals("PortsExhausted"))
                .isPresent());
        rig.hangUp("call-1");
        rig.awaitSession("call-2", Phase.Ready);
    }

    @Test
    void anOperatorThatDiesInMidCallIsReplacedByOneThatAdoptsTheCall() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 1}");
        KubernetesClient doomed =
                rig.newClient(); // Its connections break with it, as with kill -9: it can say goodbye to nobody.
        Program first = rig.startOperator(doomed, Map.of());
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        String pod = OperatorRig.worker(ready);
        rig.workers().in(pod).says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        doomed.close();
        first.close();

        rig.startOperator();
        rig.create("call-2", Instant.now());
        assertThat(OperatorRig.worker(rig.awaitSession("call-2", Phase.Ready))).isNotEqualTo(pod);
        assertThat(rig.session("call-1").getStatus())
                .extracting(CallSessionStatus::mediaEndpoint)
                .isEqualTo(Objects.requireNonNull(ready.getStatus()).mediaEndpoint());

        rig.hangUp("call-1");
        assertThat(rig.awaitSession("call-1", Phase.Ended).getStatus())
                .extracting(CallSessionStatus::summary)
                .hasFieldOrPropertyWithValue("customerPackets", 100L);
        await().atMost(OperatorRig.LIMIT)
                .until(() ->
                        client.pods().inNamespace(rig.namespace()).withName(pod).get() == null);
    }

    @Test
    void deletingALiveSessionEndsItsCallAndReclaimsItsWorker() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));

        assertThat(server.kubectl("-n", rig.namespace(), "delete", "callsession", "call-1", "--timeout=5s")
                        .exitCode())
                .isZero();
        await().atMost(OperatorRig.LIMIT)
                .until(() ->
                        client.pods().inNamespace(rig.namespace()).withName(pod).get() == null);
        rig.awaitPool(pool -> Objects.equals(pool.busy(), 0) && new PortCounts(3, 1, 0).equals(pool.ports()));
    }

    @Test
    void aLostPodIsReplacedInMidCallAndTheTapIsToldByTheGeneration() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession before = rig.awaitSession("call-1", Phase.Ready);
        client.pods()
                .inNamespace(rig.namespace())
                .withName(OperatorRig.worker(before))
                .delete();

        await().atMost(OperatorRig.LIMIT)
                .untilAsserted(() -> assertThat(rig.session("call-1").getStatus())
                        .extracting(CallSessionStatus::mediaEndpoint)
                        .hasFieldOrPropertyWithValue("generation", 2));
        CallSession after = rig.session("call-1");
        assertThat(OperatorRig.worker(after)).isNotEqualTo(OperatorRig.worker(before));
        assertThat(OperatorRig.condition(after))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("WorkerReplaced"));
        assertThat(rig.workers().in(OperatorRig.worker(after)).call())
                .hasFieldOrPropertyWithValue("generation", 2)
                .extracting(CallAssignment::readyAt)
                .isEqualTo(OperatorRig.readyAt(before));
    }

    @Test
    void aWorkerRestartedInPlaceIsHandedItsCallAgain() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(ready));
        worker.says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        worker.forgets();

        await().atMost(OperatorRig.LIMIT).until(() -> worker.call() != null);
        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(OperatorRig.condition(rig.session("call-1")))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("WorkerRestarted")));
        assertThat(rig.session("call-1").getStatus())
                .extracting(CallSessionStatus::mediaEndpoint)
                .isEqualTo(Objects.requireNonNull(ready.getStatus()).mediaEndpoint());
        var unused = rig.hangUp("call-1");
        assertThat(rig.awaitSession("call-1", Phase.Ended).getStatus().summary())
                .as("what it had counted before its restart is in the totals")
                .isEqualTo(new CallSessionStatus.Summary(
                        4_000, 200, 180, 2, 4, 6, Map.of("late", 4L, "source", 6L), 14, 0, 120, 1, "CustomerHangup"));
    }

    @Test
    void aWipedStatusIsWrittenAgainAndTheCallKeepsItsWorker() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        rig.workers().in(OperatorRig.worker(ready)).says(State.ACTIVE);
        rig.awaitSession("call-1", Phase.Active);
        rig.resource("call-1").subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":null}");

        CallSession repaired = rig.awaitSession("call-1", Phase.Active);
        assertThat(Objects.requireNonNull(repaired.getStatus()).mediaEndpoint())
                .isEqualTo(Objects.requireNonNull(ready.getStatus()).mediaEndpoint());
        assertThat(OperatorRig.worker(repaired)).isEqualTo(OperatorRig.worker(ready));
        assertThat(OperatorRig.condition(repaired))
                .hasValueSatisfying(now -> assertThat(now.getReason()).isEqualTo("RecordRepaired"));
    }

    @Test
    void anIdleWorkerThatDoesNotStayUpIsReplaced() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        Pod pod = client.pods().inNamespace(rig.namespace()).list().getItems().getFirst();
        client.resource(pod).subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE), """
                {"status": {"conditions": [{"type": "Ready", "status": "False"}],
                            "containerStatuses": [{"name": "worker", "image": "w", "imageID": "w", "ready": false,
                              "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}}""");

        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(
                        client.pods().inNamespace(rig.namespace()).list().getItems())
                .singleElement()
                .extracting(next -> next.getMetadata().getName())
                .isNotEqualTo(pod.getMetadata().getName()));
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
    }

    @Test
    void newMediaSourcesReachTheWorker() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready)));
        rig.patch("call-1", "{\"spec\":{\"mediaSources\":{\"customer\":\"10.0.0.9:4000\"}}}");

        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(worker.call())
                .hasFieldOrPropertyWithValue("customerSource", "10.0.0.9:4000"));
    }

    @Test
    void aWorkerThatHasTheCallIsNotReplacedBecauseItAnswersSlowly() throws Exception {
        rig.pool("warm: {min: 2, max: 2}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(ready));
        worker.hesitates(true);
        rig.patch("call-1", "{\"spec\":{\"mediaSources\":{\"customer\":\"10.0.0.9:4000\"}}}");
        await().during(Duration.ofSeconds(5)) // It is asked twice, for two seconds each.
                .atMost(OperatorRig.LIMIT)
                .until(() -> OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready))
                        .equals(OperatorRig.worker(ready)));

        worker.hesitates(false);
        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(worker.call())
                .hasFieldOrPropertyWithValue("customerSource", "10.0.0.9:4000"));
        assertThat(OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready))).isEqualTo(OperatorRig.worker(ready));
    }

    @Test
    void aChangeThatTheWorkerRefusesIsToldAndTheCallKeepsItsWorker() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        CallSession ready = rig.awaitSession("call-1", Phase.Ready);
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(ready));
        worker.cannotHear("[::::]:4000");
        rig.patch("call-1", "{\"spec\":{\"mediaSources\":{\"customer\":\"[::::]:4000\"}}}");

        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(OperatorRig.condition(rig.session("call-1")))
                .hasValueSatisfying(now -> {
                    assertThat(now.getStatus()).isEqualTo("True");
                    assertThat(now.getReason()).isEqualTo("ChangeRefused");
                    assertThat(now.getMessage()).contains("not an address: [::::]:4000");
                }));
        rig.patch("call-1", "{\"spec\":{\"mediaSources\":{\"customer\":\"10.0.0.9:4000\"}}}");
        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(worker.call())
                .hasFieldOrPropertyWithValue("customerSource", "10.0.0.9:4000"));
        assertThat(OperatorRig.worker(rig.session("call-1"))).isEqualTo(OperatorRig.worker(ready));
    }

    @Test
    void whatHappensInTheCallReachesTheWorkerInOrder() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        PlayedWorker worker = rig.workers().in(OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready)));
        String hold = "{\"at\":\"2026-01-31T12:00:05.000000Z\",\"type\":\"Hold\",\"channel\":\"customer\"}";
        String agent = "{\"at\":\"2026-01-31T12:00:06.000000Z\",\"type\":\"ParticipantChanged\",\"channel\":\"agent\","
                + "\"participantId\":\"1007\"}";
        rig.patch("call-1", "{\"spec\":{\"callEvents\":[" + hold + "]}}");
        rig.patch("call-1", "{\"spec\":{\"callEvents\":[" + hold + "," + agent + "]}}");

        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(
                        Objects.requireNonNull(worker.call()).callEvents())
                .extracting(CallEvent::type, CallEvent::channel, CallEvent::participantId)
                .containsExactly(
                        tuple(CallEvent.Type.Hold, Channel.CUSTOMER, null),
                        tuple(CallEvent.Type.ParticipantChanged, Channel.AGENT, "1007")));
        assertThatThrownBy(() -> rig.patch("call-1", "{\"spec\":{\"callEvents\":[]}}"))
                .hasMessageContaining("spec.callEvents only grows");
    }

    @Test
    void healthAndMetricsTellTheTruth() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        int health = freePort();
        int metrics = freePort();
        rig.startOperator(client, Map.of("AICC_HEALTH_PORT", "" + health, "AICC_METRICS_PORT", "" + metrics));
        rig.create("call-1", Instant.now());
        rig.awaitSession("call-1", Phase.Ready);
        rig.hangUp("call-1");
        rig.awaitSession("call-1", Phase.Ended);

        assertThat(get(health, "/health/ready")).contains("\"status\":\"up\"", "leader", "watching");
        await().atMost(OperatorRig.LIMIT).untilAsserted(() -> assertThat(get(metrics, "/metrics"))
                .contains(
                        "aicc_calls_total{status=\"ended\"} 1.0",
                        "aicc_calls_total{status=\"failed\"} 0.0",
                        "aicc_udp_packets_total{stream=\"customer\"} 100.0",
                        "aicc_udp_dropped_total{reason=\"source\"} 3.0",
                        "aicc_call_duration_seconds_count 1",
                        "aicc_claim_seconds_count 1",
                        "aicc_reclaim_seconds_count 1",
                        "aicc_active_calls 0.0",
                        "aicc_port_pool_available"));
    }

    private static String get(int port, String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
