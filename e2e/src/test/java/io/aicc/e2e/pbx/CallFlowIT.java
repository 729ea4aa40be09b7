package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.CallSessionSpec.CallEvent.Type;
import io.aicc.e2e.pbx.ListeningWorkers.Worker;
import io.aicc.wire.MicroTime;
import io.aicc.wire.event.Channel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls as they come, on a real Asterisk: what becomes of each, and that nothing of it stays in the PBX. */
class CallFlowIT {
    @TempDir
    private static Path folder;

    private static PbxRig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new PbxRig(folder, Map.of("queues.conf", "member => Local/talk@phones/n"));
        rig.startController(Map.of()).awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        rig.close();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        rig.asterisk().cli("channel request hangup all");
        await().atMost(PbxRig.LIMIT)
                .untilAsserted(() -> assertThat(rig.everything()).isEmpty());
    }

    @Test
    void aDialledCallIsHeardOnBothSidesFromTheAddressesThatAreTold() throws Exception {
        String name = rig.call("dial");
        CallSession session = rig.talking(name);
        Worker worker = rig.workers().of(name);
        heard(worker.customer());
        heard(worker.agent());
        assertThat(worker.customer().sources())
                .containsExactly(PbxRig.sources(session).customer());
        assertThat(worker.agent().sources())
                .containsExactly(PbxRig.sources(session).agent());
        assertThat(session.getSpec().customerNumber()).isEqualTo("+82 2 1234 5678");
        assertThat(session.getSpec().language()).isEqualTo("ko-KR");
        assertThat(session.getSpec().agentId()).isEqualTo("talk");
        assertThat(PbxRig.events(session)).isEmpty();
        rig.hangUpCustomer();
        rig.ended(name);
    }

    @Test
    void anOutgoingCallIsHeardOnBothSidesAndTheCustomerIsWhoWasCalled() throws Exception {
        rig.originate("Local/out@agents/n", "out");
        CallSession session = rig.talking("pbx-out");
        Worker worker = rig.workers().of("pbx-out");
        heard(worker.customer());
        heard(worker.agent());
        assertThat(rig.everything()).contains(customer(session) + " " + rig.channelName("Local/talk@phones", ";1"));
        assertThat(session.getSpec().language()).isEqualTo("ko-KR");
        rig.hangUp("Local/talk@phones");
        assertThat(PbxRig.reason(rig.ended("pbx-out"))).isEqualTo("CustomerHangup");
    }

    @Test
    void callsThatTheDialplanCallsTheSameStayApart() throws Exception {
        rig.originate("Local/call-dial@customers/n", "same");
        CallSession first = rig.talking("pbx-same");
        rig.originate("Local/call-dial@customers/n", "same");
        CallSession second = rig.talking("pbx-same-2");
        rig.originate("Local/call-busy@customers/n", "same");
        assertThat(PbxRig.reason(rig.ended("pbx-same-3"))).isEqualTo("Busy");

        assertThat(customer(second)).isNotEqualTo(customer(first));
        for (CallSession call : List.of(first, second)) {
            Worker worker = rig.workers().of(call.getMetadata().getName());
            heard(worker.customer());
            heard(worker.agent());
            assertThat(worker.customer().sources())
                    .containsExactly(PbxRig.sources(call).customer());
            assertThat(worker.agent().sources())
                    .containsExactly(PbxRig.sources(call).agent());
        }
        rig.hangUpAll("Local/call-");
        rig.ended("pbx-same");
        rig.ended("pbx-same-2");
        rig.originate("Local/call-dial@customers/n", "same");
        rig.talking("pbx-same-4");
        rig.hangUpCustomer();
        rig.ended("pbx-same-4");
    }

    private static String customer(CallSession session) {
        return Objects.requireNonNull(session.getSpec().pbx()).customerChannelId() + "";
    }

    @Test
    void noCallIsLostForWhatItsCallerSays() throws Exception {
        rig.originate("Local/hostile@customers/n", "hostile");
        CallSession session = Objects.requireNonNull(
                await().atMost(PbxRig.LIMIT).until(() -> rig.sessionOf("x", "hostile"), found -> found != null));
        assertThat(session.getSpec().customerNumber())
                .startsWith("<script>alert")
                .hasSizeLessThanOrEqualTo(64);
        assertThat(session.getSpec().language()).isEqualTo("en-US");
        assertThat(session.getSpec().agentId()).contains("OR 1=1");
        rig.talking(session.getMetadata().getName());
        rig.hangUp("Local/hostile@customers");
        rig.ended(session.getMetadata().getName());
    }

    @Test
    void theEndIsMarkedWithinASecondThoughTheDialplanIsNotDone() throws Exception {
        String name = rig.call("dial");
        rig.talking(name);
        Instant hungUp = Instant.now();
        rig.hangUpCustomer();
        CallSession ended = rig.ended(name);
        assertThat(Instant.now()).isBefore(hungUp.plusSeconds(1));
        assertThat(PbxRig.reason(ended)).isEqualTo("CustomerHangup");
        assertThat(MicroTime.parse(
                        Objects.requireNonNull(ended.getSpec().ended()).at()))
                .isBetween(hungUp.minusMillis(1), hungUp.plusSeconds(1));
    }

    @Test
    void theAgentMayHangUpFirst() throws Exception {
        assertThat(PbxRig.reason(rig.ended(rig.call("leave")))).isEqualTo("AgentHangup");
    }

    @Test
    void bothMayHangUpAtOnce() throws Exception {
        String name = rig.call("dial");
        rig.talking(name);
        String agent = rig.channelName("Local/talk@phones", ";2");
        String customer = rig.channelName("Local/call-", ";1");
        rig.asterisk().cli("channel request hangup " + agent);
        rig.asterisk().cli("channel request hangup " + customer);
        assertThat(PbxRig.reason(rig.ended(name))).isIn("AgentHangup", "CustomerHangup");
    }

    @Test
    void aCallOf300MillisecondsIsOneSession() throws Exception {
        assertThat(PbxRig.reason(rig.ended(rig.call("short")))).isEqualTo("AgentHangup");
    }

    @Test
    void aBusyAgentEndsTheSession() throws Exception {
        assertThat(PbxRig.reason(rig.ended(rig.call("busy")))).isEqualTo("Busy");
    }

    @Test
    void anAgentWhoDoesNotAnswerEndsTheSession() throws Exception {
        assertThat(PbxRig.reason(rig.ended(rig.call("noanswer")))).isEqualTo("NoAnswer");
    }

    @Test
    void aCustomerMayGiveUpWhileItRings() throws Exception {
        String name = rig.call("ring");
        rig.session(name, session -> true);
        await().atMost(PbxRig.LIMIT).until(() -> rig.taps().size() == 6); // both taps stand before anybody answers
        rig.hangUpCustomer();
        assertThat(PbxRig.reason(rig.ended(name))).isEqualTo("Cancelled");
    }

    @Test
    void aQueuedCallIsHeardOnBothSides() throws Exception {
        String name = rig.call("queue");
        rig.talking(name);
        Worker worker = rig.workers().of(name);
        heard(worker.customer());
        heard(worker.agent());
        rig.hangUpCustomer();
        rig.ended(name);
    }

    @Test
    void aCallSentToStasisHasItsSessionAtOnceAndGoesOn() throws Exception {
        String name = rig.call("stasis");
        CallSession session = rig.session(name, found -> true);
        assertThat(session.getSpec().agentId()).as("nobody's phone rings yet").isNull();
        rig.talking(name);
        rig.hangUpCustomer();
        rig.ended(name);
    }

    @Test
    void aBlindTransferStaysTheSameSession() throws Exception {
        String name = rig.call("dial");
        CallSession before = rig.talking(name);
        Worker worker = rig.workers().of(name);
        heard(worker.agent());
        rig.manager().action("BlindTransfer", "Channel: " + agentLeg("talk"), "Context: transfers", "Exten: 22");
        CallSession after = rig.session(name, session -> participant(session, "second"));
        int spoken = worker.agent().spoken();
        await().atMost(PbxRig.LIMIT).until(() -> worker.agent().spoken() > spoken + 20);
        assertThat(PbxRig.sources(after))
                .as("the worker hears the new agent from the same address")
                .isEqualTo(PbxRig.sources(before));
        rig.hangUpCustomer();
        assertThat(PbxRig.reason(rig.ended(name))).isEqualTo("CustomerHangup");
    }

    @Test
    void anAttendedTransferStaysTheSameSession() throws Exception {
        String name = rig.call("dial");
        rig.talking(name);
        rig.manager().action("Atxfer", "Channel: " + agentLeg("talk"), "Context: transfers", "Exten: 22");
        await().atMost(PbxRig.LIMIT)
                .until(() -> rig.channel("Local/second@phones").isPresent());
        Worker worker = rig.workers().of(name);
        rig.manager().action("Hangup", "Channel: " + agentLeg("talk"));
        rig.session(name, session -> participant(session, "second"));
        int spoken = worker.agent().spoken();
        await().atMost(PbxRig.LIMIT).until(() -> worker.agent().spoken() > spoken + 20);
        rig.hangUpCustomer();
        rig.ended(name);
    }

    @Test
    void whomAnAgentHandsOnIsHeardAsTheCustomer() throws Exception {
        askFor("33");
        rig.talking("pbx-asked");
        rig.manager().action("Hangup", "Channel: " + agentLeg("talk"));
        Worker worker = rig.workers().of("pbx-asked");
        await().atMost(PbxRig.LIMIT)
                .until(() -> rig.channel("Local/talk@phones").isEmpty());
        int customer = worker.customer().spoken();
        int agent = worker.agent().spoken();
        await().atMost(PbxRig.LIMIT)
                .until(() -> worker.customer().spoken() > customer + 20
                        && worker.agent().spoken() > agent + 20);
        rig.hangUp("Local/plain@customers");
        assertThat(PbxRig.reason(rig.ended("pbx-asked"))).isEqualTo("CustomerHangup");
    }

    /** Without a tap on it, Asterisk takes the channel out in whose name the agent asked. */
    @Test
    void whomAnAgentHandsOnBeforeThereIsAWorkerTakesTheAgentsPlace() throws Exception {
        rig.workers().scarce(true);
        CallSession session;
        try {
            askFor("34");
            session = rig.session("pbx-asked-early", found -> true);
            await().atMost(PbxRig.LIMIT).until(() -> rig.channel("Local/second@phones")
                    .filter(phone -> phone.path("state").asText().equals("Up"))
                    .isPresent());
        } finally {
            rig.workers().scarce(false);
        }
        rig.manager().action("Hangup", "Channel: " + agentLeg("talk"));
        await().atMost(PbxRig.LIMIT)
                .until(() -> rig.channel("Local/34@transfers").isEmpty());
        rig.workers().serve(session);
        rig.talking("pbx-asked-early");
        heard(rig.workers().of("pbx-asked-early").customer());
        rig.hangUp("Local/plain@customers");
        assertThat(PbxRig.reason(rig.ended("pbx-asked-early"))).isEqualTo("CustomerHangup");
    }

    /** Somebody whose call nobody wants calls an agent, who begins to transfer them to where calls are wanted. */
    private static void askFor(String exten) throws Exception {
        rig.originate("Local/plain@customers/n", "plain");
        await().atMost(PbxRig.LIMIT).until(() -> rig.channel("Local/talk@phones")
                .filter(phone -> phone.path("state").asText().equals("Up"))
                .isPresent());
        rig.manager().action("Atxfer", "Channel: " + agentLeg("talk"), "Context: transfers", "Exten: " + exten);
    }

    @Test
    void aThirdPartyIsHeardOnTheAgentsSide() throws Exception {
        String name = rig.call("dial");
        rig.talking(name);
        rig.manager()
                .action(
                        "Originate",
                        "Channel: Local/join@phones/n",
                        "Application: Playback",
                        "Data: demo-congrats",
                        "Variable: __JOINED=" + agentLeg("talk"),
                        "Async: true");
        rig.session(name, session -> PbxRig.events(session).stream()
                .anyMatch(event ->
                        Objects.requireNonNullElse(event.participantId(), "").startsWith("talk, ")));
        await().atMost(PbxRig.LIMIT)
                .until(() -> rig.taps().stream()
                                .filter(tap -> tap.contains(".agent.1.snoop"))
                                .count()
                        == 2);
        rig.hangUpCustomer();
        rig.ended(name);
    }

    @Test
    void keysAreToldWithoutSayingWhich() throws Exception {
        String name = rig.call("dial");
        rig.talking(name);
        rig.manager().action("PlayDTMF", "Channel: " + agentLeg("talk"), "Digit: 7", "Receive: true");
        CallSession session = rig.session(name, found -> !PbxRig.events(found).isEmpty());
        assertThat(PbxRig.events(session))
                .extracting(CallEvent::type, CallEvent::channel, CallEvent::participantId)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(Type.Dtmf, Channel.AGENT, null));
        rig.hangUpCustomer();
        rig.ended(name);
    }

    @Test
    void aCallMovedToAnotherBridgeIsHeardOn() throws Exception {
        String name = rig.call("dial");
        rig.talking(name);
        Worker worker = rig.workers().of(name);
        heard(worker.agent());
        String customer = rig.channelName("Local/call-dial@customers", ";2");
        rig.manager()
                .action(
                        "Redirect",
                        "Channel: " + customer,
                        "ExtraChannel: " + agentLeg("talk"),
                        "Context: transfers",
                        "Exten: room",
                        "Priority: 1");
        int spoken = worker.agent().spoken();
        await().atMost(PbxRig.LIMIT).until(() -> worker.agent().spoken() > spoken + 20);
        rig.hangUpCustomer();
        assertThat(PbxRig.events(rig.ended(name))).as("the same people").isEmpty();
    }

    @Test
    void anotherWorkerHearsTheRestOfTheCall() throws Exception {
        String name = rig.call("dial");
        CallSession before = rig.talking(name);
        heard(rig.workers().of(name).agent());
        rig.workers().replace(name);
        Worker second = rig.workers().of(name);
        heard(second.customer());
        heard(second.agent());
        CallSession after = rig.session(
                name,
                session -> !PbxRig.sources(session).equals(PbxRig.sources(before))
                        && second.agent()
                                .sources()
                                .contains(PbxRig.sources(session).agent()));
        assertThat(second.customer().sources())
                .containsExactly(PbxRig.sources(after).customer());
        await().atMost(PbxRig.LIMIT).until(() -> rig.taps().stream().allMatch(tap -> tap.contains(".2.")));
        rig.hangUpCustomer();
        rig.ended(name);
    }

    private static void heard(Ear ear) {
        await().atMost(Duration.ofSeconds(10)).until(() -> ear.spoken() > 20);
    }

    private static boolean participant(CallSession session, String name) {
        return PbxRig.events(session).stream()
                .anyMatch(event -> event.type() == Type.ParticipantChanged && name.equals(event.participantId()));
    }

    private static String agentLeg(String exten) throws Exception {
        return rig.channelName("Local/" + exten + "@phones", ";1");
    }
}
