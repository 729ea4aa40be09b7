package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec.MediaSources;
import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPool;
import io.aicc.demo.ControllerProcess;
import io.aicc.demo.OperatorProcess;
import io.aicc.demo.pbx.AsteriskProcess;
import io.aicc.demo.pbx.KnownPhones;
import io.aicc.demo.pbx.SipPhone;
import io.aicc.demo.pbx.SipPhone.Dial;
import io.aicc.demo.pbx.SipPhone.Place;
import io.aicc.demo.played.PlayedWorkers;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import io.aicc.operator.control.ControlKey;
import io.aicc.wire.control.CallAssignment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** One call with everything real but the worker's ears: phones, Asterisk, controller, operator, Kubernetes API. */
@ExtendWith(RealApiServerExtension.class)
class WholeCallIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Place PLACE = new Place(21);

    /** What a customer in Korea dials. */
    private static final String DIALPLAN = """
            [from-trunk](+)
            exten => 82,1,Gosub(aicc-transcribe,s,1(ko-KR,,crm-4711))
             same => n,Dial(PJSIP/1001,30)
             same => n,Hangup()
            """;

    @TempDir
    private Path folder = Path.of("");

    private final List<CallAssignment> told = new CopyOnWriteArrayList<>();

    @Test
    void whatDialplanAndPbxSayOfACallReachesItsWorker(RealApiServer server) throws Exception {
        server.installDefinitions();
        String namespace = server.newNamespace("call");
        Path key = Files.writeString(
                folder.resolve("control.pem"), ControlKey.generate().toPem());
        try (AsteriskProcess asterisk = Asterisk.start(
                        Map.of("pjsip.conf", KnownPhones.of(Map.of("1001", PLACE)), "extensions.conf", DIALPLAN));
                PlayedWorkers workers = new PlayedWorkers(server.client(), namespace, told::add);
                OperatorProcess operator =
                        new OperatorProcess(server.kubeconfig(), namespace, key, folder.resolve("operator.log"));
                ControllerProcess controller = new ControllerProcess(
                        server.kubeconfig(), namespace, asterisk, Map.of(), folder.resolve("controller.log"))) {
            awaitWarm(server.client(), namespace);
            call(asterisk);
            CallSession over = await().atMost(LIMIT)
                    .until(
                            () -> server.client()
                                    .resources(CallSession.class)
                                    .inNamespace(namespace)
                                    .withName("pbx-crm-4711")
                                    .get(),
                            session -> session != null && session.getStatus().phase() == Phase.Ended);

            assertThat(PbxRig.reason(over)).isEqualTo("CustomerHangup");
            assertThat(told.getFirst().language()).isEqualTo("ko-KR");
            assertThat(told.getFirst().callId()).isEqualTo("crm-4711");
            assertThat(told.getFirst().customerNumber()).isEqualTo("82212345678");
            assertThat(told.getFirst().agentId()).isEqualTo("1001");
            MediaSources sources = PbxRig.sources(over);
            assertThat(told.getLast().customerSource()).isNotNull().isEqualTo(sources.customer());
            assertThat(told.getLast().agentSource()).isNotNull().isEqualTo(sources.agent());
            assertThat(told)
                    .as("told once that it has the call, and once where the audio comes from")
                    .hasSize(2);
        }
    }

    private void call(AsteriskProcess asterisk) throws Exception {
        byte[] speech = PhonesIT.tone(2);
        try (SipPhone agent = SipPhone.agent(PLACE, folder.resolve("agent"), speech, Duration.ofMillis(500));
                SipPhone customer = SipPhone.customer(
                        PLACE, folder.resolve("customer"), speech, new Dial(asterisk.sip(), "82212345678", "82"))) {
            customer.await(LIMIT);
            agent.await(LIMIT);
        }
    }

    private static void awaitWarm(KubernetesClient client, String namespace) {
        client.resource(Serialization.unmarshal("""
                        apiVersion: aicc.io/v1alpha1
                        kind: WorkerPool
                        metadata: {name: default}
                        spec:
                          warm: {min: 1, max: 1, percent: 0}
                          worker: {image: played}
                          outputs:
                            - {name: none, url: "ws://receiver:8099/transcripts", clientId: test, secretRef: receiver}
                        """, WorkerPool.class))
                .inNamespace(namespace)
                .create();
        await().atMost(LIMIT)
                .until(
                        () -> client.resources(WorkerPool.class)
                                .inNamespace(namespace)
                                .withName("default")
                                .get()
                                .getStatus(),
                        status -> status != null && Integer.valueOf(1).equals(status.warm()));
    }
}
