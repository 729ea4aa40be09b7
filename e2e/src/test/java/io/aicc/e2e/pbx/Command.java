package io.aicc.e2e.pbx;

import io.aicc.e2e.kube.CommandResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A program to run: nothing is on its standard input. */
record Command(ProcessBuilder builder) {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    static Command of(String... command) {
        return new Command(
                new ProcessBuilder(command).redirectInput(Path.of("/dev/null").toFile()));
    }

    Command with(Map<String, String> environment) {
        builder.environment().putAll(environment);
        return this;
    }

    Command in(Path directory) {
        builder.directory(directory.toFile());
        return this;
    }

    Command input(Path file) {
        builder.redirectInput(file.toFile());
        return this;
    }

    /** Runs it to its end. */
    CommandResult run() {
        return CommandResult.of(builder, LIMIT);
    }

    /** Starts it and lets it run. */
    Process start(Path log) throws IOException {
        return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }
}
