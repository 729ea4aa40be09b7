package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.WireJson;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.aicc.wire.event.ReceiverMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The receivers in docs/receivers, as processes, against the real publisher: they are killed in mid-call and miss nothing. The
 * Python is the system's, whose packages ./aicc verify installs.
 */
@Timeout(90)
class SampleReceiversTest {
    private static final Path SAMPLES =
            Path.of(System.getProperty("aicc.root", "..")).toAbsolutePath().resolve("docs/receivers");

    @TempDir
    private Path directory;

    @RegisterExtension
    final PublisherRig rig = new PublisherRig();

    private KeyPair keys;
    private int port;

    static Stream<List<String>> samples() {
        return Stream.of(
                List.of("/usr/bin/python3", SAMPLES.resolve("receiver.py").toString()),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SAMPLES.resolve("Receiver.java").toString()));
    }

    @BeforeEach
    void prepare() throws Exception {
        rig.now.set(Instant.now());
        keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Files.writeString(
                directory.resolve("private"),
                pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
        Files.writeString(
                directory.resolve("public"), pem("PUBLIC KEY", keys.getPublic().getEncoded()));
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    private Process start(List<String> sample) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(
                        sample.stream(),
                        Stream.of(
                                String.valueOf(port),
                                directory.resolve("public").toString(),
                                directory.toString()))
                .toList());
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("said").toFile())
                .start();
        rig.added((AutoCloseable) () -> process.destroyForcibly().waitFor());
        await().atMost(PublisherRig.LONG).until(() -> !process.isAlive() || answers());
        assertThat(process.isAlive())
                .as(Files.readString(directory.resolve("said")))
                .isTrue();
        return process;
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    /** Of the call's {@code generation}th worker. */
    private List<Event> held(int generation) throws IOException {
        return Files.readAllLines(directory.resolve("uid-1." + generation + ".jsonl")).stream()
                .map(SampleReceiversTest::event)
                .toList();
    }

    private static Event event(String json) {
        try {
            return Event.parse(json).orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(json, e);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void killedInMidCallItGoesOnWhereItWasAndProvesThatItHasEverything(List<String> sample) throws Exception {
        Process first = start(sample);
        TranscriptPublisher publisher = rig.publisher(1, sample());
        publisher.publish(Events.started());
        publisher.publish(Events.interim(Channel.AGENT, "agent-1", "hel"));
        for (int i = 1; i <= 50; i++) {
            publisher.publish(Events.words(i));
        }
        Path file = directory.resolve("uid-1.1.jsonl");
        await().atMost(PublisherRig.LONG)
                .until(() ->
                        Files.exists(file) && Files.readAllLines(file).size() == 51 && publisher.undelivered() == 0);
        first.destroyForcibly().waitFor();
        // As if it had died in the middle of a write.
        Files.writeString(file, "{\"v\":1,\"type\":\"tra", StandardOpenOption.APPEND);
        for (int i = 51; i <= 100; i++) {
            publisher.publish(Events.words(i));
        }

        Process second = start(sample);
        publisher.publish(Events.ended());

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(held(1)).hasSize(102).extracting(Event::eventId).doesNotHaveDuplicates();
        assertThat(held(1)).extracting(Event::seq).isSorted();
        await().until(() -> Files.readString(directory.resolve("said")).contains("uid-1.1 complete"));
        assertThat(answerTo("Bearer nonsense")).isEqualTo(401);
        assertThat(answerTo("Bearer " + tokenOfSomebodyElse())).isEqualTo(401);
        assertThat(second.isAlive()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aReplacedWorkerDeliversItsLastWordsAfterTheNextOneHasBegun(List<String> sample) throws Exception {
        start(sample);
        TranscriptPublisher next = rig.publisher(2, sample());
        next.publish(Events.started(2));
        next.publish(Events.words(4));
        await().atMost(PublisherRig.LONG).until(() -> next.undelivered() == 0);

        TranscriptPublisher replaced = rig.publisher(1, sample());
        replaced.publish(Events.started(1));
        IntStream.rangeClosed(1, 3).forEach(it -> replaced.publish(Events.words(it)));
        replaced.publish(Events.ended("WorkerStopped"));
        assertThat(replaced.drain(PublisherRig.LONG)).isZero();
        next.publish(Events.words(5));
        next.publish(Events.ended());
        assertThat(next.drain(PublisherRig.LONG)).isZero();

        List<Event> call = Stream.concat(held(2).stream(), held(1).stream())
                .sorted(Comparator.comparingLong(Event::seq))
                .toList();
        assertThat(call)
                .map(Event::body)
                .filteredOn(EventBody.TranscriptFinal.class::isInstance)
                .extracting(it -> ((EventBody.TranscriptFinal) it).text())
                .isEqualTo(Events.sentences(1, 5));
        await().until(() -> Files.readString(directory.resolve("said"))
                .lines()
                .toList()
                .containsAll(List.of("uid-1.1 complete", "uid-1.2 complete")));
        assertThat(rig.counted("aicc_ws_bad_replies")).isZero();
    }

    /** A worker that is one release older says no generation; one that is newer may say more than we know. */
    @ParameterizedTest
    @MethodSource("samples")
    void workersOfTheReleasesBeforeAndAfterAreServedToo(List<String> sample) throws Exception {
        start(sample);
        String tomorrow =
                "{\"v\":1,\"type\":\"mood\",\"event_id\":\"e\",\"call_id\":\"c\",\"session_id\":\"uid-1\",\"seq\":%d,\"ts\":\"now\"}";
        HttpClient client = client();

        Talk older = new Talk(client);
        assertThat(older.answer()).isEqualTo(new ReceiverMessage.Resume(0));
        assertThat(older.say(tomorrow.formatted(7))).isEqualTo(new ReceiverMessage.Ack(7));

        Talk newer = new Talk(client, "Aicc-Generation", "2", "Aicc-Of-Tomorrow", "yes");
        assertThat(newer.answer()).isEqualTo(new ReceiverMessage.Resume(0));
        assertThat(newer.say(tomorrow.formatted(1_000_000_001))).isEqualTo(new ReceiverMessage.Ack(1_000_000_001));
        assertThat(older.say(tomorrow.formatted(8))).isEqualTo(new ReceiverMessage.Ack(8));

        assertThat(new Talk(client).answer()).isEqualTo(new ReceiverMessage.Resume(8));
        assertThat(new Talk(client, "Aicc-Generation", "2").answer())
                .isEqualTo(new ReceiverMessage.Resume(1_000_000_001));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void onAFullDiskItAcknowledgesNothingThatItDoesNotHold(List<String> sample) throws Exception {
        Process process = start(sample);
        Path file = directory.resolve("uid-1.jsonl");
        HttpClient client = client();
        Talk first = new Talk(client);
        assertThat(first.answer()).isEqualTo(new ReceiverMessage.Resume(0));
        assertThat(first.say(event("session.started", 1, ""))).isEqualTo(new ReceiverMessage.Ack(1));
        String held = Files.readString(file);

        // Room for a part of the second, and for all of the third.
        limit(process, "--fsize=" + (held.length() + 200) + ":");
        for (int i = 0; i < 2; i++) {
            Talk full = i == 0 ? first : new Talk(client);
            full.socket
                    .sendText(event("transcript.final", 2, "word ".repeat(100)), true)
                    .join();
            full.socket.sendText(event("transcript.final", 3, "w"), true);
            assertThat(full.closed.get(PublisherRig.LONG.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(1013);
            assertThat(full.answers).allMatch(it -> it.replaceAll("[^0-9]", "").matches("[01]"));
            assertThat(file).hasContent(held);
        }

        limit(process, "--fsize=unlimited:");
        Talk room = new Talk(client);
        assertThat(room.answer()).isEqualTo(new ReceiverMessage.Resume(1));
        room.socket
                .sendText(event("transcript.final", 2, "word ".repeat(100)), true)
                .join();
        room.socket
                .sendText("{\"type\":\"session.ended\",\"seq\":3,\"durable_events\":3,\"outbox_dropped\":0}", true)
                .join();
        await().atMost(PublisherRig.LONG)
                .until(() -> Files.readString(directory.resolve("said")).contains("uid-1 complete"));

        process.destroyForcibly().waitFor();
        // What a receiver wrote that did not look whether it could.
        Files.writeString(file, "{\"type\":\"tra{\"type\":\"dtmf\",\"seq\":5}\n", StandardOpenOption.APPEND);
        start(sample);
        assertThat(new Talk(client).answer()).isEqualTo(new ReceiverMessage.Resume(3));
        assertThat(Files.readAllLines(file)).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void holdsAnEventThatWasWrittenInSeveralLines(List<String> sample) throws Exception {
        Process process = start(sample);
        HttpClient client = client();
        Talk talk = new Talk(client);
        assertThat(talk.answer()).isEqualTo(new ReceiverMessage.Resume(0));
        assertThat(talk.say(event("session.started", 1, ""))).isEqualTo(new ReceiverMessage.Ack(1));
        assertThat(talk.say("{\"type\":\"mood\",\n\"seq\":2}")).isEqualTo(new ReceiverMessage.Ack(2));
        assertThat(talk.say(event("dtmf", 3, ""))).isEqualTo(new ReceiverMessage.Ack(3));

        process.destroyForcibly().waitFor();
        start(sample);
        assertThat(new Talk(client).answer()).isEqualTo(new ReceiverMessage.Resume(3));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void servesMoreWorkersThanItMayHaveFilesOpen(List<String> sample) throws Exception {
        Process process = start(sample);
        HttpClient client = client();
        for (int i = 1; i <= 60; i++) {
            Talk talk = new Talk(client, "Aicc-Generation", String.valueOf(i));
            assertThat(talk.answer()).isEqualTo(new ReceiverMessage.Resume(0));
            assertThat(talk.say(event("session.started", i, ""))).isEqualTo(new ReceiverMessage.Ack(i));
            talk.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            talk.closed.get(PublisherRig.LONG.toSeconds(), TimeUnit.SECONDS);
            if (i == 1) { // now it has opened what it needs for itself
                try (Stream<Path> open = Files.list(Path.of("/proc", String.valueOf(process.pid()), "fd"))) {
                    long most = open.count() + 20;
                    limit(process, "--nofile=" + most + ":" + most);
                }
            }
        }
        assertThat(new Talk(client, "Aicc-Generation", "1").answer()).isEqualTo(new ReceiverMessage.Resume(1));
    }

    private HttpClient client() {
        HttpClient client = HttpClient.newHttpClient();
        rig.added((AutoCloseable) client::shutdownNow);
        return client;
    }

    private static void limit(Process process, String limit) throws Exception {
        Process prlimit = new ProcessBuilder("prlimit", "--pid", String.valueOf(process.pid()), limit)
                .inheritIO()
                .start();
        assertThat(prlimit.waitFor()).isZero();
    }

    private static String event(String type, long seq, String text) {
        return "{\"type\":\"%s\",\"seq\":%d,\"text\":\"%s\"}".formatted(type, seq, text);
    }

    /** With the sample, message by message. */
    private final class Talk implements WebSocket.Listener {
        private static final ReceiverMessage NOTHING = new ReceiverMessage.Ack(0);

        private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final WebSocket socket;

        Talk(HttpClient client, String... headers) {
            WebSocket.Builder builder = client.newWebSocketBuilder()
                    .header("Authorization", "Bearer " + token(sample()))
                    .header("Aicc-Session-Id", "uid-1");
            for (int i = 0; i < headers.length; i += 2) {
                builder.header(headers[i], headers[i + 1]);
            }
            socket = builder.buildAsync(sample().url(), this).join();
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            answers.add(text.toString()); // some 40 bytes: never in parts
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.completeExceptionally(error);
        }

        ReceiverMessage say(String event) throws Exception {
            socket.sendText(event, true).join();
            ReceiverMessage answer = answer();
            return answer.equals(NOTHING) ? answer() : answer; // the Java one acknowledges what came with the handshake
        }

        ReceiverMessage answer() throws Exception {
            String answer = answers.poll(PublisherRig.LONG.toSeconds(), TimeUnit.SECONDS);
            return WireJson.mapper().readValue(Objects.requireNonNull(answer, "no answer"), ReceiverMessage.class);
        }
    }

    private Destination sample() {
        return new Destination(
                "sample",
                URI.create("ws://127.0.0.1:" + port + "/transcripts"),
                "worker",
                KeySource.file(directory.resolve("private")));
    }

    private static String token(Destination destination) {
        return new TokenIssuer(destination, PublishSettings.TOKEN_LIFETIME, InstantSource.system())
                .issue()
                .value();
    }

    private static String tokenOfSomebodyElse() {
        return token(Destination.of("other", URI.create("ws://127.0.0.1/"), "worker", PublisherRig.KEY));
    }

    private int answerTo(String authorization) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/transcripts"))
                .header("Authorization", authorization)
                .header("Aicc-Session-Id", "uid-2")
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }
}
