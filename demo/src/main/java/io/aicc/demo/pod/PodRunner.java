package io.aicc.demo.pod;

import io.aicc.demo.pod.ProcessStarter.Place;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of one pod on one virtual thread: start, probe, restart, stop; the object leaves the API after the process. */
final class PodRunner implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(PodRunner.class);
    private static final Duration FIRST_PROBES = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(30);
    private static final long LAST_WORDS_BYTES = 2048;

    private final Pod pod;
    private final Container container;
    private final PodApi api;
    private final ProcessStarter starter;
    private final HttpClient http;
    private final Path directory;
    private final Path log;
    private final String podIp;
    private final PodReport report;
    private final CompletableFuture<Stop> stop = new CompletableFuture<>();
    private final AtomicReference<@Nullable Process> process = new AtomicReference<>();

    PodRunner(
            Pod pod,
            PodApi api,
            ProcessStarter starter,
            HttpClient http,
            Path directory,
            Path log,
            String podIp,
            InstantSource clock) {
        this.pod = pod;
        this.container = pod.getSpec().getContainers().getFirst();
        this.api = api;
        this.starter = starter;
        this.http = http;
        this.directory = directory;
        this.log = log;
        this.podIp = podIp;
        this.report = new PodReport(container, podIp, clock);
    }

    String podIp() {
        return podIp;
    }

    Path log() {
        return log;
    }

    /**
     * How it is to end.
     *
     * @param grace until the process is killed
     * @param deleted whether the object waits for it
     */
    private record Stop(Duration grace, boolean deleted) {}

    /** The pod was deleted: asks the process to end, kills it after the grace, then lets the object go. Returns at once. */
    void delete(Duration grace) {
        stop.complete(new Stop(grace, true));
    }

    /** The kubelet stops: ends the process in the same way, and leaves the object as it is. Returns at once. */
    void leave(Duration grace) {
        stop.complete(new Stop(grace, false));
    }

    /** Ends the process without asking. */
    void kill() {
        stop.complete(new Stop(Duration.ZERO, false));
        if (process.get() instanceof Process running) {
            running.destroyForcibly();
        }
    }

    @Override
    public void run() {
        @Nullable PodVolumes volumes = null;
        try {
            api.bind();
            volumes = await(() -> PodVolumes.make(pod, container, directory, api.references()));
            if (volumes != null) {
                runUntilDone(volumes);
            }
            if (stop.get().deleted()) {
                api.remove();
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } catch (IOException | ExecutionException | RuntimeException failed) {
            LOG.atError()
                    .addKeyValue("pod", pod.getMetadata().getName())
                    .setCause(failed)
                    .log("pod failed");
            report.over(false);
            api.report(report.status());
        } finally {
            kill();
            clearAway(volumes);
        }
    }

    private void runUntilDone(PodVolumes volumes) throws IOException, InterruptedException, ExecutionException {
        boolean again = true;
        while (again && !stop.isDone()) {
            again = runOnce(volumes);
        }
    }

    /** @return whether the process is to be started again */
    private boolean runOnce(PodVolumes volumes) throws IOException, InterruptedException, ExecutionException {
        var environment = await(() -> PodEnvironment.of(pod, container, podIp, volumes, api.references()));
        if (environment == null) {
            return false;
        }
        ProcessBuilder command = starter.command(pod);
        command.environment().putAll(environment);
        command.redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile()));
        Place place = awaitPlace();
        if (place == null) {
            return false;
        }
        int code = runInto(place, command);
        report.exited(code, lastWords(code));
        String policy = pod.getSpec().getRestartPolicy();
        boolean again = !stop.isDone() && !("Never".equals(policy) || ("OnFailure".equals(policy) && code == 0));
        if (!again) {
            finish(code);
            return false;
        }
        LOG.atWarn()
                .addKeyValue("pod", pod.getMetadata().getName())
                .addKeyValue("exit_code", code)
                .addKeyValue("restarts", report.restarts() + 1)
                .log("pod process ended, starting it again");
        backOff();
        return true;
    }

    /** Starts the process and looks after it to its end; gives up the place once it is ready. @return its exit code */
    private int runInto(Place place, ProcessBuilder command)
            throws IOException, InterruptedException, ExecutionException {
        try (place) {
            Process running = starter.start(command);
            process.set(running);
            report.running();
            HttpProbe readiness = HttpProbe.of(container.getReadinessProbe(), container, podIp, http);
            report.ready(readiness == null);
            api.report(report.status());
            HttpProbe startup = HttpProbe.of(container.getStartupProbe(), container, podIp, http);
            if (startup == null || starts(running, startup)) {
                attend(running, readiness, HttpProbe.of(container.getLivenessProbe(), container, podIp, http), place);
            }
            if (stop.isDone()) {
                end(running, stop.get().grace());
            }
            return running.waitFor();
        }
    }

    /** Waits for others to have started; null when the pod must stop before that. */
    private @Nullable Place awaitPlace() throws InterruptedException, ExecutionException {
        while (!stop.isDone()) {
            Place place = starter.place();
            if (place != null) {
                return place;
            }
            pause(stop, FIRST_PROBES);
        }
        return null;
    }

    /** What a kubelet takes over into the pod's status when it ends with an error: 2048 bytes of its log. */
    private @Nullable String lastWords(int code) throws IOException {
        if (code == 0 || !"FallbackToLogsOnError".equals(container.getTerminationMessagePolicy())) {
            return null;
        }
        try (SeekableByteChannel written = Files.newByteChannel(log)) {
            long size = written.size();
            ByteBuffer end = ByteBuffer.allocate((int) Math.min(size, LAST_WORDS_BYTES));
            written.position(size - end.capacity()).read(end);
            return StandardCharsets.UTF_8.decode(end.flip()).toString();
        }
    }

    private void finish(int code) throws InterruptedException, ExecutionException {
        report.over(code == 0);
        if (!stop.isDone() || stop.get().deleted()) {
            api.report(report.status());
        }
    }

    /** Waits until the process has started, before anybody asks whether it is ready or alive; whether it has. */
    private boolean starts(Process running, HttpProbe startup) throws InterruptedException, ExecutionException {
        var end = CompletableFuture.anyOf(running.onExit(), stop);
        long begun = System.nanoTime();
        while (!end.isDone()) {
            if (startup.succeeds()) {
                return true;
            }
            if (System.nanoTime() - begun > startup.patience().toNanos()) {
                running.destroyForcibly();
                return false;
            }
            pause(end, FIRST_PROBES);
        }
        return false;
    }

    /** Probes until the process ends, must be ended, or is found dead. */
    private void attend(Process running, @Nullable HttpProbe readiness, @Nullable HttpProbe liveness, Place place)
            throws InterruptedException, ExecutionException {
        var end = CompletableFuture.anyOf(running.onExit(), stop);
        long nextLiveness = System.nanoTime()
                + (liveness == null ? Long.MAX_VALUE / 2 : liveness.period().toNanos());
        boolean everReady = false;
        while (!end.isDone()) {
            if (readiness != null) {
                boolean success = readiness.succeeds();
                everReady |= success;
                if ((success || readiness.failedForGood()) && !end.isDone() && report.ready(success)) {
                    api.report(report.status());
                }
            }
            place.leaveWhen(readiness == null || everReady);
            if (liveness != null && System.nanoTime() - nextLiveness >= 0) {
                nextLiveness = System.nanoTime() + liveness.period().toNanos();
                if (!liveness.succeeds() && liveness.failedForGood()) {
                    running.destroyForcibly();
                    return;
                }
            }
            pause(end, readiness == null ? RETRY : everReady ? readiness.period() : FIRST_PROBES);
        }
    }

    private static void end(Process running, Duration grace) throws InterruptedException {
        running.destroy();
        if (!running.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
            running.destroyForcibly();
        }
    }

    /** The first restart is at once; a process that keeps ending waits longer each time. */
    private void backOff() throws InterruptedException, ExecutionException {
        int restarts = report.restarts();
        report.restarting();
        if (restarts > 0) {
            Duration wait = RETRY.multipliedBy(1L << Math.min(restarts - 1, 5));
            report.waiting("CrashLoopBackOff", "the process ended %d times".formatted(restarts + 1));
            api.report(report.status());
            pause(stop, wait.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : wait);
        }
    }

    private interface Attempt<T> {
        T make() throws IOException;
    }

    /** Retries while something that the pod refers to is missing; null when the pod must stop before that. */
    private <T> @Nullable T await(Attempt<T> attempt) throws IOException, InterruptedException, ExecutionException {
        while (!stop.isDone()) {
            try {
                return attempt.make();
            } catch (MissingReference missing) {
                report.waiting("CreateContainerConfigError", String.valueOf(missing.getMessage()));
                api.report(report.status());
                pause(stop, RETRY);
            }
        }
        return null;
    }

    private static void pause(CompletableFuture<?> unless, Duration time)
            throws InterruptedException, ExecutionException {
        try {
            unless.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException expected) {
            // The time is up, which is all that was wanted.
        }
    }

    private void clearAway(@Nullable PodVolumes volumes) {
        try {
            if (volumes != null) {
                volumes.delete();
            }
        } catch (IOException left) {
            LOG.atWarn()
                    .addKeyValue("pod", pod.getMetadata().getName())
                    .addKeyValue("error", left.toString())
                    .log("volumes of a pod left behind");
        }
    }
}
