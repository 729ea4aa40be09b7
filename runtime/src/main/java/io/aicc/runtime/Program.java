package io.aicc.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running program: parts that were started in order and are stopped in reverse, whatever happens in between. A
 * composition root adds each part as soon as it stands.
 */
public final class Program implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Program.class);

    /** How long a part may take to stop. */
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private static final Duration LAST_CHANCE = Duration.ofSeconds(1);

    /** Exit status of a program whose settings are wrong. */
    public static final int BAD_SETTINGS = 2;

    private final String name;
    private final Deque<Part> parts = new ArrayDeque<>();
    private final CountDownLatch stopped = new CountDownLatch(1);

    public Program(String name) {
        this.name = name;
    }

    /** Builds a program from its environment, part by part. */
    @FunctionalInterface
    public interface Builder {
        void build(Map<String, String> environment, Program program) throws Exception;
    }

    private record Part(String name, AutoCloseable closeable, Duration limit) {}

    /**
     * The whole life of a program: build it, wait for SIGTERM, stop it in order. Returns only when it could not start:
     * with {@value #BAD_SETTINGS} after printing every wrong setting, or 1 after printing what went wrong in one line.
     */
    public static int run(String name, Builder builder) throws InterruptedException {
        // Read once, when the first JDK HTTP server starts: small answers go out at once, and no peer may dawdle over a
        // request.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        Program program = new Program(name);
        try {
            builder.build(System.getenv(), program);
        } catch (SettingsException e) {
            e.problems().forEach(problem -> System.err.println(name + ": " + problem));
            program.close();
            return BAD_SETTINGS;
        } catch (Exception e) {
            System.err.println(name + ": cannot start: " + e.getMessage());
            log.atDebug().setCause(e).log("cannot start");
            program.close();
            return 1;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(program::close, "stop"));
        AotCache.tellIfUnused();
        log.atInfo().addKeyValue("program", name).log("started");
        program.stopped.await();
        return 0;
    }

    /** Adds a part that stands; it is stopped before those added earlier, within a minute. */
    public <T extends AutoCloseable> T add(String part, T closeable) {
        return add(part, closeable, LIMIT);
    }

    /** Adds a part that may take longer to stop, or shall not take so long. */
    public synchronized <T extends AutoCloseable> T add(String part, T closeable, Duration limit) {
        parts.push(new Part(part, closeable, limit));
        return closeable;
    }

    /**
     * Stops every part, last first. One that fails to stop is logged, one that does not end in time is cancelled and named;
     * neither keeps the others up. Idempotent.
     */
    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            stop(parts.pop());
        }
        if (stopped.getCount() > 0) {
            log.atInfo().addKeyValue("program", name).log("stopped");
            stopped.countDown();
        }
    }

    private static void stop(Part part) {
        Thread stopping =
                Thread.ofPlatform().daemon().name("stop " + part.name()).start(() -> close(part));
        try {
            if (!stopping.join(part.limit())) {
                log.atWarn().addKeyValue("part", part.name()).log("part cancelled: it did not stop in time");
                stopping.interrupt();
                boolean _ = stopping.join(LAST_CHANCE);
            }
        } catch (InterruptedException e) {
            stopping.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private static void close(Part part) {
        try {
            part.closeable().close();
        } catch (Exception e) {
            log.atError().addKeyValue("part", part.name()).setCause(e).log("part did not stop cleanly");
        }
    }
}
