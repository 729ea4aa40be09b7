package io.aicc.runtime;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** What stands in every line of a program's log, whichever thread writes it. */
public final class LogContext {
    private LogContext() {}

    /** From now on each line has this; what it had under the same key before is gone. */
    public static void put(String key, String value) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logback) {
            logback.putProperty(key, value);
        }
    }
}
