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
            parts.add(
                    "controller",
                    new ControllerProcess(
                            system.kubeconfig(),
                            DemoSystem.NAMESPACE,
                            asterisk,
                            Map.of("AICC_PBX_NAME", "demo"),
                            system.logs().resolve("controller.log")));
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
            AsteriskProcess.Load load = asterisk.load();
            boolean clear = load.channels() == 0 && load.bridges() == 0;
            if (clear || System.nanoTime() > deadline) {
                String left = load.channels() + " active channels, " + load.bridges() + " bridges";
                return new Check("nothing is left in the PBX", clear, left);
            }
            Thread.sleep(50);
        }
    }

    @Override
    public void close() {
        parts.close();
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
