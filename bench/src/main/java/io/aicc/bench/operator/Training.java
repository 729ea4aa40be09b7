package io.aicc.bench.operator;

import io.aicc.crd.CallSession;
import io.aicc.crd.WorkerPool;
import io.aicc.demo.OperatorProcess;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/**
 * What {@code assemble operator} runs for the JVM to learn an operator from: the program itself, on an API server of ours, with
 * calls enough that what they go through is compiled. What is learnt, a new leader need not find out beside live calls.
 */
final class Training {
    private static final int WARM = 15;
    private static final int CALLS_PER_SECOND = 10;
    private static final int CALLS = 400;
    private static final Duration HOLD = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration WRITING_IT_DOWN = Duration.ofMinutes(5);

    /** On a build machine that is slow it leads on: one that stops and is started again has learnt half of it. */
    private static final Map<String, String> PATIENT =
            Map.of("AICC_LEASE_SECONDS", "300", "AICC_LEASE_RENEW_SECONDS", "299");

    private Training() {}

    /** {@code FOLDER COMMAND...}: for scratch files; what starts the operator. */
    public static void main(String[] arguments) throws Exception {
        Path scratch = Path.of(arguments[0]);
        ProcessBuilder command = new ProcessBuilder(Arrays.asList(arguments).subList(1, arguments.length));
        command.environment().putAll(PATIENT);
        try (EmbeddedKubernetes api = EmbeddedKubernetes.start(scratch.resolve("kubeconfig"));
                KubernetesClient client = api.client()) {
            api.install(CallSession.class, WorkerPool.class);
            try (PlayedCluster cluster = new PlayedCluster(command, api, client, scratch, call -> {})) {
                cluster.startPool(WARM, PATIENCE);
                try (CallDriver driver = cluster.driver(PATIENCE)) {
                    var timings = driver.place("training", CALLS_PER_SECOND, CALLS, HOLD);
                    if (timings.stream().noneMatch(CallDriver.Timing::served)) {
                        throw new IllegalStateException("the operator served no call");
                    }
                }
                OperatorProcess operator = cluster.operator();
                operator.close(WRITING_IT_DOWN);
            }
        }
        System.exit(0);
    }
}
