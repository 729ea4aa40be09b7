package io.aicc.operator.ari;

import io.aicc.operator.ari.call.CallMetrics;
import io.aicc.operator.ari.call.CallSessions;
import io.aicc.operator.ari.call.Rehearsal;
import io.aicc.operator.ari.call.Switchboard;
import io.aicc.operator.ari.guard.PortBudget;
import io.aicc.operator.ari.link.PbxLink;
import io.aicc.operator.ari.link.PbxLink.Timing;
import io.aicc.operator.kube.Leadership;
import io.aicc.runtime.Health;
import io.aicc.runtime.ManagementServer;
import io.aicc.runtime.ProcessMetrics;
import io.aicc.runtime.Program;
import io.aicc.runtime.Settings;
import io.aicc.runtime.SteadyClock;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.Gauge;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * The ARI controller program: makes a CallSession of every call that the PBX wants transcribed, and taps it for its worker.
 * Any number may run for a PBX; one leads, and only that one is connected. No call depends on it: calls go on while it is
 * away, and a new leader finds them again.
 */
public final class AriController implements AutoCloseable {
    private static final Duration HEARTBEAT = Duration.ofSeconds(3);
    private static final Duration DEAD_AFTER = Duration.ofSeconds(10);

    private final PbxLink link;
    private final CallSessions sessions;
    private final Switchboard switchboard;

    private AriController(AriSettings settings, KubernetesClient client, InstantSource clock, ProcessMetrics metrics)
            throws IOException {
        InstantSource steady = new SteadyClock();
        var registry = metrics.registry();
        PortBudget budget = new PortBudget(settings.portBudget());
        Gauge.builder("aicc_pbx_rtp_ports", budget, PortBudget::inUse)
                .description("RTP ports of the PBX in use or set aside for taps")
                .register(registry);
        Gauge.builder("aicc_pbx_rtp_port_budget", budget, PortBudget::limit)
                .description("RTP ports that may be in use before calls go untapped")
                .register(registry);
        link = new PbxLink(settings.pbx(), new Timing(HEARTBEAT, DEAD_AFTER, settings.snapshots()), registry, steady);
        sessions =
                new CallSessions(client, settings.namespace(), settings.policy().pbx(), registry);
        switchboard = new Switchboard(
                settings.policy(),
                sessions,
                link.commands(),
                budget,
                new CallMetrics(registry),
                clock,
                steady,
                settings.sessionTtl());
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
        KubernetesClient client = program.add("kubernetes client", new KubernetesClientBuilder().build());
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
        link.close();
        switchboard.close();
        sessions.close();
    }

    private static void start(AriSettings settings, KubernetesClient client, InstantSource clock, Program program)
            throws Exception {
        ProcessMetrics metrics = program.add("metrics", new ProcessMetrics());
        AriController controller = program.add("controller", new AriController(settings, client, clock, metrics));
        Rehearsal.play(
                settings.policy(),
                CallSessions.rehearsed(
                        client, settings.namespace(), settings.policy().pbx()));
        Leadership leadership = new Leadership(client, settings.namespace(), settings.election());
        Health health = new Health();
        health.ready("leadership", leadership::health);
        health.ready("api", () -> leadership.leads() ? controller.api() : Health.State.up("standby"));
        health.ready("pbx", () -> leadership.leads() ? controller.link.health() : Health.State.up("standby"));
        program.add("endpoints", new ManagementServer(settings.endpoints(), health, metrics.registry()));
        program.add("leadership", leadership);
        leadership.seek(
                controller::lead, () -> Thread.ofPlatform().name("deposed").start(program::close));
    }

    /** Only a leader connects: a second event stream of our application would take the first one's place. */
    private void lead() {
        switchboard.start();
        link.start(switchboard);
    }

    private Health.State api() {
        return sessions.watching() ? Health.State.up("watching") : Health.State.down("the API server is not reached");
    }
}
