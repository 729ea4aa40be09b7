package io.aicc.operator.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.wire.WireJson;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The channel as {@link io.aicc.wire.control} lays it down. */
final class HttpWorkerChannel implements WorkerChannel {
    /** A worker answers in a millisecond or two; one that needs longer than this is in trouble. */
    static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final HttpClient http;
    private final WorkerToken token;
    private final WorkerAddress address;
    private final ReportStream reports;

    HttpWorkerChannel(HttpClient http, WorkerToken token, WorkerAddress address, ReportStream reports) {
        this.http = http;
        this.token = token;
        this.address = address;
        this.reports = reports;
    }

    @Override
    public Answer<Acknowledgement> assign(CallAssignment call) {
        Answer<String> answer = send("PUT", "/v1/call", call);
        return switch (answer) {
            case Answer.Obeyed<String>(String body) -> acknowledgement(call, body);
            case Answer.Refused<String>(int status, String reason) -> new Answer.Refused<>(status, reason);
            case Answer.Unreachable<String>(String reason) -> new Answer.Unreachable<>(reason);
        };
    }

    @Override
    public Answer<String> end(EndOrder order) {
        return send("POST", "/v1/call/end", order);
    }

    @Override
    public boolean heard() {
        return reports.heard();
    }

    @Override
    public void close() {
        reports.close();
    }

    private static Answer<Acknowledgement> acknowledgement(CallAssignment call, String body) {
        try {
            Acknowledgement acknowledgement = WireJson.mapper().readValue(body, Acknowledgement.class);
            return call.sessionUid().equals(acknowledgement.sessionUid())
                    ? new Answer.Obeyed<>(acknowledgement)
                    : new Answer.Unreachable<>("acknowledged another session");
        } catch (JsonProcessingException e) {
            return new Answer.Unreachable<>("acknowledgement is not readable: " + e.getOriginalMessage());
        }
    }

    private Answer<String> send(String method, String path, Object body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(address.uri(path))
                    .timeout(TIMEOUT)
                    .header("Authorization", "Bearer " + token.valid())
                    .header("Content-Type", "application/json")
                    .method(method, json(body))
                    .build();
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                String text = new String(in.readNBytes(WireJson.MAX_MESSAGE_CHARS), StandardCharsets.UTF_8);
                return response.statusCode() / 100 == 2
                        ? new Answer.Obeyed<>(text)
                        : new Answer.Refused<>(response.statusCode(), reason(text));
            }
        } catch (IOException e) {
            return new Answer.Unreachable<>(method + " " + path + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Unreachable<>(method + " " + path + ": interrupted");
        }
    }

    private static BodyPublisher json(Object body) throws JsonProcessingException {
        return BodyPublishers.ofByteArray(WireJson.mapper().writeValueAsBytes(body));
    }

    static String reason(String body) {
        try {
            return WireJson.mapper().readValue(body, Refusal.class).error();
        } catch (JsonProcessingException e) {
            return "no reason given";
        }
    }
}
