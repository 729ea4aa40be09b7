package io.aicc.e2e.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.Phase;
import io.aicc.demo.DemoCalls;
import io.aicc.demo.DemoCalls.Outcome;
import io.aicc.demo.DemoCalls.Result;
import io.aicc.demo.DemoSystem;
import io.aicc.demo.DemoSystem.PoolSize;
import io.aicc.demo.receiver.Transcript;
import io.aicc.demo.receiver.Transcript.Completeness;
import io.aicc.demo.script.Conversation;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.demo.script.PhraseModel;
import io.aicc.demo.script.WordErrorRate;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A part is broken while two people talk; they do not notice, and no word of theirs is missing afterwards. The parts are
 * broken at about the same time, each while a call of its own goes on.
 */
@Execution(ExecutionMode.CONCURRENT)
class BreakageE2E {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    private static Path directory;

    private static ConversationLibrary library;
    private static DemoSystem system;

    @BeforeAll
    static void start() throws Exception {
        library = ConversationLibrary.open();
        system = new DemoSystem(directory, 0);
        system.startPool(
                new PoolSize(4, 6),
                PhraseModel.of(library.texts()).write(directory).settings());
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    @Test
    void killingTheOperatorInMidCallCostsTheCallNothing() throws Exception {
        Conversation conversation = library.conversations().get(0);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Outcome> call = threads.submit(() -> new DemoCalls(system, "op", List.of(conversation)).play());
            awaitFinals("op-1", 1);

            system.operator().kill();
            long heardWithout = awaitFinals("op-1", finals("op-1") + 2);
            system.operator().startAgain();

            Result result = call.get().served().getFirst();
            assertThat(heardWithout).isGreaterThanOrEqualTo(3);
            assertWhole(conversation, result);
            assertThat(generation(result.call().session()))
                    .as("adopted by the new operator, not replaced")
                    .isEqualTo(1);
        }
    }

    /** Of two calls, one of which loses its pod meanwhile: what that worker still has comes beside what the next one sends. */
    @Test
    void aReceiverThatIsAwayForTenSecondsInMidCallMissesNothing() throws Exception {
        Conversation conversation = library.conversations().get(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Outcome> calls =
                    threads.submit(() -> new DemoCalls(system, "rx", List.of(conversation, conversation)).play());
            awaitFinals("rx-1", 1);
            awaitFinals("rx-2", 1);

            system.receiver().stop();
            long before = finals("rx-1");
            long beforeReplaced = finals("rx-2");
            letPass(Duration.ofSeconds(10));
            CallSession replaced = session("rx-2");
            deletePod(replaced);
            await().atMost(LONG).until(() -> generation(session("rx-2")) == 2);
            assertThat(finals("rx-1")).isEqualTo(before);
            system.receiver().start();

            assertWhole(conversation, calls.get().served().getFirst());
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(transcript("rx-2").completeness(1))
                            .returns(true, Completeness::isProven)
                            .satisfies(it -> assertThat(it.finalsHeld()).isGreaterThan(beforeReplaced)));
            assertThat(transcript("rx-2").completeness(2))
                    .as("its player follows it to the next worker")
                    .returns(true, Completeness::isProven)
                    .satisfies(it -> assertThat(it.finalsHeld()).isPositive());
        }
    }

    private static void deletePod(CallSession session) {
        system.client()
                .pods()
                .inNamespace(session.getMetadata().getNamespace())
                .withName(Objects.requireNonNull(session.getStatus().worker()).pod())
                .delete();
    }

    private static long generation(CallSession session) {
        return Objects.requireNonNull(session.getStatus().mediaEndpoint()).generation();
    }

    @Test
    void aWorkerThatGetsNoProcessorForASecondNowAndThenHearsEveryWord() throws Exception {
        Conversation conversation = library.conversations().get(2);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Outcome> call = threads.submit(() -> new DemoCalls(system, "cpu", List.of(conversation)).play());
            awaitFinals("cpu-1", 1);

            long worker = worker("cpu-1");
            for (int i = 0; i < 8; i++) {
                signal("STOP", worker);
                letPass(Duration.ofSeconds(1));
                signal("CONT", worker);
                letPass(Duration.ofSeconds(1));
            }

            assertWhole(conversation, call.get().served().getFirst());
        }
    }

    private static void assertWhole(Conversation conversation, Result result) {
        assertThat(result.call().session().getStatus().phase()).isEqualTo(Phase.Ended);
        assertPortsFreed(result);
        Transcript transcript = transcript(result.call().session().getSpec().callId());
        assertThat(transcript.completeness().isProven())
                .as("%s", transcript.completeness())
                .isTrue();
        assertThat(transcript.events()).extracting(Event::seq).isSorted().doesNotHaveDuplicates();
        for (Channel channel : Channel.values()) {
            String heard = transcript.finals(channel).stream()
                    .map(TranscriptFinal::text)
                    .collect(Collectors.joining("\n"));
            assertThat(WordErrorRate.of(conversation.text(channel), heard).rate())
                    .as(
                            "%s: %s; %s",
                            channel, heard, result.call().session().getStatus().summary())
                    .isLessThanOrEqualTo(0.10);
        }
    }

    /** In time after hang-up, or after there is an operator again: on a busy machine that may be later. */
    private static void assertPortsFreed(Result result) {
        Instant hungUp = result.call().hungUp();
        Instant leading = leading();
        assertThat(result.portsFreeMs()).isNotNegative();
        assertThat(hungUp.plusMillis(result.portsFreeMs()))
                .isBefore((leading.isAfter(hungUp) ? leading : hungUp).plusSeconds(5));
    }

    /** Since when the operator that is there leads. */
    private static Instant leading() {
        return system.client().leases().inAnyNamespace().list().getItems().stream()
                .map(lease -> lease.getSpec().getAcquireTime().toInstant())
                .max(Instant::compareTo)
                .orElseThrow();
    }

    /** Process of the worker that serves the call. */
    private static long worker(String callId) {
        String uid =
                Objects.requireNonNull(session(callId).getStatus().worker()).uid();
        return ProcessHandle.current()
                .descendants()
                .filter(process -> environment(process).contains("POD_UID=" + uid))
                .findFirst()
                .orElseThrow()
                .pid();
    }

    private static CallSession session(String callId) {
        return system.client().resources(CallSession.class).inAnyNamespace().list().getItems().stream()
                .filter(live -> live.getSpec().callId().equals(callId))
                .findFirst()
                .orElseThrow();
    }

    private static String environment(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "environ"));
        } catch (IOException e) {
            return ""; // It has ended since.
        }
    }

    private static void signal(String name, long process) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(status).isZero();
    }

    private static void letPass(Duration time) {
        await().pollDelay(time).atMost(LONG).until(() -> true);
    }

    private static long awaitFinals(String callId, long count) {
        await().atMost(LONG).until(() -> finals(callId) >= count);
        return finals(callId);
    }

    private static long finals(String callId) {
        return system.receiver().transcripts().all().stream()
                .filter(transcript -> transcript.callId().equals(callId))
                .mapToLong(transcript -> transcript.finals(Channel.CUSTOMER).size()
                        + transcript.finals(Channel.AGENT).size())
                .sum();
    }

    private static Transcript transcript(String callId) {
        return system.receiver().transcripts().all().stream()
                .filter(transcript -> transcript.callId().equals(callId))
                .findFirst()
                .orElseThrow();
    }
}
