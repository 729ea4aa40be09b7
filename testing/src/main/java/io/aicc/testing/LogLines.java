package io.aicc.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * What classes or packages log, each line with the context of its thread: as an extension while a test runs, else from
 * {@link #open} to {@link #close}. Thread-safe.
 */
public final class LogLines implements BeforeEachCallback, AfterEachCallback, AutoCloseable {
    private final List<Logger> loggers;
    private final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
            line.prepareForDeferredProcessing();
            lines.add(line);
        }
    };

    private LogLines(Stream<String> loggers) {
        this.loggers =
                loggers.map(name -> (Logger) LoggerFactory.getLogger(name)).toList();
    }

    public static LogLines of(Class<?>... speakers) {
        return new LogLines(Stream.of(speakers).map(Class::getName));
    }

    public static LogLines of(String name) {
        return new LogLines(Stream.of(name));
    }

    public LogLines open() {
        appender.start();
        loggers.forEach(logger -> logger.addAppender(appender));
        return this;
    }

    /** They log this and what is above it until {@link #close}; null: what is above them says. */
    public LogLines level(@Nullable Level level) {
        loggers.forEach(logger -> logger.setLevel(level));
        return this;
    }

    /** Those so far. */
    public List<ILoggingEvent> list() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        loggers.forEach(logger -> logger.detachAppender(appender));
        level(null);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        open();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }
}
