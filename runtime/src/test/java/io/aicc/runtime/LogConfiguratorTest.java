package io.aicc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.aicc.runtime.LogConfigurator.Format;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogConfiguratorTest {
    private static final String FORGERY =
            "1011 bye\u001b[2J\u202e\r\n12:00:00.000 INFO  Forged line\n\tat forged.Frame";

    private final LoggerContext context = new LoggerContext();

    LogConfiguratorTest() {
        context.setMDCAdapter(new LogbackMDCAdapter());
    }

    @Test
    void whatAPeerSaysDoesNotDrawOnATerminalNorForgeALine() {
        IllegalStateException failure = new IllegalStateException(FORGERY, new IllegalArgumentException(FORGERY));
        failure.addSuppressed(new IllegalArgumentException(FORGERY));

        List<String> lines = text(FORGERY, failure).lines().toList();

        String harmless = "1011 bye?[2J???12:00:00.000 INFO  Forged line??at forged.Frame";
        assertThat(lines)
                .allSatisfy(line -> assertThat(line.replace("\t", "")).doesNotContainPattern("[\\p{Cc}\\p{Cf}]"));
        assertThat(lines).filteredOn(line -> line.contains("orged")).hasSize(4).allSatisfy(line -> assertThat(line)
                .contains(harmless));
    }

    @Test
    void anExceptionHasItsFramesOnLinesOfTheirOwn() {
        String lines = text("task failed", new IllegalStateException("boom", new IllegalArgumentException("bang")));

        assertThat(lines)
                .containsPattern("task failed.*\\Rjava.lang.IllegalStateException: boom\\R\tat io.aicc")
                .containsPattern("\\RCaused by: java.lang.IllegalArgumentException: bang\\R\t")
                .endsWith(System.lineSeparator());
        assertThat(text("all well", null).lines()).hasSize(1);
    }

    @Test
    void asJsonItIsOneLineWhateverAPeerSays() {
        String json = logged(Format.JSON, FORGERY, new IllegalStateException(FORGERY));

        assertThat(json).endsWith(System.lineSeparator());
        assertThat(json.stripTrailing()).startsWith("{").endsWith("}").doesNotContainPattern("\\p{Cc}");
        assertThat(json)
                .contains("\"message\":\"1011 bye\\u001B[2J", "\\r\\n12:00:00.000 INFO  Forged line\\n\\tat forged");
    }

    private String text(String message, @Nullable Throwable failure) {
        return logged(Format.TEXT, message, failure);
    }

    private String logged(Format format, String message, @Nullable Throwable failure) {
        LoggingEvent event = new LoggingEvent("x", context.getLogger("x"), Level.ERROR, message, failure, null);
        return new String(LogConfigurator.encoder(format, context).encode(event), StandardCharsets.UTF_8);
    }
}
