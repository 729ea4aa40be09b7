package io.aicc.demo.pod;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Starts the processes of pods so that none outlives this program, even when it is killed: where {@code setpriv} is there,
 * the kernel ends them with their parent. The parent in this is a thread, not a process ({@code PR_SET_PDEATHSIG}), so
 * one thread that lives as long as the starter starts them all. Those that start at the same time are few, as on a node with
 * this many processors: fifty at once would take all of them from whoever makes the pods.
 */
final class ProcessStarter implements AutoCloseable {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

    /** A process that is not ready after this long makes room all the same. */
    private static final Duration LONGEST_START = Duration.ofSeconds(10);

    private final Semaphore places = new Semaphore(2 * Runtime.getRuntime().availableProcessors());
    private final Function<Pod, ProcessBuilder> commands;
    private final ExecutorService parent = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("pod-starter").daemon().factory());

    ProcessStarter(Function<Pod, ProcessBuilder> commands) {
        this.commands = commands;
    }

    ProcessBuilder command(Pod pod) {
        return commands.apply(pod);
    }

    /** A place among those that start; null when all are taken. */
    @Nullable
    Place place() {
        return places.tryAcquire() ? new Place() : null;
    }

    /** Is left once the process is ready, has ended, or takes too long; leaving it again does nothing. */
    final class Place implements AutoCloseable {
        private final long taken = System.nanoTime();
        private boolean left;

        void leaveWhen(boolean ready) {
            if (ready || System.nanoTime() - taken > LONGEST_START.toNanos()) {
                close();
            }
        }

        @Override
        public void close() {
            if (!left) {
                left = true;
                places.release();
            }
        }
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
