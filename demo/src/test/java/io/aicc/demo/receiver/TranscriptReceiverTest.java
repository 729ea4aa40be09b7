package io.aicc.demo.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import io.aicc.worker.publish.Destination;
import io.aicc.worker.publish.PublishSettings;
import io.aicc.worker.publish.SessionIdentity;
import io.aicc.worker.publish.TranscriptPublisher;
import io.jsonwebtoken.Jwts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sample receiver with the real publisher in front of it, over real sockets. */
@Timeout(60)
class TranscriptReceiverTest {
    private static final byte[] KEY = "an hs256 key of thirty-two bytes".getBytes(StandardCharsets.UTF_8);
    private static final SecretKey SIGNING = new SecretKeySpec(KEY, "HmacSHA256");
    private static final EventBody.Stt STT = new EventBody.Stt("sphinx", "phrases", 12);

    @TempDir
    Path directory;

    private final Transcripts transcripts = new Transcripts(InstantSource.system());
    private final TranscriptReceiver receiver = new TranscriptReceiver(0, SIGNING, transcripts, InstantSource.system());
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws IOException {
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.close();
        http.shutdownNow();
    }

    private TranscriptPublisher publisher(String sessionId) {
        return publisher(sessionId, 1);
    }

    private TranscriptPublisher publisher(String sessionId, int generation) {
        return TranscriptPublisher.open(
                new SessionIdentity("call-" + sessionId, sessionId, generation),
                new PublishSettings(
                        List.of(Destination.of("demo", receiver.transcriptsUrl(), "worker", KEY)), directory),
                new Tasks(Duration.ZERO),
                new SimpleMeterRegistry(),
                InstantSource.system());
    }

    private static void sayThings(TranscriptPublisher publisher, int from, int to) {
        IntStream.rangeClosed(from, to).forEach(it -> {
            Channel channel = it % 2 == 0 ? Channel.AGENT : Channel.CUSTOMER;
            publisher.publish(new EventBody.TranscriptInterim(
                    channel, "u-" + it, 1, false, it * 1000L, it * 1000L + 400, "sen", "en-US", null, STT));
            publisher.publish(new TranscriptFinal(
                    channel,
                    "u-" + it,
                    2,
                    true,
                    it * 1000L,
                    it * 1000L + 900,
                    "sentence " + it,
                    "en-US",
                    null,
                    List.of(),
                    STT));
        });
    }

    private static EventBody started() {
        return new EventBody.SessionStarted("+4930123456", "agent-7", "en-US", 1);
    }

    private static EventBody ended() {
        return new EventBody.SessionEnded("CustomerHangup", 60_000, Map.of(), 0, 0);
    }

    @Test
    void callArrivesAndIsProvenComplete() {
        List<Event> heard = new CopyOnWriteArrayList<>();
        transcripts.addListener((_, event) -> heard.add(event));
        try (TranscriptPublisher publisher = publisher("uid-1")) {
            publisher.publish(started());
            sayThings(publisher, 1, 12);
            publisher.publish(ended());
            assertThat(publisher.drain(Duration.ofSeconds(20))).isZero();
        }

        Transcript transcript = transcripts.find("uid-1").orElseThrow();
        assertThat(transcript.callId()).isEqualTo("call-uid-1");
        assertThat(transcript.finals(Channel.AGENT))
                .extracting(TranscriptFinal::text)
                .startsWith("sentence 2")
                .hasSize(6);
        assertThat(transcript.finals(Channel.CUSTOMER)).hasSize(6);
        assertThat(transcript.firstEventAt()).isPresent();
        assertThat(transcript.firstWordAt(Channel.AGENT)).isPresent();
        assertThat(transcript.completeness().isProven()).isTrue();
        assertThat(transcript.completeness().finalsExpected()).contains(12L);
        assertThat(transcript.completeness().finalsAcknowledged()).isEqualTo(12);
        assertThat(transcript.completeness().durableHeld()).isEqualTo(14);
        assertThat(heard).extracting(Event::seq).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void receiverAbsentAtTheStartAndGoneInMidCallLosesNothing() throws Exception {
        receiver.stop();
        try (TranscriptPublisher publisher = publisher("uid-1")) {
            publisher.publish(started());
            sayThings(publisher, 1, 3);
            receiver.start();
            await().until(() -> publisher.undelivered() == 0);

            receiver.stop();
            sayThings(publisher, 4, 7);
            receiver.start();
            sayThings(publisher, 8, 10);
            publisher.publish(ended());
            assertThat(publisher.drain(Duration.ofSeconds(20))).isZero();
        }

        Transcript transcript = transcripts.find("uid-1").orElseThrow();
        assertThat(transcript.completeness().isProven()).isTrue();
        assertThat(transcript.events()).extracting(Event::seq).isSorted().doesNotHaveDuplicates();
        assertThat(texts(transcript)).isEqualTo(sentences(1, 10));
    }

    @Test
    void whatAReplacedWorkerDeliversAfterTheNextOneHasBegunIsInItsPlaceAndProven() {
        try (TranscriptPublisher next = publisher("uid-1", 2);
                TranscriptPublisher replaced = publisher("uid-1", 1)) {
            next.publish(new EventBody.SessionStarted("+4930123456", "agent-7", "en-US", 2));
            sayThings(next, 5, 6);
            assertThat(next.drain(Duration.ofSeconds(20))).isZero();

            replaced.publish(started());
            sayThings(replaced, 1, 4);
            replaced.publish(new EventBody.SessionEnded("WorkerStopped", 4_000, Map.of(), 0, 0));
            assertThat(replaced.drain(Duration.ofSeconds(20))).isZero();
            Transcript live = transcripts.find("uid-1").orElseThrow();
            assertThat(live.started()).map(EventBody.SessionStarted::generation).contains(2);
            assertThat(live.ended()).as("the call goes on").isEmpty();

            sayThings(next, 7, 8);
            next.publish(ended());
            assertThat(next.drain(Duration.ofSeconds(20))).isZero();
        }

        Transcript transcript = transcripts.find("uid-1").orElseThrow();
        assertThat(texts(transcript)).isEqualTo(sentences(1, 8));
        assertThat(transcript.events()).extracting(Event::seq).isSorted().doesNotHaveDuplicates();
        assertThat(transcript.completeness(1).isProven()).isTrue();
        assertThat(transcript.completeness(2).isProven()).isTrue();
        assertThat(transcript.completeness()).isEqualTo(transcript.completeness(2));
        assertThat(transcript.completeness(1).finalsAcknowledged()).isEqualTo(4);
        assertThat(transcript.ended()).map(EventBody.SessionEnded::reason).contains("CustomerHangup");
    }

    private static List<String> sentences(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(it -> "sentence " + it).toList();
    }

    private static List<String> texts(Transcript transcript) {
        return transcript.events().stream()
                .map(Event::body)
                .filter(TranscriptFinal.class::isInstance)
                .map(it -> ((TranscriptFinal) it).text())
                .toList();
    }

    @Test
    void callsDoNotMix() {
        try (TranscriptPublisher one = publisher("uid-1");
                TranscriptPublisher two = publisher("uid-2")) {
            for (TranscriptPublisher it : List.of(one, two)) {
                it.publish(started());
            }
            sayThings(one, 1, 2);
            sayThings(two, 3, 6);
            for (TranscriptPublisher it : List.of(one, two)) {
                it.publish(ended());
                assertThat(it.drain(Duration.ofSeconds(20))).isZero();
            }
        }

        assertThat(transcripts.find("uid-1").orElseThrow().completeness().finalsHeld())
                .isEqualTo(2);
        assertThat(transcripts.find("uid-2").orElseThrow().completeness().finalsHeld())
                .isEqualTo(4);
    }

    private static String token(SecretKey key, List<String> permissions, Instant expires) {
        return Jwts.builder()
                .claim("client_id", "worker")
                .claim("permissions", permissions)
                .expiration(Date.from(expires))
                .signWith(key)
                .compact();
    }

    private WebSocket connect(String token, String sessionId, WebSocket.Listener listener) {
        return http.newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .header("Aicc-Session-Id", sessionId)
                .buildAsync(receiver.transcriptsUrl(), listener)
                .join();
    }

    @Test
    void onlyAValidTokenOpensTheDoor() {
        Instant soon = Instant.now().plusSeconds(60);
        SecretKey other = new SecretKeySpec(new byte[32], "HmacSHA256");
        String unsigned =
                Jwts.builder().claim("permissions", List.of("send_transcripts")).compact();
        List<String> wrong = List.of(
                token(other, List.of("send_transcripts"), soon),
                token(SIGNING, List.of("read"), soon),
                token(SIGNING, List.of("send_transcripts"), Instant.now().minusSeconds(1)),
                unsigned,
                "nonsense");

        for (String token : wrong) {
            assertThatThrownBy(() -> connect(token, "uid-1", new WebSocket.Listener() {}))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            WebSocketHandshakeException.class,
                            it -> assertThat(it.getResponse().statusCode()).isEqualTo(401));
        }
        assertThat(transcripts.all()).isEmpty();
        connect(token(SIGNING, List.of("send_transcripts"), soon), "uid-1", new WebSocket.Listener() {})
                .abort();
    }

    @Test
    void nonsenseAndForeignSessionsAreIgnoredAndTheRestIsTakenAlsoOfAWorkerThatSaysNoGeneration() {
        String token = token(SIGNING, List.of("send_transcripts"), Instant.now().plusSeconds(60));
        WebSocket socket = connect(token, "uid-1", new WebSocket.Listener() {});
        for (String message : List.of(
                "{",
                "[]",
                "null",
                "{\"type\":\"mood\"}",
                new Event(1, "e", "c", "uid-OTHER", 5, "now", started()).toJson(),
                new Event(1, "e", "c", "uid-1", 6, "now", started()).toJson())) {
            socket.sendText(message, true).join();
        }

        await().until(() -> transcripts.find("uid-1").orElseThrow().lastSeq(Transcript.UNSAID) == 6);
        assertThat(transcripts.find("uid-OTHER")).isEmpty();
        socket.abort();
    }

    @Test
    void pageAllowsNothingButItself() throws Exception {
        var page = http.send(HttpRequest.newBuilder(receiver.pageUrl()).build(), BodyHandlers.ofString());

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'")
                .contains("script-src 'sha256-" + hashOf("script", page.body()) + "'")
                .contains("style-src 'sha256-" + hashOf("style", page.body()) + "'")
                .doesNotContain("unsafe");
        assertThat(page.body())
                .doesNotContain("innerHTML", "insertAdjacentHTML", "document.write", "http://", "https://");
    }

    /** As a browser takes it: of all that is between the tags. */
    private static String hashOf(String element, String html) throws Exception {
        String content = html.split("</?" + element + ">", 3)[1];
        assertThat(content).contains("\n").doesNotContain("{page.");
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void pageIsNotServedUnderAForeignName() throws Exception {
        try (var socket = new Socket("127.0.0.1", receiver.pageUrl().getPort())) {
            socket.getOutputStream()
                    .write("GET /events HTTP/1.1\r\nHost: evil.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readNBytes(12);
            assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 403");
        }
    }

    @Test
    void whoAsksOnWithoutReadingIsCutOff() throws Exception {
        String padding = "x".repeat(2000); // so that all the requests are more than the kernel keeps
        byte[] request = ("GET / HTTP/1.1\r\nHost: localhost\r\nPadding: " + padding + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try (var socket = new Socket("127.0.0.1", receiver.pageUrl().getPort())) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10_000; i++) {
                            socket.getOutputStream().write(request);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void browserGetsWhatIsHeldAndThenWhatComes() throws Exception {
        try (TranscriptPublisher publisher = publisher("uid-1")) {
            publisher.publish(started());
            await().until(() -> publisher.undelivered() == 0);
            List<String> lines = new CopyOnWriteArrayList<>();
            URI events = receiver.pageUrl().resolve("/events");
            http.sendAsync(HttpRequest.newBuilder(events).build(), BodyHandlers.fromLineSubscriber(new Lines(lines)));

            await().until(() -> lines.stream().anyMatch(it -> it.contains("session.started")));
            sayThings(publisher, 1, 1);
            await().until(() -> lines.stream().anyMatch(it -> it.contains("transcript.final")));
            assertThat(lines).contains("event: hello");
        }
    }

    @Test
    void portOfSomebodyElseIsToldClearly() {
        int taken = receiver.pageUrl().getPort();
        try (var second = new TranscriptReceiver(taken, SIGNING, transcripts, InstantSource.system())) {
            assertThatThrownBy(second::start).isInstanceOf(IOException.class).hasMessageContaining("port " + taken);
        }
    }

    /** Collects lines. */
    private record Lines(List<String> to) implements Flow.Subscriber<String> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            to.add(line);
        }

        @Override
        public void onError(Throwable problem) {}

        @Override
        public void onComplete() {}
    }
}
