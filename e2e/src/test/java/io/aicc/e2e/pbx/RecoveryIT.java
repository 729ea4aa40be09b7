package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.e2e.pbx.PbxRig.Controller;
import io.aicc.operator.ari.call.CallSessions;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The controller may be away, killed, deaf or refused: calls do not notice, and what it missed it finds again. */
class RecoveryIT {
    @TempDir
    private static Path folder;

    private static PbxRig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new PbxRig(folder, Map.of());
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
        rig.stopControllers();
    }

    @Test
    void aNewControllerTakesUpLiveCalls() throws Exception {
        Controller first = rig.startController(Map.of());
        String name = rig.call("dial");
        rig.talking(name);
        List<String> taps = rig.taps();
        first.stop();

        rig.startController(Map.of()).awaitReady();
        goesOn(rig.workers().of(name).agent());
        assertThat(rig.taps()).as("nothing is made anew").containsExactlyInAnyOrderElementsOf(taps);
        rig.hangUpCustomer();
        assertThat(PbxRig.reason(rig.ended(name))).isEqualTo("CustomerHangup");
    }

    @Test
    void aCallThatEndedUnwatchedIsEndedAndItsTapsAreSwept() throws Exception {
        Controller first = rig.startController(Map.of());
        String name = rig.call("dial");
        rig.talking(name);
        first.stop();
        rig.hangUpCustomer();
        await().atMost(PbxRig.LIMIT)
                .until(() -> rig.everything().stream().allMatch(object -> object.startsWith("aicc-")));
        assertThat(rig.taps()).as("left behind").isNotEmpty();

        Controller second = rig.startController(Map.of());
        assertThat(PbxRig.reason(rig.ended(name))).isEqualTo("EndedUnwatched");
        await().atMost(PbxRig.LIMIT).until(() -> rig.taps().isEmpty());
        assertThat(second.metric("aicc_pbx_leaks_total{kind=\"session\"}")).isEqualTo(1);
    }

    @Test
    void tapsOfNoCallAreSweptAndCounted() throws Exception {
        Controller controller = rig.startController(Map.of());
        controller.awaitReady();
        rig.makeBridge("aicc-pbx-long-gone.agent.1.bridge-x");
        rig.makeBridge("other-pbx-long-gone.agent.1.bridge-x");
        await().atMost(PbxRig.LIMIT).until(() -> rig.taps().isEmpty());
        assertThat(controller.metric("aicc_pbx_leaks_total{kind=\"bridge\"}")).isEqualTo(1);
        assertThat(rig.everything()).as("another installation's").hasSize(1);
        rig.removeBridge("other-pbx-long-gone.agent.1.bridge-x");
    }

    @Test
    void aCallThatBeganUnwatchedIsHeardFromThenOn() throws Exception {
        String name = rig.call("dial");
        await().atMost(PbxRig.LIMIT)
                .until(() -> rig.channel("Local/talk@phones").isPresent());
        rig.startController(Map.of()).awaitReady();
        rig.talking(name);
        goesOn(rig.workers().of(name).customer());
        rig.hangUpCustomer();
        rig.ended(name);
    }

    @Test
    void withoutAControllerACallThatAsksForOneGoesOn() throws Exception {
        String name = rig.call("stasis");
        await().atMost(PbxRig.LIMIT)
                .until(() -> rig.channel("Local/talk@phones").isPresent());
        assertThat(rig.workers().session(name)).isNull();
    }

    @Test
    void aCutConnectionIsMadeAgainAndWhatWasMissedIsFound() throws Exception {
        try (Wire wire = new Wire(rig.asterisk().ari())) {
            Controller controller =
                    rig.startController(Map.of("ARI_URL", wire.url().toString()));
            controller.awaitReady();
            String before = rig.call("dial");
            rig.talking(before);
            wire.cut(true);
            await().atMost(Duration.ofSeconds(5)).until(() -> !controller.ready());
            rig.hangUpCustomer();
            String meanwhile = rig.call("dial");
            wire.cut(false);
            rig.talking(meanwhile);
            assertThat(PbxRig.reason(rig.ended(before))).isEqualTo("EndedUnwatched");
            await().atMost(PbxRig.LIMIT).until(controller::ready);
            assertThat(controller.metric("aicc_ari_request_seconds_count{operation=\"filter_events\",outcome=\"ok\"}"))
                    .as("it is told again what to tell")
                    .isEqualTo(controller.metric("aicc_ari_connects_total{outcome=\"ok\"}"))
                    .isEqualTo(2);
            rig.hangUpCustomer();
            rig.ended(meanwhile);
            await().atMost(PbxRig.LIMIT).until(() -> rig.taps().isEmpty());
        }
    }

    @Test
    void sessionsOfAPbxThatStaysAwayAreEnded() throws Exception {
        try (Wire wire = new Wire(rig.asterisk().ari())) {
            Controller controller =
                    rig.startController(Map.of("ARI_URL", wire.url().toString(), "AICC_ARI_SESSION_TTL_SECONDS", "2"));
            controller.awaitReady();
            String name = rig.call("dial");
            rig.talking(name);
            wire.cut(true);
            assertThat(PbxRig.reason(rig.ended(name))).isEqualTo("PbxLost");
            assertThat(controller.metric("aicc_pbx_leaks_total{kind=\"session\"}"))
                    .isEqualTo(1);
            wire.cut(false);
            rig.talking(name + "-2");
            rig.hangUpCustomer();
            rig.ended(name + "-2");
            await().atMost(PbxRig.LIMIT).until(() -> rig.taps().isEmpty());
        }
    }

    @Test
    void aCustomerWhomEverybodyHasLeftEndsTheSessionOnlyWhileThePbxIsHeard() throws Exception {
        try (Wire wire = new Wire(rig.asterisk().ari())) {
            rig.startController(Map.of("ARI_URL", wire.url().toString(), "AICC_ARI_ALONE_SECONDS", "1"))
                    .awaitReady();
            String name = rig.call("stay");
            rig.talking(name);
            await().atMost(PbxRig.LIMIT)
                    .until(() -> rig.taps().stream().noneMatch(tap -> tap.contains(".agent.1.snoop")));
            wire.silence(true);
            await().during(Duration.ofSeconds(2)).until(() -> rig.live().contains(name));
            sendTo("dial");
            await().atMost(PbxRig.LIMIT)
                    .until(() -> rig.channel("Local/talk@phones").isPresent());
            wire.silence(false);
            goesOn(rig.workers().of(name).agent());
            assertThat(rig.live()).contains(name);

            sendTo("stay");
            assertThat(PbxRig.reason(rig.ended(name))).isEqualTo("AgentHangup");
            assertThat(rig.channel("Local/call-"))
                    .as("the customer is still there")
                    .isPresent();
            await().atMost(PbxRig.LIMIT).until(() -> rig.taps().isEmpty());
        }
    }

    /** The customer of the only call goes elsewhere in the dialplan. */
    private static void sendTo(String exten) throws Exception {
        String customer = rig.channelName("Local/call-", ";2");
        rig.manager().action("Redirect", "Channel: " + customer, "Context: calls", "Exten: " + exten, "Priority: 1");
    }

    @Test
    void oneWhosePlaceIsTakenTouchesNothingUntilItIsFree() throws Exception {
        Controller controller = rig.startController(Map.of());
        controller.awaitReady();
        String name = rig.call("dial");
        rig.talking(name);
        String looks = "aicc_ari_request_seconds_count{operation=\"ping\",outcome=\"ok\"}";
        String theirs = "aicc-pbx-of-somebody-else.agent.1.bridge-x";
        try (Ari ari = new Ari(rig.asterisk());
                AutoCloseable other = ari.takeEventsOf("aicc")) {
            await().atMost(PbxRig.LIMIT)
                    .until(() -> controller.says().contains("replaced: another controller is connected as aicc"));
            assertThat(controller.ready()).isFalse();
            assertThat(controller.metric("aicc_ari_replaced_total")).isEqualTo(1);
            rig.makeBridge(theirs);
            List<String> before = rig.taps();
            rig.hangUpCustomer();
            double asked = controller.metric(looks);
            await().atMost(PbxRig.LIMIT).until(() -> controller.metric(looks) > asked);
            assertThat(rig.taps())
                    .as("longer than a sweep takes to come")
                    .contains(theirs + " ")
                    .isSubsetOf(before);
            assertThat(rig.live()).contains(name);
        }
        await().atMost(PbxRig.LIMIT).until(controller::ready);
        assertThat(PbxRig.reason(rig.ended(name))).isEqualTo("EndedUnwatched");
        await().atMost(PbxRig.LIMIT).until(() -> rig.taps().isEmpty());
    }

    @Test
    void connectedButDeafIsNotReady() throws Exception {
        try (Wire wire = new Wire(rig.asterisk().ari())) {
            Controller controller =
                    rig.startController(Map.of("ARI_URL", wire.url().toString()));
            controller.awaitReady();
            wire.silence(true);
            await().atMost(Duration.ofSeconds(20)).until(() -> !controller.ready());
            wire.silence(false);
            await().atMost(Duration.ofSeconds(30)).until(controller::ready);
        }
    }

    @Test
    void wrongCredentialsAreNotReadyAndSaySo() throws Exception {
        Controller controller = rig.startController(Map.of("ARI_PASSWORD", "guessed"));
        await().atMost(PbxRig.LIMIT).until(() -> controller.says().contains("not connected: connect aicc: 401"));
        assertThat(controller.ready()).isFalse();
    }

    @Test
    void whereSessionsAreRefusedItIsNotReadyAndSaysSoBeforeTheFirstCall() throws Exception {
        Controller controller = rig.startController(Map.of("AICC_NAMESPACE", "no-such-namespace"));
        await().atMost(PbxRig.LIMIT)
                .until(() -> controller.says().contains("sessions refused by the API: create missing"));
        assertThat(controller.ready()).isFalse();
        assertThat(controller.metric("aicc_pbx_session_failures_total{reason=\"missing\"}"))
                .isPositive();
        rig.call("dial");
        await().atMost(PbxRig.LIMIT).until(() -> controller.metric("aicc_pbx_calls_failing") == 1);
        assertThat(rig.channel("Local/talk@phones"))
                .as("the call is up all the same")
                .isPresent();
        rig.hangUpCustomer();
        await().atMost(PbxRig.LIMIT).until(() -> controller.metric("aicc_pbx_calls_failing") == 0);
    }

    @Test
    void withoutPortsACallGoesOnUntranscribed() throws Exception {
        Controller controller = rig.startController(Map.of("AICC_ARI_PORT_BUDGET", "3"));
        controller.awaitReady();
        String name = rig.call("dial");
        await().atMost(PbxRig.LIMIT)
                .until(() -> controller.metric("aicc_pbx_untapped_total{reason=\"port_budget\"}") == 1);
        await().atMost(PbxRig.LIMIT)
                .until(() -> rig.channel("Local/talk@phones").isPresent());
        assertThat(rig.workers().session(name)).isNull();
        assertThat(rig.taps()).isEmpty();
    }

    @Test
    void aPbxThatHasAllTheWorkersItMayHaveGoesOnUntranscribed() throws Exception {
        Controller controller = rig.startController(Map.of("AICC_ARI_MAX_CALLS", "1"));
        controller.awaitReady();
        String first = rig.call("dial");
        rig.talking(first);
        String second = rig.call("dial");
        await().atMost(PbxRig.LIMIT)
                .until(() -> controller.metric("aicc_pbx_untapped_total{reason=\"call_limit\"}") == 1);
        assertThat(rig.workers().session(second)).isNull();
        goesOn(rig.workers().of(first).agent());
    }

    @Test
    void aStandbyTakesOver() throws Exception {
        Map<String, String> election = Map.of(
                "AICC_LEADER_ELECTION", "true",
                "AICC_LEASE_SECONDS", "5",
                "AICC_LEASE_RENEW_SECONDS", "3",
                "AICC_LEASE_RETRY_SECONDS", "1");
        Controller leader = rig.startController(election);
        await().atMost(PbxRig.LIMIT).until(() -> leader.metric("aicc_ari_connected") == 1);
        Controller standby = rig.startController(election);
        standby.awaitReady();
        assertThat(standby.metric("aicc_ari_connects_total{outcome=\"ok\"}"))
                .as("a second event stream would take the first one's place")
                .isZero();
        String name = rig.call("dial");
        rig.talking(name);
        leader.stop();
        await().atMost(PbxRig.LIMIT).until(() -> standby.metric("aicc_ari_connected") == 1);
        goesOn(rig.workers().of(name).agent());
        rig.hangUpCustomer();
        assertThat(PbxRig.reason(rig.ended(name))).isEqualTo("CustomerHangup");
    }

    @Test
    void aPbxThatWasRestartedHasEndedItsCalls() throws Exception {
        Controller controller = rig.startController(Map.of());
        String before = rig.call("dial");
        rig.talking(before);
        rig.restartAsterisk();
        assertThat(PbxRig.reason(rig.ended(before))).isEqualTo("EndedUnwatched");
        await().atMost(PbxRig.LIMIT).until(controller::ready);
        String after = rig.call("dial");
        rig.talking(after);
        rig.hangUpCustomer();
        rig.ended(after);
    }

    @Test
    void aSessionThatLosesItsLabelForAWhileKeepsItsTapsAndIsEnded() throws Exception {
        rig.startController(Map.of());
        String name = rig.call("dial");
        String pbx = rig.talking(name).getMetadata().getLabels().get(CallSessions.PBX_LABEL);
        List<String> taps = rig.taps();
        label(name, null);
        goesOn(rig.workers().of(name).agent());
        label(name, pbx);
        goesOn(rig.workers().of(name).agent());
        assertThat(rig.taps()).containsExactlyInAnyOrderElementsOf(taps);

        label(name, null);
        goesOn(rig.workers().of(name).agent());
        rig.hangUpCustomer();
        assertThat(PbxRig.reason(rig.ended(name))).isEqualTo("CustomerHangup");
    }

    @Test
    void aSessionThatIsDeletedLosesItsTaps() throws Exception {
        rig.startController(Map.of());
        String name = rig.call("dial");
        rig.talking(name);
        try (KubernetesClient client = rig.cluster().newClient()) {
            client.resources(CallSession.class)
                    .inNamespace(rig.cluster().namespace())
                    .withName(name)
                    .delete();
        }
        await().atMost(PbxRig.LIMIT).until(() -> rig.taps().isEmpty());
    }

    private static void label(String name, @Nullable String pbx) {
        try (KubernetesClient client = rig.cluster().newClient()) {
            String value = pbx == null ? "null" : '"' + pbx + '"';
            client.resources(CallSession.class)
                    .inNamespace(rig.cluster().namespace())
                    .withName(name)
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"metadata\": {\"labels\": {\"" + CallSessions.PBX_LABEL + "\": " + value + "}}}");
        }
    }

    private static void goesOn(Ear ear) {
        int packets = ear.packets();
        await().atMost(Duration.ofSeconds(10)).until(() -> ear.packets() > packets + 20);
    }
}
