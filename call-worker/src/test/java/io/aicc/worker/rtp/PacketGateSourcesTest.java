package io.aicc.worker.rtp;

import static io.aicc.worker.rtp.GateRig.MS;
import static io.aicc.worker.rtp.GateRig.OTHER_SSRC;
import static io.aicc.worker.rtp.GateRig.PBX;
import static io.aicc.worker.rtp.GateRig.SSRC;
import static io.aicc.worker.rtp.GateRig.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Of all who send to a port, who is heard. */
class PacketGateSourcesTest {
    private final GateRig rig = new GateRig();

    @Test
    void refusesEveryOtherAddressThanTheExactOne() {
        rig.startStream();

        assertThat(rig.sendFrom(STRANGER, 3, SSRC)).isEqualTo(RejectReason.SOURCE);
        assertThat(rig.sendFrom(new InetSocketAddress("10.0.0.7", 14_003), 3, SSRC))
                .isEqualTo(RejectReason.SOURCE);
        assertThat(rig.heard()).containsExactly(1, 2);
    }

    @Test
    void keepsToTheFirstAddressOfANetworkThatSendsAStream() {
        rig.gate(SourceRule.networks("10.0.0.0/8"), 100);

        assertThat(rig.sendFrom(STRANGER, 50, OTHER_SSRC)).isNull(); // alone, it proves nothing
        rig.startStream();

        assertThat(rig.sendFrom(STRANGER, 51, OTHER_SSRC)).isEqualTo(RejectReason.SOURCE);
        assertThat(rig.sendFrom(new InetSocketAddress("192.168.1.1", 9), 3, SSRC))
                .isEqualTo(RejectReason.SOURCE);
        assertThat(rig.heard()).containsExactly(1, 2);
    }

    @Test
    void whoSentBeforeTheCallIsNotLearntFromANetworkWhileTheyGoOn() {
        rig.formerSources.add(STRANGER, rig.now);
        rig.gate(SourceRule.networks("10.0.0.0/8"), 100);
        for (int i = 1; i < 500; i++) {
            rig.now += 20 * MS;
            assertThat(rig.sendFrom(STRANGER, i, OTHER_SSRC)).isEqualTo(RejectReason.FORMER_SOURCE);
        }

        rig.startStream();

        assertThat(rig.heard()).containsExactly(1, 2);
        assertThat(rig.sendFrom(STRANGER, 500, OTHER_SSRC)).isEqualTo(RejectReason.SOURCE);
    }

    @Test
    void whoSentBeforeTheCallIsHeardWhenTheyAreNamedOrHavePaused() {
        rig.formerSources.add(PBX, rig.now);
        rig.startStream();
        assertThat(rig.heard()).containsExactly(1, 2);

        rig.formerSources.add(STRANGER, rig.now);
        rig.gate(SourceRule.networks("10.0.0.0/8"), 100);
        rig.now += FormerSources.FORGOTTEN_AFTER_SECONDS * 1000 * MS;
        rig.sendFrom(STRANGER, 7, OTHER_SSRC);
        rig.sendFrom(STRANGER, 8, OTHER_SSRC);
        assertThat(rig.heard()).containsExactly(7, 8);
    }

    @Test
    void onlyTheLastWhoSentBeforeTheCallAreRemembered() {
        rig.formerSources.add(PBX, rig.now);
        for (int port = 1; port <= FormerSources.MOST; port++) {
            rig.formerSources.add(new InetSocketAddress("10.0.0.9", port), rig.now);
        }

        assertThat(rig.formerSources.goesOn(PBX, rig.now)).isFalse();
        assertThat(rig.formerSources.goesOn(new InetSocketAddress("10.0.0.9", 1), rig.now))
                .isTrue();
    }

    @Test
    void twoAddressesOfANetworkDoNotProveEachOther() {
        rig.gate(SourceRule.networks("10.0.0.0/8"), 100);

        rig.sendFrom(STRANGER, 1, SSRC);
        rig.sendFrom(PBX, 2, SSRC);

        assertThat(rig.heard()).isEmpty();
    }

    @Test
    void hearsNobodyWithoutANetwork() {
        rig.gate(SourceRule.networks(), 100);

        rig.startStream();
        rig.gate.close();

        assertThat(rig.heard()).isEmpty();
        assertThat(rig.stats.rejected(RejectReason.SOURCE)).isEqualTo(2);
    }

    @Test
    void whoIsNamedLateIsHeardFromTheFirstPacket() {
        rig.gate(SourceRule.networks(), 100);
        for (int i = 1; i <= 20; i++) {
            rig.now += 20 * MS;
            rig.sendFrom(STRANGER, 100 + i, OTHER_SSRC);
            assertThat(rig.send(i, SSRC)).as("may turn out to be the speaker's").isNull();
        }
        rig.gate.retap(new SourceRule.Exact(PBX));
        rig.send(21, SSRC);
        rig.gate.close();

        assertThat(rig.heard())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 21).boxed().toList());
        assertThat(rig.stats.received()).isEqualTo(21);
        assertThat(rig.stats.rejected(RejectReason.SOURCE)).isEqualTo(20);
    }

    @Test
    void whoIsNamedLateIsHeardAtTheTimeWhenTheySpoke() {
        rig.gate(SourceRule.networks(), 100);
        rig.startStream();
        long spoken = rig.now;
        rig.now += 900 * MS;
        rig.gate.retap(new SourceRule.Exact(PBX));

        assertThat(Objects.requireNonNull(rig.ring.peek()).arrivalNanos).isEqualTo(spoken);
    }

    @Test
    void aHostThatSendsFromManyPortsPushesNobodyOut() {
        rig.gate(SourceRule.networks(), 100);
        for (int port = 1; port <= 1_000; port++) {
            rig.sendFrom(new InetSocketAddress("10.0.0.8", port), port, OTHER_SSRC);
            if (port % 100 == 0) {
                rig.send(port / 100, SSRC);
            }
        }
        rig.gate.retap(new SourceRule.Exact(PBX));

        assertThat(rig.heard()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void hostsThatSendAPacketEachDoNotKeepTheNextTapFromWaiting() {
        rig.gate(SourceRule.networks(), 100);
        waitFromOtherHosts(1);
        for (int i = 1; i <= 10; i++) {
            rig.now += 20 * MS;
            rig.send(i, SSRC);
            rig.sendFrom(new InetSocketAddress("198.51.100." + i, 9), i, OTHER_SSRC);
        }
        rig.gate.retap(new SourceRule.Exact(PBX));

        assertThat(rig.heard()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void hostsThatSendMoreDoNotPushOutWhoIsAtTheHostThatWasHeard() {
        rig.startStream();
        rig.now += 500 * MS;
        waitFromOtherHosts(20);
        InetSocketAddress next = new InetSocketAddress(PBX.getAddress(), 15_000);
        for (int i = 10; i < 20; i++) {
            rig.sendFrom(next, i, OTHER_SSRC);
            waitFromOtherHosts(20);
        }
        rig.gate.retap(new SourceRule.Exact(next));

        assertThat(rig.heard()).containsExactly(1, 2, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
    }

    @Test
    void norWhoIsInTheNetworksOfThePool() {
        rig.gate(SourceRule.networks("10.0.0.0/8"), 100);
        rig.startStream();
        rig.now += 500 * MS;
        waitFromOtherHosts(20);
        for (int i = 10; i < 20; i++) {
            rig.sendFrom(STRANGER, i, OTHER_SSRC);
            waitFromOtherHosts(20);
        }
        rig.gate.retap(new SourceRule.Exact(STRANGER));

        assertThat(rig.heard()).containsExactly(1, 2, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
    }

    @Test
    void onlyTheLastSecondsOfWhoIsNamedVeryLateAreHeard() {
        rig.gate(SourceRule.networks(), 100);
        for (int i = 1; i <= WaitingRoom.PACKETS + 10; i++) {
            rig.send(i, SSRC);
        }
        rig.gate.retap(new SourceRule.Exact(PBX));

        assertThat(rig.heard()).hasSize(WaitingRoom.PACKETS).startsWith(11);
        assertThat(rig.stats.rejected(RejectReason.SOURCE)).isEqualTo(10);
    }

    @Test
    void whoFallsSilentWaitsNoLonger() {
        rig.gate(SourceRule.networks(), 100);
        rig.startStream();
        rig.now += 1000 * MS * WaitingRoom.FORGOTTEN_AFTER_SECONDS + MS;
        rig.gate.tick(rig.now);

        assertThat(rig.stats.rejected(RejectReason.SOURCE)).isEqualTo(2);
        rig.gate.retap(new SourceRule.Exact(PBX));
        assertThat(rig.heard()).isEmpty();
    }

    @Test
    void refusesASecondSourceWhileTheFirstIsHeard() {
        rig.startStream();
        for (int i = 3; i < 50; i++) {
            rig.now += 20 * MS;
            assertThat(rig.send(i, SSRC)).isNull();
            assertThat(rig.send(1000 + i, OTHER_SSRC)).isEqualTo(RejectReason.SSRC);
        }

        assertThat(rig.heard()).isEqualTo(IntStream.range(1, 50).boxed().toList());
        assertThat(rig.stats.rejected(RejectReason.SSRC)).isEqualTo(47);
    }

    @Test
    void acceptsAnotherSourceFromTheExactAddressOnceTheFirstIsSilent() {
        rig.startStream();
        rig.now += 499 * MS;
        assertThat(rig.send(70, OTHER_SSRC)).isEqualTo(RejectReason.SSRC);
        rig.now += MS;

        assertThat(rig.send(71, OTHER_SSRC)).isNull();
        assertThat(rig.send(72, OTHER_SSRC)).isNull();

        assertThat(rig.heard()).containsExactly(1, 2, 71, 72);
        assertThat(rig.send(3, SSRC)).isEqualTo(RejectReason.SSRC);
    }

    @Test
    void neverAcceptsAnotherSourceFromAnAddressThatWasLearnt() {
        rig.gate(SourceRule.networks("10.0.0.0/8"), 100);
        rig.startStream();
        rig.now += 60_000 * MS;

        assertThat(rig.send(70, OTHER_SSRC)).isEqualTo(RejectReason.SSRC);
    }

    @Test
    void aNewTapIsHeardFromItsOwnAddressAtOnce() {
        rig.startStream();
        rig.gate.retap(new SourceRule.Exact(STRANGER));

        rig.send(3, SSRC);
        rig.sendFrom(STRANGER, 200, OTHER_SSRC);
        rig.sendFrom(STRANGER, 201, OTHER_SSRC);

        assertThat(rig.heard()).containsExactly(1, 2, 200, 201);
        assertThat(rig.send(4, SSRC)).isEqualTo(RejectReason.SOURCE);
    }

    @Test
    void theSameTapAgainChangesNothing() {
        rig.startStream();
        rig.gate.retap(new SourceRule.Exact(new InetSocketAddress("10.0.0.7", 14_002)));

        assertThat(rig.send(3, SSRC)).isNull();
        assertThat(rig.heard()).containsExactly(1, 2, 3);
    }

    @Test
    void strangersDoNotUseUpTheRateOfTheRightSource() {
        for (int i = 0; i < 10_000; i++) {
            rig.sendFrom(STRANGER, i, SSRC);
        }

        rig.startStream();
        assertThat(rig.heard()).containsExactly(1, 2);
    }

    @Test
    void forgedPacketsDoNotUseUpTheRateOfTheStreamThatIsHeard() {
        rig.startStream();
        for (int i = 0; i < 10_000; i++) {
            rig.send(i & 0xFFFF, OTHER_SSRC);
            rig.send(Packets.packet(8, i & 0xFFFF, 0, SSRC, new byte[160]));
            rig.send(new byte[3]);
        }

        assertThat(rig.send(3, SSRC)).isNull();
        assertThat(rig.heard()).containsExactly(1, 2, 3);
    }

    private void waitFromOtherHosts(int packets) {
        for (int host = 1; host <= WaitingRoom.SENDERS; host++) {
            for (int i = 1; i <= packets; i++) {
                rig.sendFrom(new InetSocketAddress("192.0.2." + host, 9), i, 1000 + host);
            }
        }
    }
}
