package io.aicc.bench.fleet;

import io.aicc.bench.engine.CountingProvider;
import io.aicc.demo.google.GoogleStandIn;
import io.aicc.demo.google.Limits;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What {@code assemble call-worker} runs for the JVM to learn a worker with Google's client from: a server that speaks Google's
 * protocol, in this process, because what a server takes no worker needs; and the worker's own training beside it.
 */
final class Training {
    private Training() {}

    /** {@code FOLDER COMMAND...}: for scratch files; what starts the worker's training. Ends with its status. */
    public static void main(String[] arguments) throws Exception {
        Path scratch = Path.of(arguments[0]);
        List<String> command = Arrays.asList(arguments).subList(1, arguments.length);
        ProcessBuilder worker = new ProcessBuilder(command).inheritIO();
        Map<String, String> environment = worker.environment();
        environment.clear();
        environment.putAll(Map.of(
                "AICC_BIND_ADDRESS", "127.61.0.98", "POD_UID", "training", "AICC_OUTBOX_DIR", scratch.toString()));
        int status;
        try (GoogleStandIn google = GoogleStandIn.start(CountingProvider.engine(), Limits.GOOGLE, scratch, 0)) {
            environment.putAll(google.workerSettings());
            status = worker.start().waitFor();
        }
        System.exit(status);
    }
}
