package io.aicc.worker;

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
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.turn.TurnSettings;
import io.jsonwebtoken.Jwts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Map;

/**
 * A call that the worker plays to itself. Everything is real but for whom it is for: own sockets on this machine only, own key,
 * an outbox of its own.
 */
final class OwnCall implements AutoCloseable {
    /** On a node that is this slow an order is not hurried: broken off, it leaves errors in the log that nobody has. */
    private static final int REQUEST_TIMEOUT_MS = 30_000;

    private static final String NAME = "rehearsal";
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final KeyPair operator;
    private final Tasks tasks;
    private final RtpReceiver receiver;
    private final LiveCall call;
    private final ControlServer server;

    private OwnCall(KeyPair operator, Tasks tasks, RtpReceiver receiver, LiveCall call) throws IOException {
        this.operator = operator;
        this.tasks = tasks;
        this.receiver = receiver;
        this.call = call;
        ControlToken tokens = new ControlToken(operator.getPublic(), NAME, () -> Date.from(Instant.now()));
        server = new ControlServer(new InetSocketAddress(HERE, 0), tokens);
        server.serve(call);
    }

    /** A worker within this one, warm. */
    static OwnCall prepare(SpeechEngine engine, PublishSettings outputs)
            throws IOException, SpeechException, GeneralSecurityException {
        KeyPair operator = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Tasks tasks = new Tasks(Duration.ofSeconds(1));
        RtpReceiver receiver = RtpReceiver.bind(new RtpSettings(HERE, 0, 0), tasks, registry, System::nanoTime);
        try {
            var settings =
                    new CallSettings("en-US", SourceRule.networks(), TurnSettings.DEFAULT, Duration.ofSeconds(1));
            var parts = new WorkerParts(receiver, engine, outputs, settings, tasks, registry, InstantSource.system());
            return new OwnCall(operator, tasks, receiver, LiveCall.played(parts));
        } catch (IOException | SpeechException | RuntimeException e) {
            receiver.close();
            throw e;
        }
    }

    /**
     * Hands it the call, which may be done any number of times.
     *
     * @param sources ports on this machine that the speakers' packets come from
     */
    void handOver(Map<Channel, Integer> sources) throws IOException {
        CallAssignment assignment = CallAssignment.first(
                NAME, "127.0.0.1:" + sources.get(Channel.CUSTOMER), "127.0.0.1:" + sources.get(Channel.AGENT));
        request("PUT /v1/call", assignment);
    }

    /** Where it hears a speaker. */
    InetSocketAddress hears(Channel speaker) {
        return new InetSocketAddress(HERE, receiver.localPort(speaker));
    }

    void end() throws IOException {
        request("POST /v1/call/end", new EndOrder(NAME, "Rehearsed"));
    }

    private void request(String command, Object order) throws IOException {
        byte[] body = WireJson.mapper().writeValueAsBytes(order);
        String head = command + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + token()
                + "\r\nContent-Length: " + body.length + "\r\n\r\n";
        try (Socket socket = new Socket(HERE, server.address().getPort())) {
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

    @Override
    public void close() throws InterruptedException {
        try (tasks;
                receiver;
                call;
                server) {
            // In reverse, whatever one of them says.
        }
    }
}
