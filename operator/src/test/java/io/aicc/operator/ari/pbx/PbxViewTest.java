package io.aicc.operator.ari.pbx;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.ari.pbx.Conversation.EndReason;
import io.aicc.operator.ari.pbx.Conversation.Stage;
import io.aicc.operator.ari.pbx.PbxEvent.DialStatus;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which calls there are, and who is who in them. */
class PbxViewTest {
    private final Pbx pbx = new Pbx();

    @Test
    void onlyMarkedCallsAreOurs() {
        pbx.phone("a").phone("b").rings("a", "b").answers("a", "b").enters("x", "a", "b");
        assertThat(pbx.view.customers()).isEmpty();
    }

    @Test
    void aCallGoesFromAloneToRingingToTalking() {
        pbx.customer("c");
        assertThat(pbx.says("c")).isEqualTo("ALONE");
        pbx.phone("agent").dial("c", "agent", DialStatus.CALLING);
        assertThat(pbx.says("c")).as("the phone does not ring yet").isEqualTo("ALONE");
        pbx.dial("c", "agent", DialStatus.RINGING);
        assertThat(pbx.says("c")).isEqualTo("RINGING agent");
        pbx.answers("c", "agent");
        assertThat(pbx.says("c")).isEqualTo("TALKING agent");
        pbx.enters("x", "c", "agent");
        assertThat(pbx.says("c")).isEqualTo("TALKING agent");
    }

    @Test
    void anOutgoingCallThatIsMarkedOnItsCustomersChannelBeginsWithTheAnswer() {
        pbx.phone("agent").customer("c").rings("agent", "c");
        assertThat(pbx.says("c")).isEqualTo("ALONE");
        pbx.answers("agent", "c").enters("x", "c", "agent");
        assertThat(pbx.says("c")).isEqualTo("TALKING agent");
        pbx.hangsUp("c").gone("c", "agent");
        assertThat(pbx.end("c")).contains(EndReason.CustomerHangup);
    }

    @Test
    void whoIsDialledThroughALocalChannelIsThePhoneBehindIt() {
        pbx.customer("c").local("member").rings("c", "member;1");
        pbx.phone("agent").rings("member;2", "agent");
        assertThat(pbx.says("c")).isEqualTo("RINGING agent");
        pbx.answers("member;2", "agent").enters("inner", "member;2", "agent");
        pbx.answers("c", "member;1").enters("outer", "c", "member;1");
        assertThat(pbx.says("c")).isEqualTo("TALKING agent");
    }

    @Test
    void aLocalChannelThatIsOptimisedAwayLeavesThePhone() {
        whoIsDialledThroughALocalChannelIsThePhoneBehindIt();
        pbx.leaves("inner", "agent").enters("outer", "agent").gone("member;1", "member;2");
        assertThat(pbx.says("c")).isEqualTo("TALKING agent");
    }

    @Test
    void theHalfOfALocalChannelIsTheAgentWhenAnApplicationSpeaksBehindIt() {
        pbx.customer("c")
                .local("robot")
                .rings("c", "robot;1")
                .answers("c", "robot;1")
                .enters("x", "c", "robot;1");
        assertThat(pbx.says("c")).isEqualTo("TALKING robot;1");
    }

    @Test
    void ofSeveralPhonesThatRingTheOneThatAnswersTalks() {
        pbx.customer("c").phone("one").phone("two").rings("c", "one").rings("c", "two");
        assertThat(pbx.says("c")).isEqualTo("RINGING one two");
        pbx.answers("c", "two")
                .dial("c", "one", DialStatus.CANCELLED)
                .gone("one")
                .enters("x", "c", "two");
        assertThat(pbx.says("c")).isEqualTo("TALKING two");
    }

    @Test
    void nobodyTalksInAHoldingBridge() {
        pbx.customer("c").phone("agent");
        pbx.view.apply(
                new PbxEvent.BridgeSeen(new PbxBridge("lot", "holding", new LinkedHashSet<>(List.of("c", "agent")))));
        assertThat(pbx.says("c")).isEqualTo("ALONE");
    }

    @Test
    void tapsAreNoParties() {
        talking();
        pbx.channel("s", "Snoop/c-00000001", PbxChannel.State.UP, Map.of()).enters("x", "s");
        assertThat(pbx.says("c")).isEqualTo("TALKING agent");
    }

    @Test
    void blindTransfer() {
        talking();
        pbx.leaves("x", "agent", "c").hangsUp("agent").gone("agent");
        assertThat(pbx.says("c")).isEqualTo("ALONE");
        pbx.phone("second").rings("c", "second").answers("c", "second").enters("y", "c", "second");
        assertThat(pbx.says("c")).isEqualTo("TALKING second");
        pbx.hangsUp("c");
        assertThat(pbx.end("c")).contains(EndReason.CustomerHangup);
    }

    @Test
    void attendedTransferByMovingTheTargetIn() {
        talking();
        pbx.phone("agent2").phone("second").rings("agent2", "second").enters("y", "agent2", "second");
        assertThat(pbx.says("c")).isEqualTo("TALKING agent");
        pbx.leaves("y", "second").enters("x", "second").leaves("x", "agent").gone("agent", "agent2");
        assertThat(pbx.says("c")).isEqualTo("TALKING second");
    }

    @Test
    void anAgentWhoConsultsElsewhereIsNotHeardMeanwhile() {
        talking();
        pbx.leaves("x", "agent").phone("second").enters("y", "agent", "second");
        assertThat(pbx.says("c")).isEqualTo("ALONE");
        pbx.leaves("y", "agent").enters("x", "agent");
        assertThat(pbx.says("c")).isEqualTo("TALKING agent");
    }

    @Test
    void aThirdPartyIsOneMoreAgent() {
        talking();
        pbx.phone("third").enters("x", "third");
        assertThat(pbx.says("c")).isEqualTo("TALKING agent third");
    }

    @Test
    void theCallMovesToAnotherBridge() {
        talking();
        pbx.leaves("x", "c").enters("y", "c").leaves("x", "agent").enters("y", "agent");
        assertThat(pbx.says("c")).isEqualTo("TALKING agent");
    }

    @Test
    void whoStandsForACustomerIsTheCustomer() {
        talking();
        pbx.phone("again");
        pbx.view.apply(new PbxEvent.Replaced("c", "again"));
        pbx.leaves("x", "c").enters("x", "again");
        pbx.customer("c");
        assertThat(pbx.view.conversation("c"))
                .as("seen once more on its way out, its call is not begun anew")
                .isEmpty();
        pbx.gone("c");
        assertThat(pbx.view.conversation("c")).isEmpty();
        assertThat(pbx.says("again")).isEqualTo("TALKING agent");
        assertThat(pbx.conversation("again").mark().callId()).isEqualTo("c");
    }

    @Test
    void anAgentWhoComesBackHasNotHungUp() {
        talking();
        pbx.leaves("x", "agent").enters("x", "agent");
        pbx.hangsUp("c");
        assertThat(pbx.end("c")).contains(Conversation.EndReason.CustomerHangup);
    }

    @Test
    void whoWasBehindALocalChannelStandsForItWhenItIsTakenOut() {
        pbx.phone("caller").phone("receptionist").enters("x", "caller", "receptionist");
        pbx.channel("l1", "Local/33@desk-00000001;1", PbxChannel.State.UP, Map.of());
        pbx.channel("l2", "Local/33@desk-00000001;2", PbxChannel.State.UP, Map.of("AICC_TRANSCRIBE", "yes"));
        pbx.phone("agent").rings("l2", "agent").answers("l2", "agent").enters("y", "l2", "agent");
        pbx.leaves("x", "receptionist").enters("z", "receptionist", "l1");
        assertThat(pbx.says("l2")).isEqualTo("TALKING agent");
        pbx.leaves("z", "receptionist").gone("receptionist");
        pbx.leaves("z", "l1").enters("x", "l1");
        pbx.leaves("y", "agent").leaves("x", "l1").enters("x", "agent").leaves("y", "l2");
        pbx.hangsUp("l2").gone("l2", "l1");
        assertThat(pbx.says("caller")).isEqualTo("TALKING agent");
        assertThat(pbx.conversation("caller").mark().callId()).isEqualTo("l2");
        pbx.hangsUp("caller");
        assertThat(pbx.end("caller")).contains(Conversation.EndReason.CustomerHangup);
    }

    @Test
    void aLocalCustomerWhomNobodyFollowsHangsUp() {
        pbx.phone("caller");
        pbx.channel("l1", "Local/33@desk-00000001;1", PbxChannel.State.UP, Map.of());
        pbx.channel("l2", "Local/33@desk-00000001;2", PbxChannel.State.UP, Map.of("AICC_TRANSCRIBE", "yes"));
        pbx.phone("agent").enters("y", "l2", "agent").enters("x", "caller", "l1");
        pbx.hangsUp("l2");
        assertThat(pbx.end("l2")).contains(Conversation.EndReason.CustomerHangup);
        assertThat(pbx.view.conversation("caller")).isEmpty();
    }

    @Test
    void ofTwoMarkedPartiesTheEarlierIsTheCustomer() {
        pbx.customer("first").customer("later").enters("x", "first", "later");
        assertThat(pbx.says("first")).isEqualTo("TALKING later");
        assertThat(pbx.says("later")).isEqualTo("ALONE");
    }

    @Test
    void aCallThatComesByStasisIsWantedAtOnce() {
        pbx.phone("c");
        pbx.view.apply(new PbxEvent.StasisEntered("c", List.of("ko-KR")));
        assertThat(pbx.conversation("c").mark().announced()).isTrue();
        assertThat(pbx.conversation("c").mark().language()).isEqualTo("ko-KR");
    }

    @Test
    void theMarkSaysWhatTheDialplanSaid() {
        pbx.channel(
                "c",
                "PJSIP/trunk-1",
                PbxChannel.State.OTHER,
                Map.of("AICC_TRANSCRIBE", "YES", "AICC_LANGUAGE", "ko-KR", "AICC_AGENT", "kim", "AICC_CALL", "crm-7"));
        assertThat(pbx.conversation("c").mark()).isEqualTo(new TranscriptionMark("c", "crm-7", "ko-KR", "kim", false));
    }

    @Test
    void saysWhoHungUpFirst() {
        talking();
        pbx.hangsUp("agent").hangsUp("c");
        assertThat(pbx.end("c")).contains(EndReason.AgentHangup);
    }

    @Test
    void saysSoWhenTheAgentIsSimplyGone() {
        talking();
        pbx.gone("agent", "c");
        assertThat(pbx.end("c")).contains(EndReason.AgentHangup);
    }

    @Test
    void aSoftRequestIsNoEnd() {
        talking();
        pbx.view.apply(new PbxEvent.HangupAsked("c", false));
        assertThat(pbx.says("c")).isEqualTo("TALKING agent");
    }

    @Test
    void saysWhyNobodyAnswered() {
        for (var expected : Map.of(
                        DialStatus.BUSY, EndReason.Busy,
                        DialStatus.NO_ANSWER, EndReason.NoAnswer,
                        DialStatus.UNREACHABLE, EndReason.Unreachable,
                        DialStatus.CANCELLED, EndReason.NoAnswer)
                .entrySet()) {
            Pbx other = new Pbx();
            other.customer("c").phone("agent").rings("c", "agent").dial("c", "agent", expected.getKey());
            other.gone("agent", "c");
            assertThat(other.end("c")).contains(expected.getValue());
        }
    }

    @Test
    void theCustomerGaveUp() {
        pbx.customer("c").phone("agent").rings("c", "agent").hangsUp("c");
        assertThat(pbx.end("c")).contains(EndReason.Cancelled);
    }

    @Test
    void aCallThatIsOverStaysOverUntilForgotten() {
        talking();
        pbx.hangsUp("c");
        pbx.view.apply(new PbxEvent.ChannelSeen(
                new PbxChannel("c", "PJSIP/trunk-c", PbxChannel.State.UP, null, List.of(), Map.of())));
        assertThat(pbx.conversation("c").stage()).isEqualTo(Stage.OVER);
        pbx.gone("c");
        pbx.view.forget("c");
        assertThat(pbx.view.conversation("c")).isEmpty();
    }

    @Test
    void aCallThatIsOverAndForgottenDoesNotBeginAgainWhileItsChannelLingers() {
        talking();
        pbx.hangsUp("c");
        pbx.view.forget("c");
        pbx.customer("c");
        assertThat(pbx.view.conversation("c")).isEmpty();
    }

    @Test
    void aLateEventBringsNothingBack() {
        talking();
        pbx.gone("agent");
        pbx.phone("agent").enters("x", "agent");
        assertThat(pbx.says("c")).isEqualTo("ALONE");
    }

    @Test
    void aSnapshotEndsCallsThatNobodySawEnd() {
        talking();
        pbx.view.beforeSnapshot();
        pbx.view.apply(new PbxSnapshot(List.of(), List.of()));
        assertThat(pbx.end("c")).contains(EndReason.EndedUnwatched);
    }

    @Test
    void aSnapshotShowsCallsThatNobodySawBegin() {
        talking();
        PbxView other = new PbxView();
        other.apply(pbx.snapshot());
        assertThat(other.conversation("c").orElseThrow().stage()).isEqualTo(Stage.TALKING);
    }

    @Test
    void whatEventsToldSinceTheSnapshotWasAskedForIsNewer() {
        talking();
        PbxSnapshot before = pbx.snapshot();
        pbx.view.beforeSnapshot();
        pbx.customer("new").gone("agent");
        pbx.view.apply(before);
        assertThat(pbx.view.conversation("new"))
                .as("not in the snapshot, yet there")
                .isPresent();
        assertThat(pbx.says("c")).as("in the snapshot, yet gone").isEqualTo("ALONE");
    }

    @Test
    void countsWhatOccupiesRtpPorts() {
        talking();
        pbx.channel("m", "UnicastRTP/10.0.0.1:20000-0x1", PbxChannel.State.UP, Map.of())
                .local("l");
        assertThat(pbx.view.rtpChannels()).isEqualTo(3);
        assertThat(pbx.view.rtpInstruments()).isEqualTo(1);
        pbx.gone("m");
        assertThat(pbx.view.rtpChannels()).isEqualTo(2);
    }

    private void talking() {
        pbx.customer("c")
                .phone("agent")
                .rings("c", "agent")
                .answers("c", "agent")
                .enters("x", "c", "agent");
    }

    @Test
    @Timeout(60)
    void aConferenceOfHundredsIsSeenThrough() {
        talking();
        String[] guests = IntStream.range(0, 400).mapToObj(i -> "guest" + i).toArray(String[]::new);
        for (String guest : guests) {
            pbx.phone(guest).enters("conference", guest);
        }
        pbx.view.beforeSnapshot();
        pbx.view.apply(pbx.snapshot());
        assertThat(pbx.says("c")).isEqualTo("TALKING agent");
        pbx.leaves("conference", guests).gone(guests);
        assertThat(pbx.view.rtpChannels()).isEqualTo(2);
    }
}
