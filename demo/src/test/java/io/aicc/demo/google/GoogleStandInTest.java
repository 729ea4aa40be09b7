package io.aicc.demo.google;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.demo.google.Faults.Planned;
import io.aicc.demo.google.StandInCalls.Heard;
import io.aicc.demo.google.StandInCalls.Spoken;
import io.aicc.demo.script.PhraseModel;
import io.aicc.demo.script.SpokenWords;
import io.aicc.demo.script.WordErrorRate;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechListener.Transcript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * The worker's engine {@code google} with Google's own client against the stand-in: TLS, tokens, protobuf, limits, errors, and
 * human voices that are really recognised. Voices take their time, so many speak at once, and whoever speaks longest begins.
 */
@Execution(ExecutionMode.CONCURRENT)
@TestMethodOrder(OrderAnnotation.class)
class GoogleStandInTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Share of words: the phrase model gets a tenth wrong at most. */
    private static final double MOST_WRONG = 0.10;

    /** Sentences of which the recogniser gets every word, so that whatever is missing was lost on the way. */
    private static final int[] CLEAR = {0, 1, 2, 3, 5, 6, 7, 8};

    private static PhraseModel.Written phrases;

    @TempDir
    private Path directory;

    private StandInCalls calls;

    @BeforeAll
    static void learn(@TempDir Path shared) throws Exception {
        phrases = StandInCalls.phrases(shared);
    }

    @BeforeEach
    void start() throws Exception {
        calls = new StandInCalls(directory, phrases, Limits.GOOGLE);
    }

    @AfterEach
    void stop() throws Exception {
        calls.close();
    }

    @Test
    void aHumanVoiceIsUnderstoodWhileItSpeaks() throws Exception {
        Spoken spoken = StandInCalls.lines(0, 1, 2);
        SpeechEngine engine = calls.engine();
        Heard heard = StandInCalls.listenTo(engine);
        heard.say("u", spoken);
        heard.await(1, PATIENCE);

        assertThat(heard.failures).isEmpty();
        assertThat(wrong(spoken, heard.finals.getFirst())).isLessThanOrEqualTo(MOST_WRONG);
        assertThat(heard.interims).hasSizeGreaterThan(3);
        assertThat(heard.finals.getFirst().words())
                .isSortedAccordingTo((a, b) -> Long.compare(a.startMs(), b.startMs()));
        assertThat(heard.finals.getFirst().words().getLast().endMs()).isLessThanOrEqualTo(spoken.ms());
        assertThat(engine.model()).isEqualTo("standin_demo_phrase_model");
        assertThat(engine.health().up()).isTrue();
    }

    @Test
    @Order(1)
    void aMonologueOfFourLimitsIsHeardAsIfThereWereNone() throws Exception {
        Spoken spoken = StandInCalls.lines(CLEAR);
        Limits shortLived = Limits.GOOGLE.withStream(Duration.ofMillis(spoken.ms() / 4));
        String seconds = String.valueOf(shortLived.stream().toSeconds() * 7 / 10);
        try (StandInCalls rotating =
                        new StandInCalls(Files.createDirectory(directory.resolve("a")), phrases, shortLived);
                ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Heard rotated = StandInCalls.listenTo(rotating.engine("AICC_GOOGLE_STREAM_SECONDS", seconds));
            Heard whole = StandInCalls.listenTo(calls.engine());
            Future<?> beside = other.submit(() -> whole.sayInTime("u", spoken));
            rotated.sayInTime("u", spoken);
            beside.get();
            rotated.await(1, PATIENCE);
            whole.await(1, PATIENCE);

            assertThat(counted(rotating, "aicc_stt_rotations_total")).isGreaterThanOrEqualTo(4);
            assertThat(counted(calls, "aicc_stt_rotations_total")).isZero();
            assertThat(rotating.registry
                            .get("aicc_stt_failures_total")
                            .tag("kind", "limit")
                            .counter()
                            .count())
                    .as("never came to the limit")
                    .isZero();
            assertThat(words(rotated)).isEqualTo(words(whole)).isEqualTo(SpokenWords.of(spoken.text()));
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {"INVALID", "FORBIDDEN", "NOT_FOUND", "NO_TOKEN"},
            mode = Mode.EXCLUDE)
    void whatMayPassCostsNoWord(Fault fault) throws Exception {
        Spoken spoken = StandInCalls.lines(0);
        Heard heard = StandInCalls.listenTo(ready(calls.engine()));
        calls.standIn.streamFaults().next(new Planned(fault, 1_500), new Planned(fault, Planned.AT_THE_END));
        heard.say("u", spoken);
        heard.await(1, PATIENCE);

        assertThat(heard.failures).isEmpty();
        assertThat(words(heard)).isEqualTo(SpokenWords.of(spoken.text()));
        assertThat(counted(calls, "aicc_stt_failures_total")).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"INVALID", "FORBIDDEN", "NOT_FOUND", "NO_TOKEN"})
    void wrongSettingsAreToldAndNotTriedAgain(Fault fault) throws Exception {
        Spoken spoken = StandInCalls.lines(0);
        SpeechEngine engine = ready(calls.engine());
        Heard heard = StandInCalls.listenTo(engine);
        calls.standIn.streamFaults().next(new Planned(fault, 500));
        heard.say("u1", spoken);
        heard.await(1, PATIENCE);

        assertThat(heard.failures)
                .singleElement()
                .asString()
                .contains(fault.status().getCode().name());
        assertThat(engine.health().up()).isFalse();
        assertThat(counted(calls, "aicc_stt_failures_total")).isEqualTo(1);
        heard.say("u2", spoken);
        heard.await(2, PATIENCE);
        assertThat(engine.health().up()).as("put right").isTrue();
    }

    @Test
    void wrongSettingsAreToldAndNotTriedAgainForWholeTurnsToo() throws Exception {
        Spoken spoken = StandInCalls.lines(0);
        SpeechEngine engine = ready(calls.engine("STT_MODE", "batch"));
        Heard heard = StandInCalls.listenTo(engine);
        calls.standIn.turnFaults().next(new Planned(Fault.FORBIDDEN, 0));
        heard.say("u1", spoken);
        heard.await(1, PATIENCE);

        assertThat(heard.failures).singleElement().asString().contains("PERMISSION_DENIED");
        assertThat(engine.health().up()).isFalse();
        assertThat(counted(calls, "aicc_stt_failures_total")).isEqualTo(1);
        heard.say("u2", spoken);
        heard.await(2, PATIENCE);
        assertThat(engine.health().up()).as("put right").isTrue();
    }

    @Test
    void whileStreamsFailTurnsAreRecognisedWholeAndStreamsComeBackInMidCall() throws Exception {
        Spoken spoken = StandInCalls.lines(0);
        SpeechEngine engine = ready(calls.engine());
        Heard heard = StandInCalls.listenTo(engine);
        calls.standIn.streamFaults().every(1, new Planned(Fault.UNAVAILABLE, 700));
        heard.say("u1", spoken);
        heard.await(1, PATIENCE);
        assertThat(engine.turnThreads()).hasValue(1);
        assertThat(calls.registry.get("aicc_stt_circuit_open").gauge().value()).isEqualTo(1);

        calls.standIn.streamFaults().stop();
        int next = 2;
        while (calls.registry.get("aicc_stt_circuit_open").gauge().value() == 1) {
            heard.say("u" + next, spoken);
            heard.await(next++, PATIENCE);
        }

        assertThat(heard.failures).isEmpty();
        assertThat(heard.finals)
                .allSatisfy(words -> assertThat(SpokenWords.of(words.text())).isEqualTo(SpokenWords.of(spoken.text())));
    }

    @Test
    void wholeTurnsAndStreamsUnderstandTheSameAndAnErrorCostsNoWord() throws Exception {
        Spoken first = StandInCalls.lines(0, 1, 2, 3);
        Spoken second = StandInCalls.lines(4, 5, 6, 7);
        Heard streamed = StandInCalls.listenTo(ready(calls.engine()));
        Heard whole = StandInCalls.listenTo(calls.engine("STT_MODE", "batch"));
        calls.standIn.turnFaults().next(new Planned(Fault.UNAVAILABLE, 0));
        for (Heard heard : List.of(streamed, whole)) {
            heard.say("u1", first);
            heard.say("u2", second);
        }

        for (Heard heard : List.of(streamed, whole)) {
            heard.await(2, PATIENCE);
            assertThat(heard.failures).isEmpty();
            assertThat(heard.finals)
                    .anySatisfy(words -> assertThat(wrong(first, words)).isLessThanOrEqualTo(MOST_WRONG));
            assertThat(heard.finals)
                    .anySatisfy(words -> assertThat(wrong(second, words)).isLessThanOrEqualTo(MOST_WRONG));
        }
    }

    @Test
    void whoIsNotThisProjectsAccountIsRefusedBeforeAnyCall() throws Exception {
        Path other = Account.make(Files.createDirectory(directory.resolve("other")), Account.newKeys())
                .file();
        SpeechEngine engine = calls.engine("AICC_GOOGLE_CREDENTIALS_FILE", other.toString());
        StandInCalls.listenTo(engine);

        await().until(() -> engine.health().detail().contains("UNAUTHENTICATED"));
        assertThat(engine.health().up()).isFalse();
    }

    @Test
    void aCertificateOfAnotherHostIsRefused() throws Exception {
        String port = calls.standIn
                .workerSettings()
                .getOrDefault("AICC_GOOGLE_ENDPOINT", "")
                .split(":")[1];
        Heard heard = StandInCalls.listenTo(calls.engine("AICC_GOOGLE_ENDPOINT", "localhost:" + port));

        await().until(() -> counted(calls, "aicc_stt_failures_total") > 0);
        assertThat(heard.finals).isEmpty();
    }

    /** Once the server has been probed, faults meet utterances. */
    private static SpeechEngine ready(SpeechEngine engine) throws Exception {
        StandInCalls.listenTo(engine);
        await().until(() -> engine.health().up());
        return engine;
    }

    private static List<String> words(Heard heard) {
        return SpokenWords.of(heard.text());
    }

    private static double wrong(Spoken spoken, Transcript heard) {
        return WordErrorRate.of(spoken.text(), heard.text()).rate();
    }

    private static double counted(StandInCalls calls, String name) {
        return calls.registry.get(name).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }
}
