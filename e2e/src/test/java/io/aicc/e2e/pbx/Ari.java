package io.aicc.e2e.pbx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.demo.pbx.AsteriskProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Asks an Asterisk's REST interface what tests want to know. */
final class Ari implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final URI base;
    private final String authorization;
    private final HttpClient http = HttpClient.newHttpClient();

    Ari(AsteriskProcess asterisk) {
        this(asterisk.ari(), AsteriskProcess.USER, asterisk.password().reveal());
    }

    Ari(URI base, String user, String password) {
        this.base = base;
        this.authorization = basic(user, password);
    }

    static String basic(String user, String password) {
        String pair = user + ":" + password;
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    /** Asks for something to be done. */
    void send(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/ari/" + path))
                .header("Authorization", authorization)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("%s /ari/%s: %d %s".formatted(method, path, answer.statusCode(), answer.body()));
        }
    }

    /** What is below {@code /ari/}. */
    JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/ari/" + path))
                .header("Authorization", authorization)
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("GET /ari/%s: %d %s".formatted(path, answer.statusCode(), answer.body()));
        }
        return JSON.readTree(answer.body());
    }

    /** Takes the events of an application, as another controller would, until it is closed. */
    AutoCloseable takeEventsOf(String app) {
        URI events = URI.create("ws://" + base.getAuthority() + "/ari/events?subscribeAll=true&app=" + app);
        WebSocket stream = http.newWebSocketBuilder()
                .header("Authorization", authorization)
                .buildAsync(events, new WebSocket.Listener() {})
                .join();
        return () -> stream.sendClose(WebSocket.NORMAL_CLOSURE, "").join().abort();
    }

    @Override
    public void close() {
        http.close();
    }
}
