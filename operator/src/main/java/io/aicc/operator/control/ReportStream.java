package io.aicc.operator.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.wire.WireJson;
import io.aicc.wire.control.WorkerReport;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to one worker for as long as it is open, on a virtual thread of its own: connects, reads a report a line, connects
 * again when the stream breaks or falls silent.
 */
final class ReportStream implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReportStream.class);

    /** A report is below 1 kB; a line longer than this is not one. */
    static final int MAX_LINE_BYTES = 16 * 1024;

    /** Reports come once a second: this many are missing when a stream counts as dead. */
    static final Duration SILENCE = Duration.ofSeconds(5);

    /**
     * After each report: virtual threads are not preempted, so a worker that never stops talking would keep a processor from
     * all others. Reports come at each change, a few of a kind at once; a hundred a second are more than any worker has.
     */
    private static final long BREATH_MS = 10;

    private static final long FIRST_PAUSE_MS = 25;
    private static final long LONGEST_PAUSE_MS = 1_000;

    private final WorkerDoor door;
    private final InstantSource clock;
    private final Consumer<WorkerReport> listener;
    private final LostReports lost;
    private volatile boolean closed;
    private volatile boolean open;
    private volatile Instant lastHeard = Instant.MIN;
    private volatile @Nullable Thread reader;
    private boolean refusalTold;

    ReportStream(WorkerDoor door, InstantSource clock, Consumer<WorkerReport> listener, LostReports lost) {
        this.door = door;
        this.clock = clock;
        this.listener = listener;
        this.lost = lost;
    }

    @Override
    public void run() {
        reader = Thread.currentThread();
        long pause = FIRST_PAUSE_MS;
        while (!closed) {
            boolean heardSomething = listen();
            pause = heardSomething ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, 2 * pause);
            // Jitter: after a restart we must not knock at every worker in step.
            if (closed || !rest(pause / 2 + ThreadLocalRandom.current().nextLong(pause))) {
                return;
            }
        }
    }

    boolean heard() {
        return open && !clock.instant().isAfter(lastHeard.plus(SILENCE));
    }

    @Override
    public void close() {
        closed = true;
        Thread thread = reader;
        if (thread != null) {
            thread.interrupt(); // Which closes the socket that a virtual thread reads.
        }
    }

    /** @return whether any report came */
    private boolean listen() {
        boolean any = false;
        try (InputStream in = connect()) {
            if (in == null) {
                return false;
            }
            lastHeard = clock.instant();
            open = true;
            for (String line = line(in); line != null && !closed; line = line(in)) {
                lastHeard = clock.instant();
                take(WireJson.read(line, WorkerReport.class));
                any = true;
                if (!rest(BREATH_MS)) {
                    return true;
                }
            }
        } catch (JsonProcessingException e) {
            lost.unreadable().increment();
            log.atWarn()
                    .addKeyValue("pod_uid", door.address().podUid())
                    .addKeyValue("problem", e.getOriginalMessage())
                    .log("worker report is not readable, connecting again");
        } catch (IOException | StackOverflowError e) { // The JDK reads one "100 Continue" inside the other.
            log.atDebug()
                    .addKeyValue("pod_uid", door.address().podUid())
                    .addKeyValue("problem", e.toString())
                    .log("worker report stream broke");
        } finally {
            open = false;
        }
        return any;
    }

    /** What goes wrong over one report keeps nobody from the next one. */
    private void take(WorkerReport report) {
        try {
            listener.accept(report);
        } catch (RuntimeException e) {
            lost.failed().increment();
            log.atError()
                    .setCause(e)
                    .addKeyValue("pod_uid", door.address().podUid())
                    .addKeyValue("session_uid", report.sessionUid())
                    .log("worker report could not be taken in, going on with the next");
        }
    }

    private @Nullable InputStream connect() throws IOException {
        HttpURLConnection request = door.request("GET", "/v1/reports", SILENCE);
        int status = request.getResponseCode();
        if (status == HttpURLConnection.HTTP_OK) {
            return new BufferedInputStream(request.getInputStream(), 2048);
        }
        try (InputStream body = request.getErrorStream()) {
            refused(status, body == null ? "" : new String(body.readNBytes(4096), StandardCharsets.UTF_8));
        }
        return null;
    }

    private void refused(int status, String body) {
        if (!refusalTold) {
            refusalTold = true;
            log.atError()
                    .addKeyValue("pod_uid", door.address().podUid())
                    .addKeyValue("status", status)
                    .addKeyValue("reason", HttpWorkerChannel.reason(body))
                    .log("worker refuses to report to us");
        }
    }

    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                return bytes.toString(StandardCharsets.UTF_8);
            }
            if (bytes.size() == MAX_LINE_BYTES) {
                throw new IOException("report line longer than " + MAX_LINE_BYTES + " bytes");
            }
            bytes.write(b);
        }
        return null;
    }

    /** @return false when we were closed meanwhile */
    private static boolean rest(long pauseMs) {
        try {
            Thread.sleep(pauseMs);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
