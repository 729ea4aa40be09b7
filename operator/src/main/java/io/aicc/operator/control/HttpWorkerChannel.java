package io.aicc.operator.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.wire.WireJson;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The channel as {@link io.aicc.wire.control} lays it down. */
final class HttpWorkerChannel implements WorkerChannel {
    private final WorkerDoor door;
    private final ReportStream reports;

    HttpWorkerChannel(WorkerDoor door, ReportStream reports) {
        this.door = door;
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
            HttpURLConnection order = door.request(method, path, WorkerDoor.TIMEOUT);
            order.setRequestProperty("Content-Type", "application/json");
            order.setDoOutput(true);
            try (OutputStream out = order.getOutputStream()) {
                out.write(WireJson.mapper().writeValueAsBytes(body));
            }
            int status = order.getResponseCode();
            String text = text(status / 100 == 2 ? order.getInputStream() : order.getErrorStream());
            return switch (status / 100) {
                case 2 -> new Answer.Obeyed<>(text);
                case 3, 4, 5 -> new Answer.Refused<>(status, reason(text));
                default -> new Answer.Unreachable<>(method + " " + path + ": no answer in HTTP");
            };
        } catch (IOException e) {
            return new Answer.Unreachable<>(method + " " + path + ": " + e);
        }
    }

    private static String text(@Nullable InputStream body) throws IOException {
        if (body == null) {
            return "";
        }
        try (body) {
            return new String(body.readNBytes(WireJson.MAX_MESSAGE_CHARS), StandardCharsets.UTF_8);
        }
    }

    static String reason(String body) {
        try {
            return WireJson.mapper().readValue(body, Refusal.class).error();
        } catch (JsonProcessingException e) {
            return "no reason given";
        }
    }
}
