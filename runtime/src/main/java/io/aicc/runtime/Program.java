package io.aicc.runtime;

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

    private record Part(String name, AutoCloseable closeable) {}

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
        log.atInfo().addKeyValue("program", name).log("started");
        program.stopped.await();
        return 0;
    }

    /** Adds a part that stands; it is stopped before those added earlier. */
    public synchronized <T extends AutoCloseable> T add(String part, T closeable) {
        parts.push(new Part(part, closeable));
        return closeable;
    }

    /** Stops every part, last first; one that fails to stop is logged and keeps none of the others up. Idempotent. */
    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            Part part = parts.pop();
            try {
                part.closeable().close();
            } catch (Exception e) {
                log.atError().addKeyValue("part", part.name()).setCause(e).log("part did not stop cleanly");
            }
        }
        if (stopped.getCount() > 0) {
            log.atInfo().addKeyValue("program", name).log("stopped");
            stopped.countDown();
        }
    }
}
