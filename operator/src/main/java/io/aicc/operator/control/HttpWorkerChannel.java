package io.aicc.operator.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.runtime.PlainLine;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    public int streams() {
        return reports.begun();
    }

    @Override
    public void close() {
        reports.close();
    }

    private static Answer<Acknowledgement> acknowledgement(CallAssignment call, String body) {
        try {
            Acknowledgement acknowledgement = WireJson.read(body, Acknowledgement.class);
            return call.sessionUid().equals(acknowledgement.sessionUid())
                    ? new Answer.Obeyed<>(acknowledgement)
                    : new Answer.Unreachable<>("acknowledged another session");
        } catch (JsonProcessingException e) {
            return new Answer.Unreachable<>("acknowledgement is not readable: " + e.getOriginalMessage());
        }
    }

    /** On a thread of its own, for that can be left: an answer may come a byte at a time and never end. */
    private Answer<String> send(String method, String path, Object body) {
        FutureTask<Answer<String>> asking = new FutureTask<>(() -> ask(method, path, body));
        Thread thread =
                Thread.ofVirtual().name("order-" + door.address().podUid()).start(asking);
        String problem;
        try {
            return asking.get(WorkerDoor.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            problem = "no whole answer in " + WorkerDoor.TIMEOUT.toSeconds() + " s";
        } catch (ExecutionException e) { // A StackOverflowError too: the JDK reads one "100 Continue" inside the other.
            problem = String.valueOf(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem = "interrupted";
        } finally {
            thread.interrupt(); // Which closes its socket.
        }
        return new Answer.Unreachable<>(method + " " + path + ": " + problem);
    }

    private Answer<String> ask(String method, String path, Object body) throws IOException {
        HttpURLConnection order = door.request(method, path);
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
    }

    private static String text(@Nullable InputStream body) throws IOException {
        if (body == null) {
            return "";
        }
        try (body) {
            return new String(body.readNBytes(WireJson.MAX_MESSAGE_CHARS), StandardCharsets.UTF_8);
        }
    }

    /** A worker that was broken into may say anything, and it goes into records and logs. */
    static String reason(String body) {
        try {
            return PlainLine.of(WireJson.read(body, Refusal.class).error());
        } catch (JsonProcessingException e) {
            return "no reason given";
        }
    }
}
