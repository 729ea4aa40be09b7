package io.aicc.e2e.crd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.crd.CallSession;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolSpec;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(RealApiServerExtension.class)
class CrdIT {
    private static final String SESSION = """
            apiVersion: aicc.io/v1alpha1
            kind: CallSession
            metadata: {name: call-1}
            spec:
              callId: pbx1-1700000000.42
              customerNumber: "+82 2 1234 5678"
              agentId: agent-7
              requestedAt: "2026-01-31T12:00:00.000000Z"
            """;

    private static final String POOL = """
            apiVersion: aicc.io/v1alpha1
            kind: WorkerPool
            metadata: {name: default}
            spec:
              worker: {image: "aicc/call-worker:test"}
              outputs:
                - {name: demo, url: "ws://receiver:8099/transcripts", clientId: aicc, secretRef: receiver}
            """;

    private static final String SERVED = """
            "mediaEndpoint": {"host": "10.0.0.7", "customerPort": 20480, "agentPort": 20481, "generation": 1},
            "worker": {"pod": "worker-x", "uid": "u-1"},
            "times": {"ready": "2026-01-31T12:00:00.100000Z"}""";

    private final RealApiServer server;
    private String namespace = "";

    CrdIT(RealApiServer server) {
        this.server = server;
    }

    @BeforeEach
    void install() {
        namespace = server.newNamespace("crd");
        server.installDefinitions();
    }

    @Test
    void columnsTellAPersonHowACallStands() {
        create(SESSION);
        patchStatus("{\"phase\": \"Active\", %s, \"summary\": {\"transcripts\": 12, \"packetsLost\": 0}}"
                .formatted(SERVED));

        String[] table =
                server.kubectl("-n", namespace, "get", "calls").orFail().split("\n");

        assertThat(table[0].split("\\s{2,}"))
                .containsExactly("NAME", "PHASE", "CUSTOMER", "AGENT", "PORTS", "WORKER", "TURNS", "AGE");
        assertThat(table[1]).matches("call-1 +Active +\\+82 2 1234 5678 +agent-7 +20480 +worker-x +12 +\\d+s");
        assertThat(server.kubectl("-n", namespace, "get", "callsessions", "-o", "wide")
                        .orFail())
                .contains("LANGUAGE", "en-US", "HOST", "10.0.0.7", "LOST");
    }

    @Test
    void poolsShowTheirWarmWorkersAndFreePorts() {
        create(POOL);

        assertThat(server.kubectl("-n", namespace, "get", "workerpools")
                        .orFail()
                        .split("\n")[0]
                        .split("\\s{2,}"))
                .containsExactly("NAME", "WARM", "BUSY", "MAX", "PORTSFREE", "AGE");
        assertThat(server.kubectl("-n", namespace, "get", "aicc").orFail()).contains("workerpool.aicc.io/default");
        server.kubectl("-n", namespace, "scale", "workerpool/default", "--replicas=7")
                .orFail();
        WorkerPool pool = server.client()
                .resources(WorkerPool.class)
                .inNamespace(namespace)
                .withName("default")
                .get();
        assertThat(pool.getSpec().warm()).hasFieldOrPropertyWithValue("min", 7);
        assertThat(pool.getSpec().ports()).hasFieldOrPropertyWithValue("to", 29_999);
    }

    @Test
    void explainReadsAsDocumentation() {
        assertThat(server.kubectl("explain", "callsession.spec.customerNumber").orFail())
                .contains("Never trusted: escape it where");
        assertThat(server.kubectl("explain", "workerpool.spec.limits.drainSeconds")
                        .orFail())
                .contains("How long the last words may take");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            callId: pbx1-1700000000.42        | callId: ""                                   | spec.callId
            callId: pbx1-1700000000.42        | callId: "a b"                                | spec.callId
            callId: pbx1-1700000000.42        | callId: "<script>alert(1)</script>"          | spec.callId
            agentId: agent-7                  | agentId: "bell\\u0007"                       | spec.agentId
            agentId: agent-7                  | language: "not a language"                   | spec.language
            agentId: agent-7                  | codec: OPUS                                  | spec.codec
            agentId: agent-7                  | mediaSources: {customer: "pbx.example:4000"} | spec.mediaSources.customer
            "2026-01-31T12:00:00.000000Z"     | "yesterday"                                  | spec.requestedAt
            """)
    void aBadSessionIsRefusedByTheNameOfItsField(String good, String bad, String field) {
        assertThatThrownBy(() -> create(SESSION.replace(good, bad)))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(field);
    }

    @Test
    void aCallerNumberOfTenKilobytesIsRefused() {
        assertThatThrownBy(() -> create(SESSION.replace("+82 2 1234 5678", "9".repeat(10_000))))
                .hasMessageContaining("spec.customerNumber")
                .hasMessageContaining("may not be more than 64");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"phase": "Ready", "mediaEndpoint": {"host": "h", "customerPort": 20001, "agentPort": 20002, "generation": 1}} | customerPort must be even
            {"phase": "Ready", "mediaEndpoint": {"host": "h", "customerPort": 20000, "agentPort": 20003, "generation": 1}} | agentPort must be customerPort + 1
            {"phase": "Ready", "mediaEndpoint": {"host": "h", "customerPort": 19998, "agentPort": 19999, "generation": 1}} | status.mediaEndpoint.customerPort
            {"phase": "Ready", "mediaEndpoint": {"host": "h", "customerPort": 30000, "agentPort": 30001, "generation": 1}} | status.mediaEndpoint.customerPort
            {"earlier": {"takeovers": 3000000000}} | status.earlier.takeovers
            {"summary": {"takeovers": 1e30}} | status.summary.takeovers
            {"times": {"ended": "2026-01-31T12:00:00.0000000Z"}} | status.times.ended
            {"times": {"unserved": "2026-01-31T12:00:00.0000000Z"}} | status.times.unserved
            {"phase": "Singing"} | status.phase
            {"phase": "Ready"} | Ready or Active needs worker, mediaEndpoint and times.ready
            {"phase": "Active", "worker": {"pod": "w", "uid": "u"}, "times": {"ready": "2026-01-31T12:00:00.100000Z"}} | Ready or Active needs
            {"phase": "Ready", "mediaEndpoint": {"host": "h", "customerPort": 20000, "agentPort": 20001, "generation": 1}, "worker": {"pod": "w", "uid": "u"}} | Ready or Active needs
            """)
    void anImpossibleStatusIsRefused(String status, String reason) {
        create(SESSION);

        assertThatThrownBy(() -> patchStatus(status)).hasMessageContaining(reason);
    }

    @Test
    void phasesOnlyMoveForward() {
        create(SESSION);
        patchStatus("{\"phase\": \"Active\", %s}".formatted(SERVED));

        assertThatThrownBy(() -> patchStatus("{\"phase\": \"Ready\"}")).hasMessageContaining("only moves forward");
        assertThatThrownBy(() -> patchStatus("{\"phase\": \"Ending\"}"))
                .hasMessageContaining("Ending needs times.ending; to end a call, set spec.ended");
        assertThatThrownBy(() -> patchStatus("{\"phase\": \"Ended\"}"))
                .hasMessageContaining("Ended or Failed needs times.ended and a condition Ready=False that says why;"
                        + " to end a call, set spec.ended");
        patchStatus("""
                {"phase": "Ended", "times": {"ended": "2026-01-31T12:05:00.000000Z"},
                 "conditions": [{"type": "Ready", "status": "False", "reason": "ByHand", "message": "a test",
                                 "lastTransitionTime": "2026-01-31T12:05:00Z"}]}""");
        assertThatThrownBy(() -> patchStatus("{\"phase\": \"Failed\"}")).hasMessageContaining("only moves forward");
    }

    @Test
    void aCallIsEndedOnceAndOtherwiseUnchangeable() {
        create(SESSION);

        assertThatThrownBy(() -> patch("{\"spec\": {\"agentId\": \"somebody-else\"}}"))
                .hasMessageContaining("spec is immutable");
        assertThatThrownBy(() -> patch("{\"spec\": {\"customerNumber\": null}}"))
                .hasMessageContaining("spec is immutable");
        patch("{\"spec\": {\"mediaSources\": {\"customer\": \"10.0.0.1:4000\"}}}");
        patch("{\"spec\": {\"ended\": {\"at\": \"2026-01-31T12:05:00.000000Z\", \"reason\": \"CustomerHangup\"}}}");
        assertThatThrownBy(() -> patch("{\"spec\": {\"ended\": null}}")).hasMessageContaining("set once");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ports: {from: 20001, to: 29999}          | must be even
            ports: {from: 20000, to: 20002}          | must be odd
            ports: {from: 20010, to: 20001}          | must be less than
            ports: {from: 10000, to: 20001}          | spec.ports.from
            warm: {min: 9, max: 3}                   | must not be greater than
            allowedRtpSources: ["everywhere"]        | spec.allowedRtpSources
            networkMode: HostNetwork                 | spec.networkMode
            ports: {nodes: 0}                        | spec.ports.nodes
            ports: {nodes: 2}                        | needs spec.networkMode HostPort
            """)
    void aBadPoolIsRefused(String line, String reason) {
        assertThatThrownBy(() -> create(POOL + "  " + line + "\n")).hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{memory: zzz}", "{memory: 96Mb}", "{cpu: -1}", "{cpu: \"-100m\"}"})
    void aQuantityThatIsNoneIsRefused(String limits) {
        String pool = POOL.replace("test\"}", "test\", resources: {limits: %s}}".formatted(limits));

        assertThatThrownBy(() -> create(pool)).hasMessageContaining("spec.worker.resources.limits");
    }

    @Test
    void anOutputsNameMayBeAsLongAsTheWorkerTakesIt() {
        String most = "n".repeat(WorkerPoolSpec.Output.NAME_MOST);
        create(POOL.replace("name: demo", "name: " + most));

        assertThatThrownBy(() ->
                        create(POOL.replace("name: default", "name: other").replace("name: demo", "name: n" + most)))
                .hasMessageContaining("spec.outputs[0].name");
    }

    @Test
    void aTemplateWhoseListIsNoneIsRefused() {
        String pool = POOL.replace("test\"}", "test\", podTemplate: {spec: {volumes: {name: logs}}}}");

        assertThatThrownBy(() -> create(pool)).hasMessageContaining("spec.worker.podTemplate.spec.volumes");
    }

    /** As text and not as objects, so that what the types do not allow can be sent. */
    private void create(String yaml) {
        var generic = Serialization.unmarshal(yaml, GenericKubernetesResource.class);
        server.client().resource(generic).inNamespace(namespace).create();
    }

    private void patch(String json) {
        server.client()
                .resources(CallSession.class)
                .inNamespace(namespace)
                .withName("call-1")
                .patch(PatchContext.of(PatchType.JSON_MERGE), json);
    }

    private void patchStatus(String json) {
        server.client()
                .resources(CallSession.class)
                .inNamespace(namespace)
                .withName("call-1")
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\": " + json + "}");
    }
}
