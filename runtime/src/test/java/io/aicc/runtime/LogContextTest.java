package io.aicc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.aicc.runtime.LogConfigurator.Format;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

class LogContextTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(Tasks.class);
    private final LoggerContext logs = logger.getLoggerContext();
    private final List<ILoggingEvent> said = new CopyOnWriteArrayList<>();
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.list = said;
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void listenNoLonger() {
        logger.detachAppender(lines);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void aTaskThatFailsIsLoggedWithTheCallInBothFormats(Format format) {
        LogContext.put("call_id", "pbx-0");
        LogContext.put("call_id", "pbx-1");
        try (Tasks tasks = new Tasks(Duration.ofSeconds(10))) {
            tasks.start("reader", () -> {
                throw new IllegalStateException("boom");
            });
        }

        await().untilAsserted(() -> assertThat(said).hasSize(1));
        assertThat(new String(LogConfigurator.encoder(format, logs).encode(said.getFirst()), StandardCharsets.UTF_8))
                .contains("task failed")
                .containsPattern("call_id\\W+pbx-1\\b")
                .doesNotContain("pbx-0");
    }
}
