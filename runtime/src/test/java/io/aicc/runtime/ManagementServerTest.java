package io.aicc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManagementServerTest {
    private final Health health = new Health();
    private final ProcessMetrics metrics = new ProcessMetrics();
    private final HttpClient http = HttpClient.newHttpClient();
    private ManagementServer server;

    @BeforeEach
    void start() throws IOException {
        var anyPort = new ManagementServer.Endpoints(InetAddress.getLoopbackAddress(), 0, 0);
        server = new ManagementServer(anyPort, health, metrics.registry());
    }

    @AfterEach
    void stop() {
        http.close();
        server.close();
        metrics.close();
    }

    @Test
    void readinessNamesTheComponentThatIsDown() throws Exception {
        AtomicBoolean connected = new AtomicBoolean();
        health.ready("ari", () -> connected.get() ? Health.State.up("connected") : Health.State.down("refused"));

        assertThat(get(server.healthPort(), "/health/ready").statusCode()).isEqualTo(503);
        assertThat(get(server.healthPort(), "/health/ready").body())
                .isEqualTo("{\"status\":\"down\",\"components\":{\"ari\":{\"up\":false,\"detail\":\"refused\"}}}");
        connected.set(true);
        assertThat(get(server.healthPort(), "/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void aProgramThatWaitsForOthersIsAliveAllTheSame() throws Exception {
        health.ready("api", () -> Health.State.down("away"));

        assertThat(get(server.healthPort(), "/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void aCheckThatThrowsIsDown() throws Exception {
        health.live("tasks", () -> {
            throw new IllegalStateException("boom");
        });

        assertThat(get(server.healthPort(), "/health/live").statusCode()).isEqualTo(503);
    }

    @Test
    void metricsAreInThePrometheusFormat() throws Exception {
        metrics.registry().counter("aicc.calls", "status", "ended").increment();

        assertThat(get(server.metricsPort(), "/metrics").body()).contains("aicc_calls_total{status=\"ended\"} 1.0");
    }

    @Test
    void nothingElseAnswers() throws Exception {
        assertThat(get(server.healthPort(), "/health/live/more").statusCode()).isEqualTo(404);
        assertThat(get(server.metricsPort(), "/env").statusCode()).isEqualTo(404);
        HttpRequest post = HttpRequest.newBuilder(uri(server.metricsPort(), "/metrics"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(http.send(post, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(405);
    }

    @Test
    void aTakenPortIsNamed() {
        var taken = new ManagementServer.Endpoints(InetAddress.getLoopbackAddress(), server.healthPort(), 0);

        assertThatThrownBy(() -> new ManagementServer(taken, health, metrics.registry()))
                .hasMessageContaining("cannot listen on 127.0.0.1:" + server.healthPort() + " (AICC_HEALTH_PORT)");
    }

    private HttpResponse<String> get(int port, String path) throws Exception {
        return http.send(HttpRequest.newBuilder(uri(port, path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
