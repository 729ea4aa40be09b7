package io.aicc.demo;

import io.aicc.demo.pbx.AsteriskFiles;
import io.aicc.demo.pbx.AsteriskProcess;
import io.aicc.demo.pbx.KnownPhones;
import io.aicc.demo.pbx.SipPhone;
import io.aicc.demo.player.CallPlacer;
import io.aicc.demo.player.SipCalls;
import io.aicc.demo.report.DemoReport.Check;
import io.aicc.runtime.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** A real Asterisk that places the demo's calls, and the ARI controller that makes CallSessions of them. */
final class DemoPbx implements AutoCloseable {
    private static final int CONTROLLER_NETWORK = 59;
    private static final Duration READY_LIMIT = Duration.ofSeconds(30);
    private static final Duration CLEAR_LIMIT = Duration.ofSeconds(5);

    private final Program parts = new Program("pbx");
    private final DemoSystem system;
    private final AsteriskProcess asterisk;

    /**
     * Starts both.
     *
     * @param agents who can be called
     * @throws IOException when one of them does not become ready
     */
    DemoPbx(DemoSystem system, AsteriskFiles files, int agents) throws IOException, InterruptedException {
        this.system = system;
        try {
            // Not below the demo's own directory, which may be far down: Asterisk's sockets want a short path.
            Path directory = Files.createTempDirectory("aicc-pbx-");
            asterisk = parts.add(
                    "asterisk",
                    new AsteriskProcess(files, directory, Map.of("pjsip.conf", KnownPhones.of(phones(agents)))));
            ProgramProcess controller = parts.add(
                    "controller",
                    new ProgramProcess(
                            JavaProgram.controller(),
                            CONTROLLER_NETWORK,
                            Map.of(
                                    "KUBECONFIG",
                                    system.kubeconfig().toString(),
                                    "AICC_NAMESPACE",
                                    DemoSystem.NAMESPACE,
                                    "AICC_PBX_NAME",
                                    "demo",
                                    "ARI_URL",
                                    asterisk.ari().toString(),
                                    "ARI_USERNAME",
                                    AsteriskProcess.USER,
                                    "ARI_PASSWORD",
                                    asterisk.password().reveal()),
                            system.logs().resolve("controller.log")));
            awaitReady(controller);
        } catch (IOException | InterruptedException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** Places calls from phone to phone. */
    CallPlacer placer() {
        return new SipCalls(
                system.client(),
                DemoSystem.NAMESPACE,
                Clock.systemUTC(),
                asterisk.sip(),
                asterisk.directory().resolve("phones"));
    }

    /** Whether the PBX is as it was before the calls. */
    Check clear() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + CLEAR_LIMIT.toNanos();
        while (true) {
            String channels =
                    asterisk.cli("core show channels count").lines().findFirst().orElse("");
            // One line for each bridge after the heading.
            long bridges = asterisk.cli("bridge show all")
                            .lines()
                            .filter(line -> !line.isBlank())
                            .count()
                    - 1;
            boolean clear = channels.equals("0 active channels") && bridges == 0;
            if (clear || System.nanoTime() > deadline) {
                return new Check("nothing is left in the PBX", clear, channels + ", " + bridges + " bridges");
            }
            Thread.sleep(50);
        }
    }

    @Override
    public void close() {
        parts.close();
    }

    private static void awaitReady(ProgramProcess controller) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (!listens(controller.readiness())) {
            if (!controller.alive() || System.nanoTime() > deadline) {
                throw new IOException(
                        "the ARI controller is not ready after " + READY_LIMIT.toSeconds() + " s, see controller.log");
            }
            Thread.sleep(50);
        }
    }

    /** A controller that does not lead is ready too, to take over. */
    private static boolean listens(String readiness) {
        return !readiness.isEmpty() && !readiness.contains("standby");
    }

    private static Map<String, SipPhone.Place> phones(int agents) {
        Map<String, SipPhone.Place> phones = new TreeMap<>();
        for (int number = 1; number <= agents; number++) {
            String agent = DemoCalls.agentId(number);
            phones.put(agent, SipCalls.place(agent));
        }
        return phones;
    }
}
