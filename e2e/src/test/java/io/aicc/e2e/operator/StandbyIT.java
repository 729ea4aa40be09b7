package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.Phase;
import io.aicc.demo.JavaProgram;
import io.aicc.demo.played.PlayedWorker;
import io.aicc.operator.control.ControlKey;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.WorkerReport.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Two operators, processes, one of which leads and is killed by the kernel in the midst of a call; and what the API server and
 * the log say of that call in the end.
 */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class StandbyIT {
    /** The Lease and 2.2 tries for it; and a machine that is busy. */
    private static final Duration TAKEOVER = Duration.ofSeconds(4 + 3 + 5);

    /** How a JSON Web Token begins, as a text and in an object. */
    private static final String TOKEN = "eyJ";

    @TempDir
    private Path folder = Path.of("");

    private final OperatorRig rig;
    private final List<Process> operators = new CopyOnWriteArrayList<>();

    StandbyIT(OperatorRig rig) {
        this.rig = rig;
    }

    @BeforeEach
    void makeKey() throws IOException {
        Files.writeString(folder.resolve("key.pem"), ControlKey.generate().toPem());
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process operator : operators) {
            operator.destroyForcibly().waitFor();
        }
    }

    @Test
    void theStandbyOfAKilledLeaderGoesOnWithItsCallsWithinTheLeaseAndNobodyTellsAToken() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, ports: {from: 20000, to: 20007, quarantineSeconds: 0}");
        Counters standby = Counters.atFreePort();
        Process leader = start("leader", 0);
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1));
        var unused = start("standby", standby.port());
        CallSession goesOn = live("call-b", Instant.now());
        PlayedWorker busy = rig.workers().in(OperatorRig.worker(goesOn));
        CallAssignment given = Objects.requireNonNull(busy.call());
        rig.awaitPool(pool -> Objects.equals(pool.warm(), 1) && Objects.equals(pool.busy(), 1));
        await("the standby knows whom it stands by for")
                .atMost(OperatorRig.LIMIT)
                .ignoreExceptions() // Nobody answers before it is up.
                .until(() -> standby.sample("aicc_leader_known{lease=\"aicc-operator\"}") == 1);

        leader.destroyForcibly().waitFor();
        Instant killed = Instant.now();
        CallSession came = live("call-a", killed);
        assertThat(Instant.parse(OperatorRig.readyAt(came))).isBefore(killed.plus(TAKEOVER));
        assertThat(rig.session("call-b").getStatus()).isEqualTo(goesOn.getStatus());
        assertThat(busy.call()).isSameAs(given);
        rig.hangUp("call-a");
        rig.hangUp("call-b");
        rig.awaitSession("call-a", Phase.Ended);
        tellsTheStory(rig.awaitSession("call-b", Phase.Ended));
        assertThat(kubectl("get", "callsessions", "--sort-by=.spec.requestedAt", "-o", "name"))
                .containsSubsequence("call-b", "call-a");
        tellsNoToken();
    }

    private void tellsTheStory(CallSession ended) {
        CallSessionStatus.Times times =
                Objects.requireNonNull(Objects.requireNonNull(ended.getStatus()).times());
        assertThat(Stream.of(
                                ended.getSpec().requestedAt(),
                                times.ready(),
                                times.active(),
                                times.ending(),
                                times.mediaClosed(),
                                times.ended())
                        .map(Instant::parse))
                .isSorted();
        assertThat(kubectl("describe", "callsession", "call-b"))
                .containsPattern("Message: +the call is over and its words are delivered")
                .containsPattern("Reason: +CallEnded")
                .containsPattern("Phase: +Ended")
                .containsPattern("Summary:\\s")
                .containsPattern("Customer Packets: +100")
                .containsPattern("Reason: +CustomerHangup")
                .containsPattern("Events: +<none>");
    }

    private void tellsNoToken() throws IOException {
        assertThat(log("leader")).as("a log of everything").contains("worker changed");
        assertThat(log("leader") + log("standby")).doesNotContain(TOKEN);
        assertThat(kubectl("get", "events", "-o", "yaml")).doesNotContain(TOKEN);
    }

    private CallSession live(String name, Instant requestedAt) {
        rig.create(name, requestedAt);
        rig.workers()
                .in(OperatorRig.worker(rig.awaitSession(name, Phase.Ready)))
                .says(State.ACTIVE);
        return rig.awaitSession(name, Phase.Active);
    }

    private Process start(String name, int metricsPort) throws IOException {
        ProcessBuilder operator = JavaProgram.operator();
        operator.environment().putAll(OperatorRig.ELECTED);
        operator.environment()
                .putAll(Map.of(
                        "KUBECONFIG",
                        rig.server().kubeconfig().toString(),
                        "AICC_NAMESPACE",
                        rig.namespace(),
                        "AICC_CONTROL_KEY_FILE",
                        folder.resolve("key.pem").toString(),
                        "AICC_BIND_ADDRESS",
                        "127.0.0.1",
                        "AICC_HEALTH_PORT",
                        "0",
                        "AICC_METRICS_PORT",
                        "" + metricsPort,
                        "AICC_LOG_FORMAT",
                        "json",
                        "AICC_LOG_LEVEL",
                        "debug"));
        Process process = operator.redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        operators.add(process);
        return process;
    }

    private String log(String operator) throws IOException {
        return Files.readString(folder.resolve(operator + ".log"));
    }

    private String kubectl(String... arguments) {
        return rig.server()
                .kubectl(Stream.concat(Stream.of("-n", rig.namespace()), Stream.of(arguments))
                        .toArray(String[]::new))
                .orFail();
    }
}
