package io.aicc.demo;

import io.aicc.demo.pbx.AsteriskProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The ARI controller program as a process, listening to one Asterisk. */
public final class ControllerProcess implements AutoCloseable {
    private static final int NETWORK = 59;
    private static final Duration READY_LIMIT = Duration.ofSeconds(30);

    private final ProgramProcess program;

    /**
     * Starts it, and returns when it listens.
     *
     * @param pbx what the PBX is called
     * @throws IOException when it does not become ready
     */
    public ControllerProcess(Path kubeconfig, String namespace, String pbx, AsteriskProcess asterisk, Path log)
            throws IOException, InterruptedException {
        program = new ProgramProcess(
                JavaProgram.controller(),
                NETWORK,
                Map.of(
                        "KUBECONFIG",
                        kubeconfig.toString(),
                        "AICC_NAMESPACE",
                        namespace,
                        "AICC_PBX_NAME",
                        pbx,
                        "ARI_URL",
                        asterisk.ari().toString(),
                        "ARI_USERNAME",
                        AsteriskProcess.USER,
                        "ARI_PASSWORD",
                        asterisk.password().reveal()),
                log);
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (!listens(program.readiness())) {
            if (!program.alive() || System.nanoTime() > deadline) {
                program.close();
                throw new IOException(
                        "the ARI controller is not ready after " + READY_LIMIT.toSeconds() + " s, see " + log);
            }
            Thread.sleep(50);
        }
    }

    public long pid() {
        return program.pid();
    }

    /** All of its metrics, Prometheus text; empty when it does not answer. */
    public String metrics() {
        return program.metrics();
    }

    @Override
    public void close() throws InterruptedException {
        program.close();
    }

    /** A controller that does not lead is ready too, to take over. */
    private static boolean listens(String readiness) {
        return !readiness.isEmpty() && !readiness.contains("standby");
    }
}
