package io.aicc.bench.operator;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus.WorkerReference;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.demo.JavaProgram;
import io.aicc.demo.OperatorProcess;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.aicc.demo.played.PlayedWorkers;
import io.aicc.operator.control.ControlKey;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.WorkerReport.State;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** The operator program, a process, on an API server whose worker pods are played: real control channel, no audio. */
final class PlayedCluster implements AutoCloseable {
    static final String NAMESPACE = "default";

    /** Where calls go. */
    static final String POOL = "default";

    /** Where those go that stay and are more than {@link #STAY_IN_A_POOL}. */
    static final String FURTHER_POOL = "further";

    /** A pool has 5,000 pairs, for those that stay, those that come and go, and idle workers. */
    static final int STAY_IN_A_POOL = 4_800;

    private static final Duration START_LIMIT = Duration.ofMinutes(4);

    private final KubernetesClient client;
    private final PlayedWorkers workers;
    private final OperatorProcess operator;

    /** With an operator from classes and jars where they are. */
    PlayedCluster(EmbeddedKubernetes api, KubernetesClient client, Path directory, Consumer<CallAssignment> onAssigned)
            throws IOException {
        this(JavaProgram.operator(), api, client, directory, onAssigned);
    }

    /**
     * Starts everything but the pool.
     *
     * @param command what starts the operator
     * @param directory for the operator's key and log
     * @param onAssigned told when a worker takes a call
     */
    PlayedCluster(
            ProcessBuilder command,
            EmbeddedKubernetes api,
            KubernetesClient client,
            Path directory,
            Consumer<CallAssignment> onAssigned)
            throws IOException {
        this.client = client;
        Path key = Files.writeString(
                directory.resolve("control.pem"), ControlKey.generate().toPem());
        workers = new PlayedWorkers(client, NAMESPACE, onAssigned);
        operator = new OperatorProcess(command, api.kubeconfig(), NAMESPACE, key, directory.resolve("operator.log"));
    }

    /** Starts workers of the pool that calls go to. */
    void startPool(int warm, Duration patience) throws InterruptedException {
        startPool(POOL, warm, patience);
    }

    /**
     * Starts workers and waits until so many are warm.
     *
     * @param patience how long a call may wait for a worker
     */
    void startPool(String name, int warm, Duration patience) throws InterruptedException {
        client.resource(Serialization.unmarshal("""
                        apiVersion: aicc.io/v1alpha1
                        kind: WorkerPool
                        metadata: {name: %3$s, namespace: default}
                        spec:
                          warm: {min: %1$d, max: %1$d, percent: 0}
                          maxWorkers: 5000
                          ports: {from: 20000, to: 29999, quarantineSeconds: 2}
                          worker: {image: played}
                          outputs:
                            - {name: none, url: "ws://receiver:8099/transcripts", clientId: bench, secretRef: receiver}
                          limits: {readySeconds: %2$d}
                        """.formatted(warm, patience.toSeconds(), name), WorkerPool.class))
                .create();
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!operator.ready() || warm(name) < warm) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the operator has no " + warm + " warm workers after "
                        + START_LIMIT.toSeconds() + " s, see operator.log");
            }
            Thread.sleep(100);
        }
    }

    /** Places calls here, whose workers are heard as soon as they have them. */
    CallDriver driver(Duration patience) {
        return new CallDriver(client, NAMESPACE, patience, this::speak);
    }

    OperatorProcess operator() {
        return operator;
    }

    @Override
    public void close() throws InterruptedException {
        operator.close();
        workers.close();
    }

    private void speak(CallSession session) {
        WorkerReference worker = session.getStatus().worker();
        if (worker != null) {
            workers.in(worker.pod()).says(State.ACTIVE);
        }
    }

    private int warm(String name) {
        WorkerPool pool = client.resources(WorkerPool.class)
                .inNamespace(NAMESPACE)
                .withName(name)
                .get();
        WorkerPoolStatus status = pool == null ? null : pool.getStatus();
        Integer warm = status == null ? null : status.warm();
        return warm == null ? 0 : warm;
    }
}
