package io.aicc.demo.google;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.worker.speech.SpeechEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Google's client has threads of its own; an engine that was closed leaves none of them. */
@Timeout(120)
class EngineEndTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** The stand-in's, which goes on, and the JVM's. */
    private static final String OF_OTHERS = "grpc-(nio|default).*|google-standin.*|ForkJoinPool.*|.*-Poller|Attach.*";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"streaming", "batch"})
    void anEngineEndsWithTheThreadsItBeganWith(String mode) throws Exception {
        try (StandInCalls calls = new StandInCalls(directory, StandInCalls.phrases(directory), Limits.GOOGLE)) {
            hear(calls, mode); // what the libraries start once for all is there then
            Set<String> before = threads();

            Set<String> during = hear(calls, mode);

            assertThat(during).as("threads of the engine").anyMatch(name -> name.contains("speech-timer"));
            await().atMost(LONG).pollInSameThread().untilAsserted(() -> assertThat(threads())
                    .isSubsetOf(before));
        }
    }

    /** Returns the threads that there were while it heard. */
    private static Set<String> hear(StandInCalls calls, String mode) throws Exception {
        try (SpeechEngine engine = calls.engine("STT_MODE", mode)) {
            StandInCalls.Heard heard = StandInCalls.listenTo(engine);
            heard.say("u", StandInCalls.lines(0));
            heard.await(1, LONG);
            assertThat(heard.failures).isEmpty();
            return threads();
        }
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().matches(OF_OTHERS))
                .map(thread -> "#" + thread.threadId() + " " + thread.getName())
                .collect(Collectors.toSet());
    }
}
