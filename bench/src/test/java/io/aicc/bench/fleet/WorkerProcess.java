package io.aicc.bench.fleet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A worker in a process of its own, for as long as it takes to start. */
final class WorkerProcess {
    static final String STARTED = "\"started\"";

    /** Some operator's public key, Ed25519. */
    private static final String KEY = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    private WorkerProcess() {}

    /**
     * What it says until it has started, or has ended because it cannot.
     *
     * @param command that starts it
     * @param outbox a directory
     * @param settings beside those that every worker needs
     */
    static List<String> start(List<String> command, Path outbox, Map<String, String> settings) throws Exception {
        ProcessBuilder builder = withoutOurSettings(new ProcessBuilder(command));
        builder.environment()
                .putAll(Map.of(
                        "POD_UID", "uid",
                        "AICC_CONTROL_PUBLIC_KEY", KEY,
                        "AICC_CONTROL_PORT", "0",
                        "AICC_HEALTH_PORT", "0",
                        "AICC_METRICS_PORT", "0",
                        "AICC_BIND_ADDRESS", "127.0.0.1",
                        "AICC_OUTBOX_DIR", outbox.toString()));
        builder.environment().putAll(settings);
        Process worker = builder.redirectErrorStream(true).start();
        try {
            return untilStarted(worker);
        } finally {
            worker.destroyForcibly().waitFor();
        }
    }

    /** What the tests are told is not meant for a worker: it refuses settings that are not its own. */
    static ProcessBuilder withoutOurSettings(ProcessBuilder builder) {
        builder.environment().keySet().removeIf(name -> name.startsWith("AICC_"));
        return builder;
    }

    private static List<String> untilStarted(Process worker) throws IOException {
        List<String> said = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(worker.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (line.contains(STARTED)) {
                    break;
                }
            }
        }
        return said;
    }
}
