package io.aicc.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.runtime.Program;
import io.aicc.wire.WireJson;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.aicc.worker.publish.ScriptedReceiver;
import io.aicc.worker.speech.sphinx.SmallModel;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Jwks;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is heard of a worker whose pod is deleted in mid-call, while its receiver takes its time. */
@Timeout(120)
class StoppedInMidCallTest {
    private static final String ADDRESS = "127.61.0.5";
    private static final String POD = "pod-uid-1";
    private static final KeyPair OPERATOR = Jwks.CRV.Ed25519.keyPair().build();
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final List<WorkerReport> reports = new CopyOnWriteArrayList<>();

    @Test
    void itReportsUntilItsWordsAreDelivered() throws Exception {
        Slow slow = new Slow();
        try (HttpClient http = HttpClient.newHttpClient();
                Phone phone = new Phone(1);
                ScriptedReceiver receiver = new ScriptedReceiver(slow).start();
                Program program = new Program("call-worker")) {
            CallWorker.build(environment(receiver), program);
            Thread operator = Thread.ofVirtual().start(() -> listen(http));
            var sent = phone.speak(new InetSocketAddress(ADDRESS, assign(http).customerPort()), 1);
            await().atMost(LONG).until(() -> receiver.received().stream()
                    .anyMatch(event -> event.body() instanceof EventBody.TranscriptFinal));
            assertThat(sent).isNotCancelled();

            Thread stop = Thread.ofPlatform().start(program::close);
            await().atMost(LONG).until(() -> last().state() == State.DRAINING && last().undelivered() > 0);
            await().atMost(LONG).until(() -> receiver.received().stream()
                    .anyMatch(event -> event.body() instanceof EventBody.SessionEnded));
            slow.acknowledge(receiver);
            assertThat(stop.join(LONG)).isTrue();

            assertThat(operator.join(LONG)).isTrue();
            assertThat(last()).returns(State.DONE, WorkerReport::state).returns(0L, WorkerReport::undelivered);
        }
    }

    private WorkerReport last() {
        return reports.getLast();
    }

    private void listen(HttpClient http) {
        try {
            http.send(request("/v1/reports").build(), BodyHandlers.ofLines())
                    .body()
                    .forEach(line -> {
                        try {
                            reports.add(WireJson.mapper().readValue(line, WorkerReport.class));
                        } catch (IOException e) {
                            throw new IllegalStateException(line, e);
                        }
                    });
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("no reports", e);
        }
    }

    private static Acknowledgement assign(HttpClient http) throws Exception {
        String body = WireJson.mapper().writeValueAsString(CallAssignment.first("uid-1", null, null));
        return WireJson.mapper()
                .readValue(
                        http.send(
                                        request("/v1/call")
                                                .PUT(BodyPublishers.ofString(body))
                                                .build(),
                                        BodyHandlers.ofString())
                                .body(),
                        Acknowledgement.class);
    }

    private static HttpRequest.Builder request(String path) {
        String token = Jwts.builder()
                .audience()
                .add(POD)
                .and()
                .claim("epoch", 1)
                .expiration(Date.from(Instant.now().plusSeconds(60)))
                .signWith(OPERATOR.getPrivate())
                .compact();
        return HttpRequest.newBuilder(URI.create("http://" + ADDRESS + ":8081" + path))
                .header("Authorization", "Bearer " + token);
    }

    private Map<String, String> environment(ScriptedReceiver receiver) throws IOException {
        Path key = Files.writeString(directory.resolve("receiver.key"), "k".repeat(32));
        Map<String, String> environment = new HashMap<>(SmallModel.environment(directory));
        environment.putAll(Map.of(
                "POD_UID",
                POD,
                "AICC_CONTROL_PUBLIC_KEY",
                Base64.getEncoder().encodeToString(OPERATOR.getPublic().getEncoded()),
                "AICC_BIND_ADDRESS",
                ADDRESS,
                "AICC_HEALTH_PORT",
                "0",
                "AICC_METRICS_PORT",
                "0",
                "AICC_ALLOWED_SOURCES",
                "127.0.0.0/8",
                "AICC_OUTPUTS",
                "[{\"name\": \"r\", \"url\": \"%s\", \"clientId\": \"worker\", \"keyFile\": \"%s\"}]"
                        .formatted(receiver.url(), key),
                "AICC_OUTBOX_DIR",
                directory.resolve("outbox").toString()));
        return environment;
    }

    /** Takes what it is sent, and acknowledges nothing before it is told to. */
    private static final class Slow implements ScriptedReceiver.Script {
        private final AtomicReference<@Nullable Channel> connection = new AtomicReference<>();

        @Override
        public void opened(ScriptedReceiver receiver, Channel opened) {
            connection.set(opened);
            ScriptedReceiver.say(opened, "{\"type\":\"resume\",\"last_seq\":0}");
        }

        void acknowledge(ScriptedReceiver receiver) {
            long last = receiver.received().stream()
                    .filter(event -> event.body().durable())
                    .mapToLong(Event::seq)
                    .max()
                    .orElseThrow();
            ScriptedReceiver.say(Objects.requireNonNull(connection.get()), "{\"type\":\"ack\",\"seq\":" + last + "}");
        }
    }
}
