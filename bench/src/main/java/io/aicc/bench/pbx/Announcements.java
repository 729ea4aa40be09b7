package io.aicc.bench.pbx;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.demo.pbx.AsteriskProcess;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * When an Asterisk announced its calls, by its own clock: an application beside the controller's that only listens. Calls do
 * not enter Stasis here, so the first that anybody is told of one worth a worker is that somebody's phone rings.
 */
final class Announcements implements AutoCloseable, WebSocket.Listener {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSZ");

    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final StringBuilder text = new StringBuilder();
    private final Map<String, Instant> ringing = new ConcurrentHashMap<>();

    Announcements(AsteriskProcess asterisk) {
        String user = AsteriskProcess.USER + ":" + asterisk.password().reveal();
        URI events = URI.create("ws" + asterisk.ari().toString().substring("http".length())
                + "/ari/events?app=bench&subscribeAll=true");
        socket = http.newWebSocketBuilder()
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)))
                .buildAsync(events, this)
                .join();
    }

    /** When the phone began to ring that the customer's channel called; null when it never did. */
    @Nullable
    Instant ringing(String customerChannel) {
        return ringing.get(customerChannel);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
            take(text.toString());
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }

    private void take(String event) {
        try {
            JsonNode json = JSON.readTree(event);
            if (json.path("type").asText().equals("Dial")
                    && json.path("dialstatus").asText().equals("RINGING")) {
                Instant at = OffsetDateTime.parse(json.path("timestamp").asText(), TIME)
                        .toInstant();
                ringing.putIfAbsent(json.path("caller").path("id").asText(), at);
            }
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
