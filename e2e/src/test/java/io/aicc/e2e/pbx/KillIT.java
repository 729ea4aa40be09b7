package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.demo.ControllerProcess;
import io.aicc.demo.pbx.AsteriskProcess;
import io.aicc.demo.pbx.SipLoad;
import io.aicc.demo.pbx.SipLoad.Outcome;
import io.aicc.demo.pbx.SipLoad.Plan;
import io.aicc.e2e.pbx.Ear.Heard;
import io.aicc.e2e.pbx.PbxRig.Controller;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten calls are under way, real audio from phone to phone, when something dies or the clock is set. */
class KillIT {
    private static final int CALLS = 10;
    private static final int PACKETS_A_SECOND = 50;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Longer than the test: the calls end when it says so. */
    private static final Duration TALK = Duration.ofMinutes(2);

    private static final Map<String, String> QUICK_ELECTION = Map.of(
            "AICC_LEASE_SECONDS", "4",
            "AICC_LEASE_RENEW_SECONDS", "3",
            "AICC_LEASE_RETRY_SECONDS", "1");

    @TempDir
    private static Path folder;

    private static PbxRig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new PbxRig(folder, Map.of("pjsip.conf", SipLoad.configuration()));
    }

    @AfterAll
    static void stop() throws Exception {
        rig.close();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        rig.asterisk().cli("channel request hangup all");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(rig.everything()).isEmpty());
        rig.stopControllers();
    }

    @Test
    void aKilledControllerCostsNeitherCallNorAudio() throws Exception {
        try (ControllerProcess controller = controllerProcess()) {
            suffer("controller killed, and another one started", ears -> {
                List<String> taps = rig.taps();
                controller.kill();
                audioGoesOn(ears);
                controller.startAgain();
                await().atMost(LIMIT).until(() -> controller.metrics().contains("aicc_pbx_calls " + CALLS + ".0"));
                assertThat(rig.taps()).as("nothing is made anew").containsExactlyInAnyOrderElementsOf(taps);
            });
        }
    }

    @Test
    void neitherACutConnectionNorAClockThatIsSetMeanwhileCostsCallOrAudio() throws Exception {
        try (Wire wire = new Wire(rig.asterisk().ari())) {
            JumpingClock clock = new JumpingClock();
            Controller controller =
                    rig.startController(Map.of("ARI_URL", wire.url().toString()), clock);
            controller.awaitReady();
            suffer("connection to ARI cut, and given back", ears -> {
                wire.cut(true);
                audioGoesOn(ears);
                assertThat(controller.ready()).isFalse();
                wire.cut(false);
                controller.awaitReady();
            });
            suffer("the same, and the controller's clock set two hours ahead and back meanwhile", ears -> {
                wire.cut(true);
                clock.jump(Duration.ofHours(2));
                audioGoesOn(ears);
                clock.jump(Duration.ofHours(-2));
                wire.cut(false);
                controller.awaitReady();
            });
        }
    }

    @Test
    void callsDieWithTheirPbxAndTheNextOnesAreServed() throws Exception {
        Controller controller = rig.startController(Map.of());
        controller.awaitReady();
        try (SipLoad phones = phones("before")) {
            phones.start("calls", new Plan(CALLS, CALLS, CALLS, TALK));
            talking();
            rig.restartAsterisk();
            controller.awaitReady();
            await().atMost(LIMIT).until(() -> rig.live().isEmpty());
            assertThat(rig.everything()).isEmpty();
        }
        suffer("Asterisk killed and started again: the calls after that", KillIT::audioGoesOn);
    }

    @FunctionalInterface
    private interface Blow {
        void strike(List<Ear> ears) throws Exception;
    }

    /** Calls that last until after the blow; nothing of them may be missing, and nothing be left. */
    private static void suffer(String what, Blow blow) throws Exception {
        AsteriskProcess.Load before = rig.asterisk().load();
        try (SipLoad phones = phones(what.replaceAll("\\W+", "-"))) {
            SipLoad.Run calls = phones.start("calls", new Plan(CALLS, CALLS, CALLS, TALK));
            List<String> names = talking();
            List<Ear> ears = names.stream()
                    .flatMap(name -> rig.workers().of(name).ears())
                    .toList();
            long start = System.nanoTime();
            blow.strike(ears);
            List<Heard> heard = ears.stream().map(ear -> ear.since(start)).toList();
            Duration lasted = Duration.ofNanos(System.nanoTime() - start);
            rig.hangUpAll("PJSIP/" + SipLoad.AGENT + "-");
            Outcome outcome = calls.await(LIMIT);
            System.out.println(line(what, lasted, outcome, heard));

            assertThat(outcome.failed()).isZero();
            assertThat(outcome.successful()).isEqualTo(CALLS);
            assertThat(heard).allSatisfy(KillIT::isWhole);
            assertThat(names).allSatisfy(name -> assertThat(PbxRig.reason(rig.ended(name)))
                    .isEqualTo("AgentHangup"));
            assertThat(rig.live()).isEmpty();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(rig.asterisk().load()).isEqualTo(before));
        }
    }

    /** The same tap all the time, and every packet that it sent. */
    private static void isWhole(Heard heard) {
        assertThat(heard.missing()).isZero();
        assertThat(heard.streams()).isEqualTo(1);
    }

    /** Names of the sessions of all calls, once both speakers of each have been heard for a second. */
    private static List<String> talking() {
        await().atMost(LIMIT)
                .until(
                        () -> rig.live(),
                        live -> live.size() == CALLS
                                && live.stream()
                                        .allMatch(name -> rig.workers().serve(name)
                                                && rig.workers()
                                                        .of(name)
                                                        .ears()
                                                        .allMatch(ear -> ear.packets() > PACKETS_A_SECOND)));
        return rig.live();
    }

    /** Two seconds of every speaker. */
    private static void audioGoesOn(List<Ear> ears) {
        long start = System.nanoTime();
        await().atMost(LIMIT)
                .until(() -> ears.stream().allMatch(ear -> ear.since(start).packets() > 2 * PACKETS_A_SECOND));
    }

    private static SipLoad phones(String name) throws Exception {
        return new SipLoad(rig.asterisk(), folder.resolve(name), PhonesIT.tone(1));
    }

    private static ControllerProcess controllerProcess() throws Exception {
        return new ControllerProcess(
                rig.cluster().kubeconfig(),
                rig.cluster().namespace(),
                rig.asterisk(),
                QUICK_ELECTION,
                folder.resolve("controller.log"));
    }

    /** A row for docs/benchmarks.md. */
    private static String line(String what, Duration lasted, Outcome outcome, List<Heard> heard) {
        return "%s: %.1f s, %d of %d calls failed, %d packets heard, %d missing, longest pause of any speaker %d ms"
                .formatted(
                        what,
                        lasted.toMillis() / 1000.0,
                        outcome.failed(),
                        outcome.failed() + outcome.successful(),
                        heard.stream().mapToInt(Heard::packets).sum(),
                        heard.stream().mapToInt(Heard::missing).sum(),
                        heard.stream().mapToLong(Heard::pauseMs).max().orElseThrow());
    }

    /** The clock on the controller's wall. */
    private static final class JumpingClock implements InstantSource {
        private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

        void jump(Duration by) {
            ahead.updateAndGet(by::plus);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead.get());
        }
    }
}
