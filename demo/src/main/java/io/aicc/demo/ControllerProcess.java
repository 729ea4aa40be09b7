package io.aicc.demo;

import io.aicc.demo.pbx.AsteriskProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The ARI controller program as a process, listening to one Asterisk. */
public final class ControllerProcess implements AutoCloseable {
    private static final int NETWORK = 59;
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);

    private final ProgramProcess program;
    private final Path log;

    /**
     * Starts it, and returns when it listens.
     *
     * @param settings beside those that say where API and Asterisk are, or in their place
     * @throws IOException when it does not become ready
     */
    public ControllerProcess(
            Path kubeconfig, String namespace, AsteriskProcess asterisk, Map<String, String> settings, Path log)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(Map.of(
                "KUBECONFIG",
                kubeconfig.toString(),
                "AICC_NAMESPACE",
                namespace,
                "ARI_URL",
                asterisk.ari().toString(),
                "ARI_USERNAME",
                AsteriskProcess.USER,
                "ARI_PASSWORD",
                asterisk.password().reveal()));
        environment.putAll(settings);
        this.log = log;
        program = new ProgramProcess(JavaProgram.controller(), NETWORK, environment, log);
        awaitListening();
    }

    /** Whether it leads, and hears the PBX. */
    public boolean listens() {
        String readiness = program.readiness(); // a controller that does not lead is ready too, to take over
        return !readiness.isEmpty() && !readiness.contains("standby");
    }

    public long pid() {
        return program.pid();
    }

    /** All of its metrics, Prometheus text; empty when it does not answer. */
    public String metrics() {
        return program.metrics();
    }

    /** As kill −9 does. */
    public void kill() throws InterruptedException {
        program.kill();
    }

    /** Another process in its place; returns when it listens. */
    public void startAgain() throws IOException, InterruptedException {
        program.startAgain();
        awaitListening();
    }

    @Override
    public void close() throws InterruptedException {
        program.close();
    }

    private void awaitListening() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (!listens()) {
            if (!program.alive() || System.nanoTime() > deadline) {
                program.close();
                throw new IOException(
                        "the ARI controller is not ready after " + READY_LIMIT.toSeconds() + " s, see " + log);
            }
            Thread.sleep(50);
        }
    }
}
