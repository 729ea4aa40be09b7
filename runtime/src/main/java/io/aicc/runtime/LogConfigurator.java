package io.aicc.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.LogstashFieldNames;
import net.logstash.logback.stacktrace.ShortenedThrowableConverter;
import org.jspecify.annotations.Nullable;

/**
 * Logs of every program, found by Logback itself before the first line: one JSON object a line in a cluster, readable lines
 * on a terminal. {@code AICC_LOG_FORMAT} (json | text) and {@code AICC_LOG_LEVEL} override; both are checked with the other
 * settings by {@link #declare}.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
    private static final String CONTROL = "[\\p{Cc}\\p{Cf}]";

    /** How lines look. */
    enum Format {
        JSON,
        TEXT
    }

    /** How much is said. */
    enum Verbosity {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }

    /** Declares and checks the two settings; they took effect earlier. */
    public static void declare(Settings settings) {
        settings.choice(
                "AICC_LOG_FORMAT",
                Format.class,
                Format.JSON,
                "json, or text for a terminal (text is chosen there by itself)");
        settings.choice("AICC_LOG_LEVEL", Verbosity.class, Verbosity.INFO, "Least important lines that are logged");
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setEncoder(encoder(format(), context));
        console.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(System.getenv("AICC_LOG_LEVEL"), Level.INFO));
        root.addAppender(console);
        // Says of our own v1alpha1 that it is alpha, once for every kind of object.
        context.getLogger("io.fabric8.kubernetes.client.dsl.internal.VersionUsageUtils")
                .setLevel(Level.ERROR);
        // Warns of every field that a newer Asterisk adds, in every event.
        context.getLogger("ch.loway.oss.ari4java.tools.BaseAriAction").setLevel(Level.ERROR);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static Format format() {
        String format = System.getenv("AICC_LOG_FORMAT");
        boolean text = format == null ? onTerminal() : format.equals("text");
        return text ? Format.TEXT : Format.JSON;
    }

    private static boolean onTerminal() {
        var terminal = System.console();
        return terminal != null && terminal.isTerminal();
    }

    static Encoder<ILoggingEvent> encoder(Format format, LoggerContext context) {
        return switch (format) {
            case JSON -> json(context);
            case TEXT -> text(context);
        };
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        LogstashFieldNames names = new LogstashFieldNames();
        names.setTimestamp("ts");
        names.setVersion(LogstashFieldNames.IGNORE_FIELD_INDICATOR);
        names.setLevelValue(LogstashFieldNames.IGNORE_FIELD_INDICATOR);
        names.setLogger("logger");
        names.setThread("thread");
        LogstashEncoder encoder = new LogstashEncoder();
        encoder.setContext(context);
        encoder.setFieldNames(names);
        encoder.setTimeZone("UTC");
        encoder.setShortenedLoggerNameLength(32);
        // What is logged is text and numbers; looking through every jar for more took a tenth of a worker's start.
        encoder.setFindAndRegisterJacksonModules(false);
        ShortenedThrowableConverter traces = new ShortenedThrowableConverter();
        traces.setMaxDepthPerThrowable(20);
        traces.start();
        encoder.setThrowableConverter(traces);
        encoder.start();
        return encoder;
    }

    /** Control characters become a question mark: what somebody else sends must not draw on a terminal, nor forge a line. */
    private static Encoder<ILoggingEvent> text(LoggerContext context) {
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.getInstanceConverterMap().put("everywhere", Everywhere::new);
        layout.getInstanceConverterMap().put("failure", Failure::new);
        layout.setPattern("%d{HH:mm:ss.SSS} %-5level %-16.16logger{0} %replace(%msg %kvp %mdc %everywhere){'" + CONTROL
                + "', '?'}%n%failure");
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.start();
        return encoder;
    }

    /** An exception's lines; its messages may say what somebody else sent, too. */
    private static final class Failure extends ThrowableProxyConverter {
        @Override
        protected String throwableProxyToString(IThrowableProxy failure) {
            return super.throwableProxyToString(new Harmless(failure));
        }
    }

    private record Harmless(IThrowableProxy real) implements IThrowableProxy {
        @Override
        public @Nullable String getMessage() {
            String message = real.getMessage();
            return message == null ? null : message.replaceAll(CONTROL, "?");
        }

        @Override
        public String getClassName() {
            return real.getClassName();
        }

        @Override
        public StackTraceElementProxy[] getStackTraceElementProxyArray() {
            return real.getStackTraceElementProxyArray();
        }

        @Override
        public int getCommonFrames() {
            return real.getCommonFrames();
        }

        @Override
        public @Nullable IThrowableProxy getCause() {
            IThrowableProxy cause = real.getCause();
            return cause == null ? null : new Harmless(cause);
        }

        @Override
        public IThrowableProxy[] getSuppressed() {
            return Stream.of(real.getSuppressed()).map(Harmless::new).toArray(IThrowableProxy[]::new);
        }

        @Override
        public boolean isCyclic() {
            return real.isCyclic();
        }
    }

    /** What {@link LogContext} has; in JSON it is there by itself. */
    private static final class Everywhere extends ClassicConverter {
        @Override
        public String convert(ILoggingEvent event) {
            return event.getLoggerContextVO().getPropertyMap().entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .collect(Collectors.joining(" "));
        }
    }
}
