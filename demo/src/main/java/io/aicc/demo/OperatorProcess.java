package io.aicc.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The operator program as a process, as a Deployment would run it; it can be killed and started again. */
public final class OperatorProcess implements AutoCloseable {
    /** A loopback address of its own, below the pods', and another one for every demo on this machine. */
    private static final String ADDRESS = address(ProcessHandle.current().pid());

    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private final ProcessBuilder builder;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private Process process;

    OperatorProcess(Path kubeconfig, String namespace, Path controlKey, Path log) throws IOException {
        builder = JavaProgram.operator()
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().put("AICC_NAMESPACE", namespace);
        builder.environment().put("AICC_CONTROL_KEY_FILE", controlKey.toString());
        builder.environment().put("AICC_BIND_ADDRESS", ADDRESS);
        builder.environment().put("AICC_LOG_FORMAT", "json");
        process = builder.start();
    }

    /** Whether it leads and works. */
    boolean ready() {
        return get(8080, "/health/ready").contains("\"leader\"");
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Port pairs that became free again so far, as its metrics say; −1 when it does not answer. */
    public int freedPairs() {
        return get(9090, "/metrics")
                .lines()
                .filter(line -> line.startsWith("aicc_port_pairs_freed_total"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .reduce(Integer::sum)
                .orElse(-1);
    }

    /** As kill −9 does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Another process in its place. */
    public void startAgain() throws IOException {
        process = builder.start();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        http.close();
    }

    private static String address(long pid) {
        return "127.63.%d.%d".formatted(pid / 254 % 254, pid % 254 + 1);
    }

    private String get(int port, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + ADDRESS + ":" + port + path))
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
