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
import io.aicc.runtime.Program;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.event.Channel;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The operator program, whole, on a real API server; only the workers behind the control channel are played. */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class OperatorIT {
    private final OperatorRig rig;
    private final KubernetesClient client;

    OperatorIT(OperatorRig rig) {
        this.rig = rig;
        this.client = rig.client();
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
        assertThat(rig.server()
                        .kubectl("-n", rig.namespace(), "get", "callsessions")
                        .orFail())
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
    void audioThatWasNotRecognisedIsSaid() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        var worker = rig.workers().in(OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready)));
        worker.says(State.ACTIVE);
        worker.recognisesNothingOf(Duration.ofMillis(33_400));
        rig.hangUp("call-1");

        assertThat(OperatorRig.condition(rig.awaitSession("call-1", Phase.Ended)))
                .hasValueSatisfying(now -> {
                    assertThat(now.getReason()).isEqualTo("CallEnded");
                    assertThat(now.getMessage())
                            .isEqualTo(
                                    "the call is over and its words are delivered; 33.4 s of audio were not recognised,"
                                            + " its gap events say which");
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
        assertThat(writes.of("POST", "/events"))
                .as("nobody is told of an ordinary call")
                .isZero();
    }

    /** One may be as long as the server stores. */
    @Test
    void sessionsAreReadAFewAtATime() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        for (int i = 0; i < 30; i++) {
            rig.create("call-" + i, Instant.now());
        }
        CountedWrites asked = new CountedWrites();
        rig.startOperator(rig.newClient(asked), Map.of());
        rig.awaitPool(pool -> Objects.equals(pool.busy(), 30));

        assertThat(asked.lists("callsessions"))
                .hasSizeGreaterThan(3)
                .allMatch(query -> query.matches(".*limit=(1|25)\\b.*"))
                .anyMatch(query -> query.contains("status.phase!=Ended") && query.contains("continue="));
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
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20001}, limits: {readySeconds: 3}");
        rig.startOperator();
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
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
        Counters counters = Counters.atFreePort();
        rig.startOperator(rig.newClient(), Map.of("AICC_METRICS_PORT", "" + counters.port()));
        rig.create("call-1", Instant.now());
        rig.awaitSession("call-1", Phase.Ready);
        rig.create("call-2", Instant.now());
        await().atMost(OperatorRig.LIMIT).until(() -> OperatorRig.condition(rig.session("call-2"))
                .filter(now -> now.getReason().equals("PortsExhausted"))
                .isPresent());
        assertThat(counters.sample("aicc_port_pairs{pool=\"default\",state=\"leased\"}"))
                .isEqualTo(1);
        assertThat(counters.sample("aicc_port_pairs{pool=\"default\",state=\"quarantined\"}"))
                .isZero();
        assertThat(counters.sample("aicc_port_pairs{pool=\"default\",state=\"free\"}"))
                .isZero();
        assertThat(counters.sample("aicc_calls_waiting{pool=\"default\"}")).isEqualTo(1);
        rig.hangUp("call-1");
        rig.awaitSession("call-2", Phase.Ready);
    }

    /** One call was over before, the pod of the other went while nobody looked. */
    @Test
    void pairsOfCallsRestThroughARestartOfTheOperator() throws Exception {
        rig.pool("warm: {min: 0, max: 1}, ports: {from: 20000, to: 20003, quarantineSeconds: 300}");
        Program operator = rig.startOperator(rig.newClient(), Map.of());
        rig.create("call-1", Instant.now());
        rig.awaitSession("call-1", Phase.Ready);
        rig.create("call-2", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-2", Phase.Ready));
        rig.hangUp("call-1");
        rig.awaitSession("call-1", Phase.Ended);
        await().atMost(OperatorRig.LIMIT).until(() -> rig.pods().equals(List.of(pod)));
        operator.close();
        client.pods().inNamespace(rig.namespace()).withName(pod).delete();

        rig.startOperator();

        rig.awaitPool(pool -> new PortCounts(0, 0, 2).equals(pool.ports()));
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
