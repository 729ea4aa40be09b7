package io.aicc.worker.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.MicroTime;
import io.aicc.wire.control.CoveredUntil;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where a call begins late, or another worker or process goes on with it: what nobody heard is a gap. */
class LiveCallGapsTest {
    @RegisterExtension
    final LiveCallRig rig = new LiveCallRig();

    @Test
    void whatWasSaidBeforeAnybodyListenedIsAGapOnTheTimeline() throws Exception {
        Instant requested = Instant.now().minusSeconds(3);
        rig.call().assign(rig.takenOver(1, null, null, requested));
        rig.speak(60);
        rig.call().end(new EndOrder("uid-1", "CustomerHangup"));
        await().until(() -> rig.call().report().state() == State.DONE);

        assertThat(rig.gaps(1)).hasSize(2).allSatisfy(gap -> {
            assertThat(gap.reason()).isEqualTo("not_ready");
            assertThat(gap.startMs()).isBetween(-60_000L, -3_000L);
            assertThat(gap.endMs()).isGreaterThan(-1_000);
        });
        assertThat(rig.gaps(1)).extracting(EventBody.Gap::channel).containsExactlyInAnyOrder(Channel.values());
    }

    @Test
    void anotherWorkersGapsBeginWhereTheOneBeforeHadNotCoveredTheCall() throws Exception {
        Instant ready = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        CoveredUntil covered =
                new CoveredUntil(MicroTime.format(ready.plusSeconds(40)), MicroTime.format(ready.plusSeconds(55)));
        rig.call().assign(rig.takenOver(2, ready, covered, ready.minusSeconds(1)));
        assertThat(rig.call().report().coveredUntil()).isEqualTo(covered);
        rig.speak(60);
        rig.call().end(new EndOrder("uid-1", "CustomerHangup"));
        await().until(() -> rig.call().report().state() == State.DONE);

        assertThat(rig.gaps(2))
                .extracting(EventBody.Gap::channel, EventBody.Gap::startMs)
                .containsExactlyInAnyOrder(tuple(Channel.CUSTOMER, 40_000L), tuple(Channel.AGENT, 55_000L));
        assertThat(rig.gaps(2)).allSatisfy(gap -> {
            assertThat(gap.reason()).isEqualTo("worker_replaced");
            assertThat(gap.endMs()).isGreaterThan(59_000); // A packet begins before it comes.
        });
    }

    @Test
    void aProcessKilledInTheMiddleOfAWordIsFollowedByAGapFromTheBeginningOfThatWord() throws Exception {
        Instant ready = Instant.now().minusSeconds(10).truncatedTo(ChronoUnit.MILLIS);
        rig.engine.holdBack();
        rig.call().assign(rig.takenOver(1, ready, null, null));
        rig.speak(60);
        await().until(() -> rig.events(1).anyMatch(EventBody.SpeechStarted.class::isInstance));
        long word = rig.events(1)
                .filter(EventBody.SpeechStarted.class::isInstance)
                .map(EventBody.SpeechStarted.class::cast)
                .findFirst()
                .orElseThrow()
                .startMs();
        await().until(() -> rig.coveredByNow().equals(MicroTime.format(ready.plusMillis(word))));
        Path left = Files.createDirectories(rig.outbox().resolve("left"));
        Files.createDirectories(left.resolve("uid-1-1"));
        for (String file : List.of("events.jsonl", "sequence", "told")) { // what a killed process leaves behind
            Files.copy(
                    rig.outbox().resolve("uid-1-1").resolve(file),
                    left.resolve("uid-1-1").resolve(file));
        }

        rig.engine.release();
        rig.call().close();
        rig.warmUp(left);
        rig.call().assign(rig.takenOver(1, ready, null, null));
        rig.speak(60);
        rig.call().end(new EndOrder("uid-1", "CustomerHangup"));
        await().until(() -> rig.call().report().state() == State.DONE);

        assertThat(rig.gaps(1))
                .extracting(EventBody.Gap::channel, EventBody.Gap::startMs)
                .containsExactlyInAnyOrder(tuple(Channel.CUSTOMER, word), tuple(Channel.AGENT, 0L));
        assertThat(word).as("not the beginning of the call").isGreaterThan(9_000);
    }

    @Test
    void aProcessThatWasStoppedInMidCallAndStartedInPlaceGoesOnWithTheCall() throws Exception {
        Instant ready = Instant.now().minusSeconds(10).truncatedTo(ChronoUnit.MILLIS);
        rig.call().assign(rig.takenOver(1, ready, null, null));
        rig.speak(60);
        await().until(() -> rig.call().report().state() == State.ACTIVE);
        rig.call().close();
        rig.warmUp(rig.outbox());
        rig.call().assign(rig.takenOver(1, ready, null, null));
        rig.speak(60);
        rig.call().end(new EndOrder("uid-1", "CustomerHangup"));
        await().until(() -> rig.call().report().state() == State.DONE);

        assertThat(rig.events(1).filter(EventBody.SessionEnded.class::isInstance))
                .extracting(end -> ((EventBody.SessionEnded) end).reason())
                .containsExactly("WorkerStopped", "CustomerHangup");
        assertThat(rig.events(1).filter(EventBody.TranscriptFinal.class::isInstance))
                .as("heard before and after")
                .hasSize(2);
        assertThat(rig.gaps(1)).extracting(EventBody.Gap::reason).contains("worker_replaced");
    }

    @Test
    void aDamagedFileOfWhatIsCoveredCostsNobodyTheCall() throws Exception {
        Path file = Files.createDirectories(rig.outbox().resolve("uid-1-1")).resolve("told");
        Files.write(file, "what nobody wrote who counts".getBytes(StandardCharsets.US_ASCII));

        rig.call().assign(rig.assignment("uid-1", "en-US"));
        rig.speak(60);

        await().until(() -> rig.call().report().state() == State.ACTIVE);
    }
}
