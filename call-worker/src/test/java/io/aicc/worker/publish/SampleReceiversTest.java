package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
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

    private List<Event> held() throws IOException {
        return Files.readAllLines(directory.resolve("uid-1.jsonl")).stream()
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
        Destination destination = new Destination(
                "sample",
                URI.create("ws://127.0.0.1:" + port + "/transcripts"),
                "worker",
                KeySource.file(directory.resolve("private")));
        TranscriptPublisher publisher = rig.publisher(destination, Network.DIRECT);
        publisher.publish(Events.started());
        publisher.publish(Events.interim(Channel.AGENT, "agent-1", "hel"));
        for (int i = 1; i <= 50; i++) {
            publisher.publish(Events.words(i));
        }
        Path file = directory.resolve("uid-1.jsonl");
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
        assertThat(held()).hasSize(102).extracting(Event::eventId).doesNotHaveDuplicates();
        assertThat(held()).extracting(Event::seq).isSorted();
        await().until(() -> Files.readString(directory.resolve("said")).contains("uid-1 complete"));
        assertThat(answerTo("Bearer nonsense")).isEqualTo(401);
        assertThat(answerTo("Bearer " + tokenOfSomebodyElse())).isEqualTo(401);
        assertThat(second.isAlive()).isTrue();
    }

    private static String tokenOfSomebodyElse() {
        Destination other = Destination.of("other", URI.create("ws://127.0.0.1/"), "worker", PublisherRig.KEY);
        return new TokenIssuer(other, PublishSettings.TOKEN_LIFETIME, InstantSource.system())
                .issue()
                .value();
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
