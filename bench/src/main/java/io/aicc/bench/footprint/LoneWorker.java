package io.aicc.bench.footprint;

import io.aicc.bench.ProcessFigures;
import io.aicc.crd.Codec;
import io.aicc.operator.control.Answer;
import io.aicc.operator.control.ControlKey;
import io.aicc.operator.control.WorkerChannel;
import io.aicc.operator.control.WorkerChannel.WorkerAddress;
import io.aicc.operator.control.WorkerChannels;
import io.aicc.wire.control.CallAssignment;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * One worker with nobody but us: started, asked until it says that it is ready, handed a call by the operator's own channel, and
 * stopped.
 *
 * @param startMillis from the start of the process until {@code /health/ready} says 200
 * @param cpuMillis that this took of all processors together
 * @param handOverMicros from the order until the worker acknowledged it
 */
record LoneWorker(long startMillis, long cpuMillis, long handOverMicros) {
    /** An address of its own, so that it meets no other program on this machine. */
    private static final String ADDRESS = "127.61.0.1";

    private static final int HEALTH_PORT = 8080;
    private static final int CONTROL_PORT = 8081;
    private static final String UID = "lone-worker";
    private static final long ASK_EVERY_NANOS = 2_000_000;
    private static final long LIMIT_NANOS = Duration.ofSeconds(60).toNanos();

    static LoneWorker measure(ProcessBuilder builder, Path directory, ControlKey key, WorkerChannels channels)
            throws IOException, InterruptedException {
        builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("worker.log").toFile());
        builder.environment().put("AICC_BIND_ADDRESS", ADDRESS);
        // No model in the process, and nobody asked before there is audio.
        builder.environment().put("AICC_STT_ENGINE", "vosk");
        builder.environment().put("AICC_VOSK_URL", "ws://" + ADDRESS + ":1");
        builder.environment().put("AICC_OUTBOX_DIR", directory.resolve("outbox").toString());
        builder.environment().put("AICC_CONTROL_PUBLIC_KEY", key.publicKey());
        builder.environment().put("POD_UID", UID);
        long start = System.nanoTime();
        Process process = builder.start();
        try (WorkerChannel channel = channels.open(new WorkerAddress(ADDRESS, CONTROL_PORT, UID), report -> {})) {
            await(process, directory, LoneWorker::ready);
            long ready = System.nanoTime();
            long cpuMillis = ProcessFigures.cpuMillis(process.pid());
            await(process, directory, channel::heard);
            Thread.sleep(Duration.ofSeconds(1)); // warm workers wait for their call
            return new LoneWorker((ready - start) / 1_000_000, cpuMillis, handOver(channel) / 1000);
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private static long handOver(WorkerChannel channel) throws IOException {
        CallAssignment call = new CallAssignment(
                "bench",
                "bench",
                "bench",
                null,
                null,
                "en-US",
                Codec.ULAW,
                "127.0.0.1:4000",
                "127.0.0.1:4002",
                List.of(),
                1,
                null,
                null);
        long start = System.nanoTime();
        var answer = channel.assign(call);
        long took = System.nanoTime() - start;
        if (!(answer instanceof Answer.Obeyed<?>)) {
            throw new IOException("the worker does not take the call: " + answer);
        }
        return took;
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Process process, Path directory, Condition condition) throws IOException {
        long limit = System.nanoTime() + LIMIT_NANOS;
        while (!condition.holds()) {
            if (!process.isAlive() || System.nanoTime() > limit) {
                throw new IOException("the worker does not get ready, see " + directory);
            }
            LockSupport.parkNanos(ASK_EVERY_NANOS);
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

    /** For measuring: channels as a leader has them. */
    static WorkerChannels channels(ControlKey key) {
        return new WorkerChannels(key, System.currentTimeMillis(), InstantSource.system());
    }
}
