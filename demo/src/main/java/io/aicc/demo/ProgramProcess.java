package io.aicc.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program of the control plane as a process, as a Deployment would run it: once it has been ready, it is started again
 * whenever it ends by itself. Tests kill it and say when another one comes. Thread-safe.
 */
final class ProgramProcess implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProgramProcess.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private final ProcessBuilder builder;
    private final String address;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private Process process;
    private boolean wanted = true;
    private boolean wasReady;

    /**
     * Starts it.
     *
     * @param network second byte of its loopback address, below the pods'; another address for every demo on this machine
     * @param environment beside the address and the log's format
     */
    ProgramProcess(ProcessBuilder program, int network, Map<String, String> environment, Path log) throws IOException {
        address = address(network, ProcessHandle.current().pid());
        builder = program.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        builder.environment().put("AICC_BIND_ADDRESS", address);
        builder.environment().put("AICC_LOG_FORMAT", "json");
        process = start();
    }

    synchronized boolean alive() {
        return process.isAlive();
    }

    synchronized long pid() {
        return process.pid();
    }

    /** What its readiness endpoint says; empty when it is not ready. */
    String readiness() {
        String answer = get(8080, "/health/ready");
        if (!answer.isEmpty()) {
            becameReady();
        }
        return answer;
    }

    /** All of its metrics, Prometheus text; empty when it does not answer. */
    String metrics() {
        return get(9090, "/metrics");
    }

    /** A counter, all labels together, as its metrics say; −1 when it does not answer or has none of that name. */
    int counted(String name) {
        return metrics()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .reduce(Integer::sum)
                .orElse(-1);
    }

    void kill() throws InterruptedException {
        unwanted().destroyForcibly().waitFor();
    }

    synchronized void startAgain() throws IOException {
        wanted = true;
        process = start();
    }

    @Override
    public void close() throws InterruptedException {
        close(STOP_LIMIT);
    }

    void close(Duration limit) throws InterruptedException {
        Process last = unwanted();
        last.destroy();
        if (!last.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
            last.destroyForcibly().waitFor();
        }
        http.close();
    }

    private synchronized void becameReady() {
        wasReady = true;
    }

    private synchronized Process unwanted() {
        wanted = false;
        return process;
    }

    private Process start() throws IOException {
        Process started = builder.start();
        var unused = started.onExit()
                .thenRunAsync(
                        () -> ended(started),
                        CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
        return started;
    }

    /** One that was never ready has wrong settings: it would only end again. */
    private synchronized void ended(Process gone) {
        if (!wanted || !wasReady || gone != process) {
            return;
        }
        log.atWarn()
                .addKeyValue("program", builder.command().getLast())
                .addKeyValue("exit_code", gone.exitValue())
                .log("ended in the middle of its work, starting it again as a deployment would");
        try {
            process = start();
        } catch (IOException e) {
            log.atError().setCause(e).log("cannot be started again");
        }
    }

    private static String address(int network, long pid) {
        return "127.%d.%d.%d".formatted(network, pid / 254 % 254, pid % 254 + 1);
    }

    private String get(int port, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + ":" + port + path))
                .timeout(Duration.ofSeconds(1))
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 ? response.body() : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
