package io.aicc.demo.google;

import io.aicc.worker.speech.SpeechEngine;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A stand-in for Google Speech on this machine: workers reach it with Google's own client and a service account. What it
 * knows of speech is what the given engine knows.
 */
public final class GoogleStandIn implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    /** Held, because a level goes with its logger. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    private static final long LOOK_MS = 100;

    private final Server server;
    private final SpeechService service;
    private final ScheduledExecutorService timer;
    private final Faults streamFaults = new Faults();
    private final Faults turnFaults = new Faults();
    private final String model;
    private final Account account;
    private final Path authority;

    private GoogleStandIn(SpeechEngine engine, Limits limits, Path directory, int port, KeyPair keys)
            throws IOException {
        model = "standin_" + engine.model().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
        account = Account.make(directory, keys);
        authority = directory.resolve("google-standin-ca.pem");
        X509Bundle certificate = certificate();
        Files.writeString(authority, certificate.getCertificatePEM());
        service = new SpeechService(
                new StreamCall.Service(new Ears(engine), limits, Account.PROJECT, System::nanoTime),
                streamFaults,
                turnFaults);
        server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getByName(HOST), port),
                        TlsServerCredentials.create(
                                stream(certificate.getCertificatePEM()), stream(certificate.getPrivateKeyPEM())))
                .addService(ServerInterceptors.intercept(
                        service.definition(), new TokenCheck(account.key(), account.email())))
                .permitKeepAliveTime(30, TimeUnit.SECONDS)
                .build()
                .start();
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("google-standin-timer").factory());
        var unused = timer.scheduleWithFixedDelay(service::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    /**
     * Starts one; it owns the engine from then on.
     *
     * @param directory takes the certificate and the service account's key
     * @param port TCP port on 127.0.0.1, 0 for any free one
     */
    public static GoogleStandIn start(SpeechEngine engine, Limits limits, Path directory, int port) throws IOException {
        return start(engine, limits, directory, port, Account.newKeys());
    }

    /** @param keys of the account that may ask it */
    static GoogleStandIn start(SpeechEngine engine, Limits limits, Path directory, int port, KeyPair keys)
            throws IOException {
        GRPC.setLevel(Level.WARNING); // it tells of itself on the terminal
        return new GoogleStandIn(engine, limits, directory.toAbsolutePath(), port, keys);
    }

    /** What a worker is told to use it; the model is named so that nobody takes its words for Google's. */
    public Map<String, String> workerSettings() {
        return Map.of(
                "AICC_STT_ENGINE",
                "google",
                "AICC_GOOGLE_PROJECT",
                Account.PROJECT,
                "AICC_GOOGLE_MODEL",
                model,
                "AICC_GOOGLE_ENDPOINT",
                HOST + ":" + server.getPort(),
                "AICC_GOOGLE_CREDENTIALS_FILE",
                account.file().toString(),
                "AICC_GOOGLE_CA_FILE",
                authority.toString());
    }

    /** Breaks streams. */
    public Faults streamFaults() {
        return streamFaults;
    }

    /** Breaks {@code Recognize}. */
    public Faults turnFaults() {
        return turnFaults;
    }

    private static ByteArrayInputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }

    private static X509Bundle certificate() throws IOException {
        try {
            return new CertificateBuilder()
                    .algorithm(CertificateBuilder.Algorithm.ecp256)
                    .subject("CN=aicc stand-in for Google Speech")
                    .setIsCertificateAuthority(true)
                    .addSanIpAddress(HOST)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new IOException("cannot make a certificate: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        timer.shutdownNow();
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        service.close();
    }
}
