package io.aicc.worker.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.testing.LogLines;
import io.aicc.wire.WireJson;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.State;
import io.jsonwebtoken.Jwts;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlServerTest {
    private static final String POD = "pod-uid-1";
    private static final KeyPair OPERATOR = Jwts.SIG.EdDSA.keyPair().build();
    private static final KeyPair STRANGER = Jwts.SIG.EdDSA.keyPair().build();

    private Instant now = Instant.parse("2026-01-31T12:00:00Z");
    private final Desk desk = new Desk();
    private final HttpClient http = HttpClient.newHttpClient();
    private ControlServer server;

    @BeforeEach
    void start() throws Exception {
        ControlToken token = new ControlToken(OPERATOR.getPublic(), POD, () -> Date.from(now));
        server = new ControlServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), token);
        server.serve(desk);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        http.close();
    }

    @Test
    void aCallIsHandedOverAndAcknowledgedWithItsPorts() throws Exception {
        HttpResponse<String> answer =
                send("PUT", "/v1/call", bearer(OPERATOR, POD, 7), json(CallAssignment.first("uid-1", null, null)));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(WireJson.mapper().readValue(answer.body(), Acknowledgement.class))
                .isEqualTo(new Acknowledgement("uid-1", 20_000, 20_001));
        assertThat(desk.assigned).containsExactly("uid-1");
    }

    @Test
    void withoutATokenNothingIsToldAndNothingDone() throws Exception {
        HttpResponse<String> answer = send("PUT", "/v1/call", null, json(CallAssignment.first("uid-1", null, null)));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).isEqualTo("{\"error\":\"control channel: no bearer token\"}");
        assertThat(send("GET", "/nowhere", null, "").statusCode()).isEqualTo(401);
        assertThat(desk.assigned).isEmpty();
    }

    @Test
    void tokensOfAnotherKeyPodOrTimeAreRefused() throws Exception {
        String unsigned = "Bearer " + Jwts.builder().audience().add(POD).and().compact();
        for (String bad : List.of(
                bearer(STRANGER, POD, 7),
                bearer(OPERATOR, "pod-uid-2", 7),
                bearer(OPERATOR, POD, 7, now.minus(ControlToken.CLOCKS_DIFFER).minusSeconds(1)),
                unsigned,
                "Bearer nonsense")) {
            HttpResponse<String> answer = send("PUT", "/v1/call", bad, json(CallAssignment.first("uid-1", null, null)));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        }
        assertThat(desk.assigned).isEmpty();
    }

    @Test
    void aStrangerDoesNotFillOurLog() throws Exception {
        String forged = bearer(STRANGER, POD, 7);
        LogLines lines = LogLines.of(ControlHandler.class.getPackageName());
        try (lines) {
            lines.open();
            for (int i = 0; i < 200; i++) {
                assertThat(assigning(forged)).isEqualTo(401);
            }
        }

        assertThat(lines.list()).as("a line a second").isNotEmpty().hasSizeLessThan(100);
    }

    @Test
    void aDeposedLeaderCommandsNobody() throws Exception {
        assertThat(send("PUT", "/v1/call", bearer(OPERATOR, POD, 8), json(CallAssignment.first("uid-1", null, null)))
                        .statusCode())
                .isEqualTo(200);

        HttpResponse<String> late =
                send("POST", "/v1/call/end", bearer(OPERATOR, POD, 7), json(new EndOrder("uid-1", "Late")));

        assertThat(late.statusCode()).isEqualTo(403);
        assertThat(late.body()).contains("epoch 7 is over, 8 leads");
        assertThat(desk.ended).isEmpty();
    }

    @Test
    void aTokenMayBeUsedAgainUntilItExpiresOrANewerLeaderSpeaks() throws Exception {
        String token = bearer(OPERATOR, POD, 7);
        assertThat(assigning(token)).isEqualTo(200);
        assertThat(assigning(token)).isEqualTo(200);
        assertThat(assigning(bearer(STRANGER, POD, 7))).isEqualTo(401);

        now = now.plusSeconds(60).plus(ControlToken.CLOCKS_DIFFER).plusSeconds(1);
        assertThat(assigning(token)).isEqualTo(401);

        String later = bearer(OPERATOR, POD, 7);
        assertThat(assigning(later)).isEqualTo(200);
        assertThat(assigning(bearer(OPERATOR, POD, 8))).isEqualTo(200);
        assertThat(assigning(later)).isEqualTo(403);
    }

    @Test
    void theClockOfTheOperatorsNodeMayBeAMinuteBehindOrAheadOfOurs() throws Exception {
        Instant ours = now;
        now = ours.minusSeconds(30 + 60); // Its clock, when it made the token that it now has used for half a minute.
        String ofOneBehind = bearer(OPERATOR, POD, 7);
        now = ours.plusSeconds(60);
        String ofOneAhead = bearer(OPERATOR, POD, 7);
        now = ours;

        assertThat(assigning(ofOneBehind)).isEqualTo(200);
        assertThat(assigning(ofOneBehind)).as("the one that was checked").isEqualTo(200);
        assertThat(assigning(ofOneAhead)).isEqualTo(200);
        assertThat(assigning(bearer(OPERATOR, POD, 6))).as("a time is no rank").isEqualTo(403);
    }

    @Test
    void eachKindOfRefusalHasAStatusOfItsOwn() throws Exception {
        String token = bearer(OPERATOR, POD, 1);

        assertThat(send("PUT", "/v1/call", token, json(CallAssignment.first("busy", null, null)))
                        .statusCode())
                .isEqualTo(409);
        assertThat(send("PUT", "/v1/call", token, json(CallAssignment.first("wrong", null, null)))
                        .statusCode())
                .isEqualTo(422);
        assertThat(send("PUT", "/v1/call", token, "{").statusCode()).isEqualTo(400);
        assertThat(send("PUT", "/v1/call", token, "x".repeat(200_000)).body()).contains("body too long");
        assertThat(send("GET", "/v1/call", token, "").statusCode()).isEqualTo(404);
    }

    @Test
    void reportsComeAtOnceAndAtEveryChange() throws Exception {
        try (BufferedReader lines = reports()) {
            assertThat(state(lines)).isEqualTo(State.IDLE);
            desk.become(State.ASSIGNED);
            assertThat(state(lines)).isEqualTo(State.ASSIGNED);
        }
    }

    @Test
    void aWorkerThatStopsTellsHowItEnded() throws Exception {
        try (BufferedReader lines = reports()) {
            assertThat(state(lines)).isEqualTo(State.IDLE);
            desk.becomeUnnoticed(State.DONE);

            server.close();

            assertThat(lines.lines().toList()).last().asString().contains("\"DONE\"");
        }
    }

    private int assigning(String token) throws Exception {
        return send("PUT", "/v1/call", token, json(CallAssignment.first("uid-1", null, null)))
                .statusCode();
    }

    private BufferedReader reports() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("/v1/reports"))
                .header("Authorization", bearer(OPERATOR, POD, 1))
                .build();
        HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    private static State state(BufferedReader lines) throws Exception {
        return WireJson.mapper().readValue(lines.readLine(), WorkerReport.class).state();
    }

    private static String json(Object body) throws Exception {
        return WireJson.mapper().writeValueAsString(body);
    }

    private String bearer(KeyPair key, String pod, long epoch) {
        return bearer(key, pod, epoch, now.plusSeconds(60));
    }

    private static String bearer(KeyPair key, String pod, long epoch, Instant expires) {
        return "Bearer "
                + Jwts.builder()
                        .audience()
                        .add(pod)
                        .and()
                        .claim("epoch", epoch)
                        .expiration(Date.from(expires))
                        .signWith(key.getPrivate())
                        .compact();
    }

    private HttpResponse<String> send(String method, String path, @Nullable String authorization, String body)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(path)).method(method, HttpRequest.BodyPublishers.ofString(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    }

    /** Remembers what it was told. */
    private static final class Desk implements CallDesk {
        private final List<String> assigned = new ArrayList<>();
        private final List<String> ended = new ArrayList<>();
        private State state = State.IDLE;

        @Override
        public synchronized Acknowledgement assign(CallAssignment assignment)
                throws RefusedException, UnacceptableException {
            switch (assignment.sessionUid()) {
                case "busy" -> throw new RefusedException("worker serves another session");
                case "wrong" -> throw new UnacceptableException("no such language");
                default -> assigned.add(assignment.sessionUid());
            }
            return new Acknowledgement(assignment.sessionUid(), 20_000, 20_001);
        }

        @Override
        public synchronized void end(EndOrder order) {
            ended.add(order.sessionUid());
        }

        @Override
        public synchronized WorkerReport report() {
            return WorkerReport.blank(state, null);
        }

        @Override
        public synchronized void awaitChange(State known, Duration longest) throws InterruptedException {
            if (state == known) {
                wait(longest.toMillis());
            }
        }

        /** So that who waits for it learns of it only when he looks again. */
        synchronized void becomeUnnoticed(State next) {
            state = next;
        }

        synchronized void become(State next) {
            state = next;
            notifyAll();
        }
    }
}
