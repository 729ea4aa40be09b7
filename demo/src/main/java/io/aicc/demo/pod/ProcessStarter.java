package io.aicc.demo.pod;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * Starts the processes of pods so that none outlives this program, even when it is killed: where {@code setpriv} is there,
 * the kernel ends them with their parent. The parent in this is a thread, not a process ({@code PR_SET_PDEATHSIG}), so
 * one thread that lives as long as the starter starts them all.
 */
final class ProcessStarter implements AutoCloseable {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

    private final Function<Pod, ProcessBuilder> commands;
    private final ExecutorService parent = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("pod-starter").daemon().factory());

    ProcessStarter(Function<Pod, ProcessBuilder> commands) {
        this.commands = commands;
    }

    ProcessBuilder command(Pod pod) {
        return commands.apply(pod);
    }

    Process start(ProcessBuilder command) throws IOException, InterruptedException {
        if (Files.isExecutable(SETPRIV)) {
            List<String> bound = new ArrayList<>(List.of(SETPRIV.toString(), "--pdeathsig", "KILL", "--"));
            bound.addAll(command.command());
            command.command(bound);
        }
        try {
            return parent.submit(command::start).get();
        } catch (ExecutionException failed) {
            throw new IOException("a pod's process could not be started: " + failed.getCause(), failed.getCause());
        }
    }

    /** Ends what is still running, too. */
    @Override
    public void close() {
        parent.shutdown();
    }
}
