package io.aicc.worker.control;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which commands are refused: at most one line a second for each reason, with the number of commands that it stands for, those
 * since the line before among them. Who cannot sign makes a handful of reasons. Thread-safe.
 */
final class RefusedCommands {
    private static final Logger log = LoggerFactory.getLogger(RefusedCommands.class);

    private static final long EVERY_NANOS = 1_000_000_000;

    private final LongSupplier nanoClock;
    private final Map<String, Line> lines = new HashMap<>();

    /** What the next line of a reason is to say, and when. */
    private static final class Line {
        private long nextNanos;
        private long commands;

        Line(long nowNanos) {
            nextNanos = nowNanos;
        }
    }

    RefusedCommands(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** A command of this peer was refused. */
    synchronized void refused(String reason, InetAddress peer) {
        long now = nanoClock.getAsLong();
        Line line = lines.computeIfAbsent(reason, _ -> new Line(now));
        line.commands++;
        if (now - line.nextNanos >= 0) {
            log.atWarn()
                    .addKeyValue("reason", reason)
                    .addKeyValue("commands", line.commands)
                    .addKeyValue("last_peer", peer.getHostAddress())
                    .log("command refused");
            line.nextNanos = now + EVERY_NANOS;
            line.commands = 0;
        }
    }
}
