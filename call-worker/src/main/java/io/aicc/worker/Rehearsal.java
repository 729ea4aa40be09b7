package io.aicc.worker;

import io.aicc.crd.Codec;
import io.aicc.runtime.Tasks;
import io.aicc.wire.WireJson;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.event.Channel;
import io.aicc.worker.call.LiveCall;
import io.aicc.worker.call.WorkerParts;
import io.aicc.worker.call.WorkerParts.CallSettings;
import io.aicc.worker.control.ControlServer;
import io.aicc.worker.control.ControlToken;
import io.aicc.worker.publish.PublishSettings;
import io.aicc.worker.rtp.RtpReceiver;
import io.aicc.worker.rtp.RtpSettings;
import io.aicc.worker.rtp.SourceRule;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import io.aicc.worker.turn.TurnSettings;
import io.jsonwebtoken.Jwts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hand-over that the worker plays to itself before it says that it is ready. What a JVM does for the first time, loading
 * classes, reading JSON, checking a signature, takes it a hundred times as long, and the first call is the only one that a
 * worker ever has. Everything is real but for whom it is for: own sockets, own key, an outbox that is deleted, and no engine.
 */
final class Rehearsal {
    private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

    /** Loaded is what was asked for once; compiled only what was asked for a few times. */
    private static final int LEAST_REQUESTS = 3;

    private static final int MOST_REQUESTS = 20;
    private static final Duration LIMIT = Duration.ofMillis(300);
    private static final int REQUEST_TIMEOUT_MS = 2000;
    private static final String NAME = "rehearsal";

    private final KeyPair operator;
    private final Path outbox;
    private final InetAddress here = InetAddress.getLoopbackAddress();

    private Rehearsal(KeyPair operator, Path outbox) {
        this.operator = operator;
        this.outbox = outbox;
    }

    /**
     * Plays it; when it fails, the worker is none the worse, only its first call begins more slowly.
     *
     * @param directory where the outbox of the call will be
     */
    static void play(Path directory) {
        long start = System.nanoTime();
        Path outbox = null;
        try {
            outbox = Files.createTempDirectory(Files.createDirectories(directory), NAME);
            KeyPair operator = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            int requests = new Rehearsal(operator, outbox).perform(start + LIMIT.toNanos());
            log.atInfo()
                    .addKeyValue("requests", requests)
                    .addKeyValue("took_ms", (System.nanoTime() - start) / 1_000_000)
                    .log("hand-over rehearsed");
        } catch (Exception e) {
            log.atWarn().setCause(e).log("hand-over not rehearsed, the first call will begin more slowly");
        } finally {
            delete(outbox);
        }
    }

    private int perform(long deadline) throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        ControlToken tokens = new ControlToken(operator.getPublic(), NAME, () -> Date.from(Instant.now()));
        try (Tasks tasks = new Tasks(Duration.ofSeconds(1));
                RtpReceiver receiver =
                        RtpReceiver.bind(new RtpSettings(here, 0, 0), tasks, registry, System::nanoTime);
                LiveCall call = new LiveCall(new WorkerParts(
                        receiver,
                        new Mute(),
                        new PublishSettings(List.of(), outbox),
                        new CallSettings("en-US", SourceRule.networks(), TurnSettings.DEFAULT, Duration.ofSeconds(1)),
                        tasks,
                        registry,
                        InstantSource.system()));
                ControlServer server = new ControlServer(new InetSocketAddress(here, 0), tokens, call)) {
            int requests = 0;
            do {
                request(server.address(), "PUT /v1/call", assignment());
                requests++;
            } while (requests < LEAST_REQUESTS || requests < MOST_REQUESTS && System.nanoTime() < deadline);
            request(server.address(), "POST /v1/call/end", new EndOrder(NAME, "Rehearsed"));
            return requests;
        }
    }

    private static CallAssignment assignment() {
        return new CallAssignment(
                NAME,
                NAME,
                NAME,
                "+1 555 0100",
                "1001",
                "en-US",
                Codec.ULAW,
                "127.0.0.1:1024",
                "127.0.0.1:1025",
                List.of(),
                1,
                null,
                null);
    }

    private void request(InetSocketAddress server, String command, Object order) throws IOException {
        byte[] body = WireJson.mapper().writeValueAsBytes(order);
        String head = command + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + token()
                + "\r\nContent-Length: " + body.length + "\r\n\r\n";
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            socket.setSoTimeout(REQUEST_TIMEOUT_MS);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            InputStream answer = socket.getInputStream();
            String status = new String(answer.readNBytes("HTTP/1.1 200".length()), StandardCharsets.US_ASCII);
            answer.readAllBytes();
            if (!status.matches("HTTP/1.1 20.")) {
                throw new IOException(command + " was answered with " + status);
            }
        }
    }

    private String token() {
        return Jwts.builder()
                .audience()
                .add(NAME)
                .and()
                .claim("epoch", 1)
                .expiration(Date.from(Instant.now().plusSeconds(60)))
                .signWith(operator.getPrivate(), Jwts.SIG.EdDSA)
                .compact();
    }

    private static void delete(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            log.atWarn().addKeyValue("directory", directory).setCause(e).log("outbox of the rehearsal stays behind");
        }
    }

    /** Hears nothing: the recogniser has been warmed up by opening it. */
    private static final class Mute implements SpeechEngine {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String model() {
            return "none";
        }

        @Override
        public SpeechStream open(Channel channel, String language, SpeechListener listener) {
            return SpeechStream.SILENT;
        }

        @Override
        public void close() {}
    }
}
