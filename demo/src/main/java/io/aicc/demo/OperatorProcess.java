package io.aicc.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The operator program as a process; it can be killed and started again. */
public final class OperatorProcess implements AutoCloseable {
    private static final int NETWORK = 63;

    private final ProgramProcess program;

    /** Starts it on this API, for this namespace. */
    public OperatorProcess(Path kubeconfig, String namespace, Path controlKey, Path log) throws IOException {
        this(JavaProgram.operator(), kubeconfig, namespace, controlKey, log);
    }

    /** The same with another way to start it. */
    public OperatorProcess(ProcessBuilder operator, Path kubeconfig, String namespace, Path controlKey, Path log)
            throws IOException {
        program = new ProgramProcess(
                operator,
                NETWORK,
                Map.of(
                        "KUBECONFIG", kubeconfig.toString(),
                        "AICC_NAMESPACE", namespace,
                        "AICC_CONTROL_KEY_FILE", controlKey.toString()),
                log);
    }

    /** Whether it leads and works. */
    public boolean ready() {
        return program.readiness().contains("\"leader\"");
    }

    boolean alive() {
        return program.alive();
    }

    /** Port pairs that became free again so far, as its metrics say; −1 when it does not answer. */
    public int freedPairs() {
        return program.counted("aicc_port_pairs_freed_total");
    }

    /** A counter, all labels together, as its metrics say; −1 when it does not answer. */
    public int counted(String name) {
        return program.counted(name);
    }

    /** All of its metrics, Prometheus text; empty when it does not answer. */
    public String metrics() {
        return program.metrics();
    }

    public long pid() {
        return program.pid();
    }

    /** As kill −9 does. */
    public void kill() throws InterruptedException {
        program.kill();
    }

    /** Another process in its place. */
    public void startAgain() throws IOException {
        program.startAgain();
    }

    /** Ends it, and waits longer than usual for what it does in the end. */
    public void close(Duration limit) throws InterruptedException {
        program.close(limit);
    }

    @Override
    public void close() throws InterruptedException {
        program.close();
    }
}
