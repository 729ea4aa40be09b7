package io.aicc.e2e.kube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What a command such as kubectl left behind when it ended. */
public record CommandResult(int exitCode, String output, String errors) {

    /** The output of a command that must have succeeded. */
    public String orFail() {
        if (exitCode != 0) {
            throw new AssertionError("exit code %d: %s".formatted(exitCode, errors));
        }
        return output;
    }

    /** Runs a command to its end. */
    public static CommandResult of(ProcessBuilder command, Duration limit) {
        try {
            Path output = Files.createTempFile("command", ".out");
            Path errors = Files.createTempFile("command", ".err");
            try {
                Process process = command.redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError("no end after %s: %s".formatted(limit, command.command()));
                }
                return new CommandResult(process.exitValue(), Files.readString(output), Files.readString(errors));
            } finally {
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.command(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command.command(), e);
        }
    }
}
