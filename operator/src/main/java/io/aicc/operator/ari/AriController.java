package io.aicc.operator.ari;

import io.aicc.operator.ari.call.CallMetrics;
import io.aicc.operator.ari.call.CallSessions;
import io.aicc.operator.ari.call.Rehearsal;
import io.aicc.operator.ari.call.Switchboard;
import io.aicc.operator.ari.guard.Budget;
import io.aicc.operator.ari.link.PbxLink;
import io.aicc.operator.ari.link.PbxLink.Timing;
import io.aicc.operator.kube.Connection;
import io.aicc.operator.kube.Leadership;
import io.aicc.runtime.Health;
import io.aicc.runtime.ManagementServer;
import io.aicc.runtime.ProcessMetrics;
import io.aicc.runtime.Program;
import io.aicc.runtime.Settings;
import io.aicc.runtime.SteadyClock;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.Gauge;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ARI controller program: makes a CallSession of every call that the PBX wants transcribed, and taps it for its worker.
 * Any number may run for a PBX; one leads, and only that one is connected. No call depends on it: calls go on while it is
 * away, and a new leader finds them again.
 */
public final class AriController implements AutoCloseable {
    private static final Duration HEARTBEAT = Duration.ofSeconds(3);
    private static final Duration DEAD_AFTER = Duration.ofSeconds(10);

    private final PbxLink link;
    private final CallMetrics calls;
    private final CallSessions sessions;
    private final Switchboard switchboard;

    private AriController(AriSettings settings, KubernetesClient client, InstantSource clock, ProcessMetrics metrics)
            throws IOException {
        InstantSource steady = new SteadyClock();
        var registry = metrics.registry();
        Budget budget = new Budget(settings.portBudget(), settings.maxCalls());
        Gauge.builder("aicc_pbx_rtp_ports", budget, Budget::portsInUse)
                .description("RTP ports of the PBX in use or set aside for taps")
                .register(registry);
        Gauge.builder("aicc_pbx_rtp_port_budget", budget, Budget::ports)
                .description("RTP ports that may be in use before calls go untapped")
                .register(registry);
        link = new PbxLink(settings.pbx(), new Timing(HEARTBEAT, DEAD_AFTER, settings.snapshots()), registry, steady);
        calls = new CallMetrics(registry);
        sessions =
                new CallSessions(client, settings.namespace(), settings.policy().pbx(), registry);
        switchboard = new Switchboard(
                settings.policy(), sessions, link.commands(), budget, calls, clock, steady, settings.sessionTtl());
    }

    /** Entry point; its return means that the program could not start. */
    public static void main(String[] arguments) throws InterruptedException {
        // Shorter than Asterisk keeps them (session_keep_alive, 15 s unless set): no request meets a closing
        // connection.
        System.setProperty("jdk.httpclient.keepalive.timeout", "10");
        System.exit(Program.run("ari-controller", AriController::build));
    }

    private static void build(Map<String, String> environment, Program program) throws Exception {
        AriSettings settings = Settings.load(environment, AriSettings::from);
        KubernetesClient client = program.add("kubernetes client", Connection.open());
        start(settings, client, InstantSource.system(), program);
    }

    /**
     * The same with a client of the caller's, who closes it.
     *
     * @param clock on the wall: what it says is written into sessions, and nothing is waited for by it
     */
    public static void start(
            Map<String, String> environment, KubernetesClient client, InstantSource clock, Program program)
            throws Exception {
        start(Settings.load(environment, AriSettings::from), client, clock, program);
    }

    /** Every setting, for the reference. */
    public static List<Settings.Declared> settings() {
        return Settings.describe(AriSettings::from);
    }

    @Override
    public void close() {
        fallSilent();
        sessions.close();
    }

    /** Stops doing anything to calls and sessions, at once. */
    private void fallSilent() {
        link.close();
        switchboard.close();
    }

    private static void start(AriSettings settings, KubernetesClient client, InstantSource clock, Program program)
            throws Exception {
        ProcessMetrics metrics = program.add("metrics", new ProcessMetrics());
        // Stopped after the controller: nobody else gets the lease while we still act.
        Leadership leadership = program.add(
                "leadership",
                new Leadership(
                        client, settings.namespace(), settings.election(), metrics.registry(), new SteadyClock()));
        AriController controller = program.add("controller", new AriController(settings, client, clock, metrics));
        Rehearsal.play(settings.policy(), controller.sessions.inDryRun());
        Health health = new Health();
        health.ready("leadership", leadership::health);
        health.ready("api", () -> controller.api(leadership.leads()));
        health.ready("pbx", () -> leadership.leads() ? controller.pbx() : Health.State.up("standby"));
        program.add("endpoints", new ManagementServer(settings.endpoints(), health, metrics.registry()));
        leadership.seek(controller::lead, () -> {
            controller.fallSilent();
            Thread.ofPlatform().name("deposed").start(program::close);
        });
    }

    /** Only a leader connects: a second event stream of our application would take the first one's place. */
    private void lead() {
        switchboard.start();
        link.start(switchboard);
    }

    /**
     * Not ready while sessions are refused whoever calls: every call goes on without its words, and an upgrade that brought it
     * about must not go on. It shows before the first call, and in a standby too, for the rehearsal asks.
     */
    private Health.State api(boolean leads) {
        Optional<String> refused = sessions.refused();
        if (refused.isPresent()) {
            return Health.State.down("sessions refused by the API: " + refused.get());
        }
        if (!leads) {
            return Health.State.up("standby");
        }
        return sessions.watching() ? Health.State.up("watching") : Health.State.down("the API server is not reached");
    }

    /** Ready though some calls keep failing: that may be theirs, and the others are served. */
    private Health.State pbx() {
        Health.State connection = link.health();
        int failing = calls.failing();
        return connection.up() && failing > 0
                ? Health.State.up("%s, but %d calls keep failing".formatted(connection.detail(), failing))
                : connection;
    }
}
