package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.aicc.crd.CallSession;
import io.aicc.e2e.pbx.PbxRig.Cluster;
import io.aicc.operator.ari.call.CallPolicy;
import io.aicc.operator.ari.call.CallPolicy.Start;
import io.aicc.operator.ari.call.CallSessions;
import io.aicc.operator.ari.call.Rehearsal;
import io.aicc.testing.LogLines;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The controller's calls to itself, with an API server and without a PBX. */
class RehearsalTest {
    private static final CallPolicy POLICY =
            new CallPolicy("pbx", "127.0.0.1", "aicc", "en-US", "default", Start.RINGING, true, Duration.ofSeconds(30));

    @RegisterExtension
    final LogLines lines = LogLines.of("io.aicc.operator.ari").level(Level.INFO);

    @TempDir
    private Path folder;

    private Cluster cluster;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        cluster = Cluster.embedded(folder);
        client = cluster.newClient();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        cluster.end().close();
    }

    @Test
    void callsAreGoneThroughToTheirEndAndNothingIsLeft() throws Exception {
        CallSessions sessions = sessionsIn(cluster.namespace());

        Rehearsal.play(POLICY, sessions.inDryRun());

        assertThat(lines.list()).extracting(ILoggingEvent::getMessage).containsExactly("calls rehearsed");
        assertThat(sessions.refused()).isEmpty();
        assertThat(client.resources(CallSession.class).inAnyNamespace().list().getItems())
                .isEmpty();
        await().untilAsserted(() -> assertThat(switchboards()).isEmpty());
    }

    @Test
    void everyLineAboutACallSaysWhichItIs() throws Exception {
        lines.level(Level.DEBUG);

        Rehearsal.play(POLICY, sessionsIn(cluster.namespace()).inDryRun());

        assertThat(lines.list())
                .filteredOn(line -> line.getLoggerName().endsWith(".CallKeeper"))
                .isNotEmpty()
                .extracting(ILoggingEvent::getMDCPropertyMap)
                .allSatisfy(about -> assertThat(about)
                        .containsKeys("call_id", "attempt")
                        .hasEntrySatisfying(
                                "session", name -> assertThat(name).isEqualTo("pbx-" + about.get("call_id"))));
    }

    @Test
    void anApiServerThatRefusesIsSaidAndTheProgramGoesOn() throws Exception {
        CallSessions sessions = sessionsIn("no-such-namespace");

        Rehearsal.play(POLICY, sessions.inDryRun());

        assertThat(lines.list())
                .extracting(ILoggingEvent::getMessage)
                .containsExactly("calls not rehearsed, the first ones will begin slowly");
        assertThat(sessions.refused()).as("known before the first call").contains("create missing");
    }

    private CallSessions sessionsIn(String namespace) {
        return new CallSessions(client, namespace, POLICY.pbx(), new SimpleMeterRegistry());
    }

    private static List<String> switchboards() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter("switchboard"::equals)
                .toList();
    }
}
