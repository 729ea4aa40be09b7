package io.aicc.bench.footprint;

import io.aicc.demo.JavaProgram;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.locks.LockSupport;

/** One worker without anybody to command it: started, asked until it says it is ready, and stopped. */
final class LoneWorker {
    /** An address of its own, so that it meets no other program on this machine. */
    private static final String ADDRESS = "127.61.0.1";

    private static final int HEALTH_PORT = 8080;
    private static final long ASK_EVERY_NANOS = 2_000_000;
    private static final long LIMIT_NANOS = Duration.ofSeconds(60).toNanos();

    private LoneWorker() {}

    /** Milliseconds from the start of the process until {@code /health/ready} says 200. */
    static long startMillis(String engine, Path directory) throws IOException, InterruptedException {
        ProcessBuilder builder = JavaProgram.worker()
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("worker.log").toFile());
        builder.environment().put("AICC_BIND_ADDRESS", ADDRESS);
        builder.environment().put("AICC_STT_ENGINE", engine);
        builder.environment().put("AICC_OUTBOX_DIR", directory.resolve("outbox").toString());
        builder.environment().put("AICC_CONTROL_PUBLIC_KEY", publicKey());
        builder.environment().put("POD_UID", "bench");
        long start = System.nanoTime();
        Process process = builder.start();
        try {
            while (!ready()) {
                if (!process.isAlive() || System.nanoTime() - start > LIMIT_NANOS) {
                    throw new IOException("the worker does not get ready, see " + directory);
                }
                LockSupport.parkNanos(ASK_EVERY_NANOS);
            }
            return (System.nanoTime() - start) / 1_000_000;
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private static boolean ready() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(ADDRESS, HEALTH_PORT), 1000);
            socket.getOutputStream().write("GET /health/ready HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            return new String(status, StandardCharsets.US_ASCII).endsWith(" 200");
        } catch (IOException e) {
            return false;
        }
    }

    private static String publicKey() throws IOException {
        try {
            byte[] key = KeyPairGenerator.getInstance("Ed25519")
                    .generateKeyPair()
                    .getPublic()
                    .getEncoded();
            return Base64.getEncoder().encodeToString(key);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
