package io.aicc.operator.ari.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.loway.oss.ari4java.tools.HttpResponseHandler;
import ch.loway.oss.ari4java.tools.WsClient;
import io.aicc.operator.ari.call.CallMetrics;
import io.aicc.operator.ari.call.CallPolicy;
import io.aicc.operator.ari.call.CallSessions;
import io.aicc.operator.ari.call.Switchboard;
import io.aicc.operator.ari.guard.Budget;
import io.aicc.operator.ari.pbx.PbxBridge;
import io.aicc.operator.ari.pbx.PbxChannel;
import io.aicc.operator.ari.pbx.PbxChannel.State;
import io.aicc.operator.ari.pbx.PbxEvent;
import io.aicc.operator.ari.pbx.PbxSnapshot;
import io.aicc.runtime.SteadyClock;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A PBX is full of what is not ours: none of it is ended, moved or taken out of anybody's application. */
class OnlyOursTest {
    private static final CallPolicy POLICY = new CallPolicy(
            "pbx", "127.0.0.1", "aicc", "en-US", "default", CallPolicy.Start.RINGING, true, Duration.ofSeconds(30));

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final KubernetesClient nobody = new KubernetesClientBuilder().build();
    private final PbxCommands commands = commands();
    private final Switchboard board = new Switchboard(
            POLICY,
            new CallSessions(nobody, "default", "pbx", registry),
            commands,
            new Budget(100, 100),
            new CallMetrics(registry),
            InstantSource.system(),
            new SteadyClock(),
            Duration.ofHours(1));

    @AfterEach
    void close() {
        board.close();
        nobody.close();
    }

    @Test
    void ofAllThatIsThereOnlyOrphansOfOursAreRemovedAndOnlyWhoWaitsForUsGoesOn() {
        board.beforeSnapshot();
        board.snapshot(new PbxSnapshot(
                List.of(
                        channel("1.1", "PJSIP/trunk-1"),
                        channel("1.2", "PJSIP/agent-1", "theirs", "aicc"),
                        channel("1.3", "PJSIP/agent-2", "aicc_2"),
                        channel("aicc-of-somebody", "PJSIP/agent-3"),
                        channel("aicc_2-pbx-1.agent.1.media-x", "UnicastRTP/127.0.0.1"),
                        channel("recorder", "Snoop/1.1-1", "aicc"),
                        channel("aicc-pbx-1.agent.1.snoop-leg-x", "Snoop/1.1-2", "aicc"),
                        channel("1.4", "PJSIP/trunk-2", "aicc", "call-7")),
                List.of(bridge("holding"), bridge("aicc-conference"), bridge("aicc-pbx-1.agent.1.bridge-x"))));

        Set<String> ours = Set.of(
                "DELETE /channels/aicc-pbx-1.agent.1.snoop-leg-x",
                "DELETE /bridges/aicc-pbx-1.agent.1.bridge-x",
                "POST /channels/1.4/continue");
        await().untilAsserted(() -> assertThat(asked).containsExactlyInAnyOrderElementsOf(ours));

        board.events(List.of(new PbxEvent.ChannelSeen(channel("1.2", "PJSIP/agent-1", "theirs", "aicc"))));
        board.events(List.of(new PbxEvent.StasisEntered("1.5", List.of())));
        await().untilAsserted(() -> assertThat(asked).contains("POST /channels/1.5/continue"));
        assertThat(asked).hasSize(ours.size() + 1);
    }

    @Test
    void onceReplacedNothingIsAskedForAndNothingIsRemembered() {
        commands.bar(true);
        board.replaced();
        board.snapshot(new PbxSnapshot(List.of(), List.of(bridge("aicc-pbx-1.agent.1.bridge-x"))));
        await().until(() ->
                registry.get("aicc_pbx_leaks").tag("kind", "bridge").counter().count() == 1);
        board.replaced();
        commands.bar(false);
        board.beforeSnapshot();
        board.snapshot(new PbxSnapshot(List.of(channel("1.4", "PJSIP/trunk-2", "aicc")), List.of()));
        await().untilAsserted(() -> assertThat(asked).containsExactly("POST /channels/1.4/continue"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1", "holding", "aicc", "aicc_2-pbx-1.agent.1.media-x", ""})
    void whatIsNotNamedAfterUsCannotBeAskedFor(String id) {
        assertThatThrownBy(() -> commands.hangUp(id)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> commands.destroyBridge(id)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> commands.createBridge(id)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> commands.snoop("1.1", id)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> commands.externalMedia(id, "127.0.0.1:20000"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> commands.join("aicc-bridge", Set.of("aicc-1", id)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(asked).isEmpty();
    }

    private PbxCommands commands() {
        WaitingClient pbx = (path, method, query, body, errors) -> {
            asked.add(method + " " + path);
            return "";
        };
        return new PbxCommands(
                AriClient.over(pbx, new Silence(), "aicc"), pbx, "aicc", new LinkMetrics(new SimpleMeterRegistry()));
    }

    private static PbxChannel channel(String id, String name, String... stasis) {
        return new PbxChannel(id, name, State.UP, null, List.of(stasis), Map.of());
    }

    private static PbxBridge bridge(String id) {
        return new PbxBridge(id, "mixing", new LinkedHashSet<>());
    }

    /** Nothing comes by it. */
    private static final class Silence implements WsClient {
        @Override
        public WsClientConnection connect(
                HttpResponseHandler handler, String path, List<ch.loway.oss.ari4java.tools.HttpParam> query) {
            return () -> {};
        }

        @Override
        public boolean isWsConnected() {
            return true;
        }

        @Override
        public void destroy() {}
    }
}
