package io.aicc.bench.fleet;

import io.aicc.bench.ProcessFigures;
import io.aicc.operator.control.Answer;
import io.aicc.operator.control.ControlKey;
import io.aicc.operator.control.WorkerChannel;
import io.aicc.operator.control.WorkerChannel.WorkerAddress;
import io.aicc.operator.control.WorkerChannels;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A worker process with an address of its own, commanded by the operator's own channel. */
public final class LiveWorker implements AutoCloseable {
    private static final int HEALTH_PORT = 8080;
    private static final int CONTROL_PORT = 8081;
    private static final int METRICS_PORT = 9090;
    private static final long ASK_EVERY_NANOS = 2_000_000;
    private static final long LIMIT_NANOS = Duration.ofSeconds(60).toNanos();

    private final Process process;
    private final String address;
    private final Path directory;
    private final WorkerChannel channel;
    private final long startMillis;
    private final long cpuMillis;

    private LiveWorker(Process process, String address, Path directory, WorkerChannel channel, long startNanos)
            throws IOException {
        this.process = process;
        this.address = address;
        this.directory = directory;
        this.channel = channel;
        await(this::ready);
        startMillis = (System.nanoTime() - startNanos) / 1_000_000;
        cpuMillis = ProcessFigures.cpuMillis(process.pid());
        await(channel::heard);
    }

    /**
     * Starts one and waits until it is ready and its reports arrive.
     *
     * @param builder starts the program
     * @param address a loopback address that no other program uses
     * @param directory of this worker, for its outbox and its log
     * @param settings besides those of a pod
     */
    public static LiveWorker start(
            ProcessBuilder builder, String address, Path directory, Commander commander, Map<String, String> settings)
            throws IOException {
        builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("worker.log").toFile());
        Map<String, String> environment = builder.environment();
        environment.put("AICC_BIND_ADDRESS", address);
        environment.put("AICC_OUTBOX_DIR", directory.resolve("outbox").toString());
        environment.put("AICC_CONTROL_PUBLIC_KEY", commander.key().publicKey());
        environment.put("POD_UID", address);
        environment.putAll(settings);
        long start = System.nanoTime();
        Process process = builder.start();
        WorkerChannel channel = commander
                .channels()
                .open(new WorkerAddress(address, CONTROL_PORT, address), Duration.ZERO, report -> {});
        try {
            return new LiveWorker(process, address, directory, channel, start);
        } catch (IOException e) {
            channel.close();
            process.destroyForcibly();
            throw e;
        }
    }

    /** Who commands workers, as a leader does. */
    public record Commander(ControlKey key, WorkerChannels channels) implements AutoCloseable {
        public static Commander generate() {
            ControlKey key = ControlKey.generate();
            return new Commander(
                    key,
                    new WorkerChannels(
                            key, System.currentTimeMillis(), InstantSource.system(), new SimpleMeterRegistry()));
        }

        @Override
        public void close() {
            channels.close();
        }
    }

    public long pid() {
        return process.pid();
    }

    /** From the start of the process until {@code /health/ready} says 200. */
    public long startMillis() {
        return startMillis;
    }

    /** What that took of all processors together. */
    public long cpuMillis() {
        return cpuMillis;
    }

    /** All of its metrics, Prometheus text. */
    public String metrics() throws IOException {
        URI metrics = URI.create("http://" + address + ":" + METRICS_PORT + "/metrics");
        try (InputStream text = metrics.toURL().openStream()) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * Hands it a call.
     *
     * @param customerSource where the customer's packets will come from, {@code address:port}
     * @return its ports
     * @throws IOException when it does not take the call
     */
    public Acknowledgement assign(String customerSource, String agentSource) throws IOException {
        CallAssignment call = CallAssignment.first(address, customerSource, agentSource);
        long limit = System.nanoTime() + LIMIT_NANOS;
        Answer<Acknowledgement> answer;
        do { // An operator asks again too: a worker that waits for CPU may take longer than it waits.
            answer = channel.assign(call);
        } while (answer instanceof Answer.Unreachable<Acknowledgement> && System.nanoTime() < limit);
        if (answer instanceof Answer.Obeyed<Acknowledgement>(Acknowledgement ports)) {
            return ports;
        }
        throw new IOException("the worker does not take the call: " + answer + ", see " + directory);
    }

    private void await(BooleanSupplier condition) throws IOException {
        long limit = System.nanoTime() + LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > limit) {
                throw new IOException("the worker does not get ready, see " + directory);
            }
            LockSupport.parkNanos(ASK_EVERY_NANOS);
        }
    }

    /**
     * How long it takes to say that it is ready, microseconds.
     *
     * @throws IOException when it does not say so
     */
    public long readyMicros() throws IOException {
        long start = System.nanoTime();
        if (!ready()) {
            throw new IOException("the worker is not ready, see " + directory);
        }
        return (System.nanoTime() - start) / 1000;
    }

    private boolean ready() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, HEALTH_PORT), 1000);
            socket.getOutputStream().write("GET /health/ready HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            return new String(status, StandardCharsets.US_ASCII).endsWith(" 200");
        } catch (IOException e) {
            return false;
        }
    }

    /** Tells it to stop; {@link #close} waits for it. */
    void stop() {
        process.destroy();
    }

    @Override
    public void close() throws InterruptedException {
        channel.close();
        process.destroy();
        process.waitFor();
    }
}
