package io.aicc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.LoggerContext;
import io.aicc.runtime.LogConfigurator.Format;
import io.aicc.testing.LogLines;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

class LogContextTest {
    private final LoggerContext logs = (LoggerContext) LoggerFactory.getILoggerFactory();

    @RegisterExtension
    final LogLines lines = LogLines.of(Tasks.class);

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

        await().untilAsserted(() -> assertThat(lines.list()).hasSize(1));
        assertThat(new String(
                        LogConfigurator.encoder(format, logs)
                                .encode(lines.list().getFirst()),
                        StandardCharsets.UTF_8))
                .contains("task failed")
                .containsPattern("call_id\\W+pbx-1\\b")
                .doesNotContain("pbx-0");
    }
}
