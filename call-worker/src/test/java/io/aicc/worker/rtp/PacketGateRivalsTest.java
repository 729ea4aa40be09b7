package io.aicc.worker.rtp;

import static io.aicc.worker.rtp.GateRig.MS;
import static io.aicc.worker.rtp.GateRig.OTHER_SSRC;
import static io.aicc.worker.rtp.GateRig.SSRC;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Of several synchronization sources at the PBX's own address, which may be forged, who is heard. */
class PacketGateRivalsTest {
    private static final long PAUSE = 600 * MS;

    private final GateRig rig = new GateRig();

    @Test
    void whoForgesTheAddressInAPauseDoesNotKeepTheSpeakerOut() {
        speak(1, 50);
        intrude(OTHER_SSRC);
        rig.heard();

        for (int i = 51; i < 250; i++) {
            rig.now += 20 * MS;
            if (i % 20 == 0) {
                rig.send(7000 + i / 20, OTHER_SSRC);
            }
            rig.send(i, SSRC);
        }

        assertThat(rig.heard()).isEqualTo(IntStream.range(52, 250).boxed().toList());
    }

    /** Who sends now and then, so that there is no pause of half a second. */
    @Test
    void norDoesOneWhoWasThereBeforeTheSpeaker() {
        int forged = 7000;
        for (int i = 0; i < 10; i++) {
            rig.now += 400 * MS;
            rig.send(forged++, OTHER_SSRC);
        }
        rig.heard();

        for (int i = 1; i < 250; i++) {
            rig.now += 20 * MS;
            if (i % 20 == 0) {
                rig.send(forged++, OTHER_SSRC);
            }
            assertThat(rig.send(i, SSRC)).isNull();
        }
        assertThat(rig.heard()).isEqualTo(IntStream.range(1, 250).boxed().toList());
    }

    @Test
    void aSpeakerOfWhomMostIsLostIsNotKeptOutByTheOneWhoTookThePlace() {
        speak(1, 50);
        rig.heard();
        for (int i = 60; i <= 100; i += 10) {
            rig.now += 200 * MS;
            rig.send(i, SSRC);
            rig.send(6900 + i, OTHER_SSRC);
            rig.send(6901 + i, OTHER_SSRC);
        }

        assertThat(comesBack(101)).isTrue();
    }

    @Test
    void norDoManyOfThemOneAfterTheOther() {
        speak(1, 50);
        for (int forged = 1; forged <= 3 * FormerStreams.MOST; forged++) {
            intrude(OTHER_SSRC + forged);
        }

        assertThat(comesBack(51)).isTrue();
    }

    @Test
    void norDoesAFlood() {
        speak(1, 50);
        intrude(OTHER_SSRC);
        for (int i = 0; i < 10_000; i++) {
            rig.send(7002 + i & 0xFFFF, OTHER_SSRC);
            rig.send(i & 0xFFFF, OTHER_SSRC + 1);
        }

        rig.heard();
        rig.now += 20 * MS;
        assertThat(comesBack(51)).isTrue();
    }

    @Test
    void theSpeakerIsHeardFromTheFirstPacketWhenTheOtherHasFallenSilent() {
        speak(1, 50);
        intrude(OTHER_SSRC);
        rig.heard();
        rig.now += PAUSE;

        assertThat(rig.send(51, SSRC)).isNull();
        assertThat(rig.send(52, SSRC)).isNull();
        assertThat(rig.heard()).containsExactly(51, 52);
    }

    @Test
    void whoLostThePlaceDoesNotGetItBack() {
        speak(1, 50);
        intrude(OTHER_SSRC);
        assertThat(comesBack(51)).isTrue();

        assertThat(rig.send(7002, OTHER_SSRC)).isEqualTo(RejectReason.SSRC);
        assertThat(rig.send(7003, OTHER_SSRC)).isEqualTo(RejectReason.SSRC);
        assertThat(rig.send(53, SSRC)).isNull();
    }

    @Test
    void whoWasThereForAMomentBeforeTheSpeakerDoesNotGetItBack() {
        rig.send(7000, OTHER_SSRC);
        rig.send(7001, OTHER_SSRC);
        rig.now += PAUSE;
        speak(1, 50);

        assertThat(rig.send(7002, OTHER_SSRC)).isEqualTo(RejectReason.SSRC);
        assertThat(rig.send(7003, OTHER_SSRC)).isEqualTo(RejectReason.SSRC);
        assertThat(rig.send(51, SSRC)).isNull();
    }

    @Test
    void packetsOfTheFormerSourceThatComeLateOrAloneAreNoComingBack() {
        speak(1, 50);
        intrude(OTHER_SSRC);

        int[] strays = {49, 50, 51, 53, 55, 55, 20_000, 20_001};
        for (int stray : strays) {
            assertThat(rig.send(stray, SSRC)).as("packet " + stray).isEqualTo(RejectReason.SSRC);
        }
        assertThat(rig.send(7002, OTHER_SSRC)).isNull();
    }

    @Test
    void aNewTapForgetsThemAll() {
        speak(1, 50);
        intrude(OTHER_SSRC);
        rig.gate.retap(new SourceRule.Exact(GateRig.STRANGER));
        rig.gate.retap(new SourceRule.Exact(GateRig.PBX));
        rig.send(7002, OTHER_SSRC);
        rig.send(7003, OTHER_SSRC);

        assertThat(comesBack(51)).isFalse();
    }

    private void speak(int first, int last) {
        for (int i = first; i <= last; i++) {
            rig.now += 20 * MS;
            assertThat(rig.send(i, SSRC)).isNull();
        }
    }

    /** Takes the speaker's place in a pause, and for half a second then. */
    private void intrude(int ssrc) {
        rig.now += PAUSE;
        for (int i = 7000; i < 7002; i++) {
            assertThat(rig.send(i, ssrc)).isNull();
        }
    }

    /** Whether the speaker is heard again from the second packet on. */
    private boolean comesBack(int next) {
        rig.send(next, SSRC);
        return rig.send(next + 1, SSRC) == null;
    }
}
