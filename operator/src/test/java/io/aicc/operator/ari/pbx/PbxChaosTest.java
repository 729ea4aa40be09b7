package io.aicc.operator.ari.pbx;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.operator.ari.pbx.Conversation.Stage;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Events in any order, twice, or never: a snapshot always sets the view right. Only who took whose place no snapshot can tell:
 * the customer and the agent who are there at the end are not said to have done so.
 */
class PbxChaosTest {
    private static final List<String> IDS = List.of("c", "d", "a;1", "a;2", "p", "q");

    @Property(tries = 1_000)
    void afterASnapshotTheViewIsWhatTheSnapshotSays(@ForAll("events") List<PbxEvent> events) {
        Pbx truth = new Pbx();
        truth.customer("c").phone("p").rings("c", "p").answers("c", "p").enters("x", "c", "p");
        PbxView view = new PbxView();
        events.forEach(view::apply);
        view.beforeSnapshot();
        view.apply(truth.snapshot());
        Conversation call = view.conversation("c").orElseThrow();
        if (call.stage() != Stage.OVER) {
            assertThat(call.agents()).extracting(PbxChannel::id).containsExactly("p");
        }
        assertThat(view.rtpChannels()).isEqualTo(2);
    }

    @Property(tries = 300)
    void whenAllChannelsAreGoneNobodyTalks(@ForAll("events") List<PbxEvent> events) {
        PbxView view = new PbxView();
        events.forEach(view::apply);
        IDS.forEach(id -> view.apply(new PbxEvent.ChannelGone(id)));
        assertThat(view.rtpChannels()).isZero();
        assertThat(view.customers()).allSatisfy(customer -> assertThat(
                        view.conversation(customer).orElseThrow().stage())
                .isEqualTo(Stage.OVER));
    }

    @Provide
    Arbitrary<List<PbxEvent>> events() {
        Arbitrary<String> ids = Arbitraries.of(IDS);
        Arbitrary<PbxEvent> one = Arbitraries.oneOf(
                ids.map(id -> new PbxEvent.ChannelSeen(channel(id))),
                ids.map(PbxEvent.ChannelGone::new),
                ids.map(id -> new PbxEvent.HangupAsked(id, false)),
                ids.flatMap(a -> ids.flatMap(b -> Arbitraries.of(PbxEvent.DialStatus.values())
                        .map(status -> new PbxEvent.Dialled(a, b, status)))),
                ids.flatMap(id -> Arbitraries.of("x", "y")
                        .map(bridge -> new PbxEvent.BridgeEntered(
                                new PbxBridge(bridge, "mixing", new java.util.LinkedHashSet<>(List.of(id))), id))),
                ids.map(id -> new PbxEvent.BridgeLeft("x", id)),
                ids.filter(id -> !id.equals("c")).flatMap(former -> ids.filter(id -> !id.equals("p"))
                        .map(by -> new PbxEvent.Replaced(former, by))));
        return one.list().ofMaxSize(40);
    }

    private static PbxChannel channel(String id) {
        boolean customer = id.equals("c") || id.equals("d");
        String name = id.startsWith("a") ? "Local/a@x-1;" + id.charAt(2) : "PJSIP/" + id + "-1";
        return new PbxChannel(
                id,
                name,
                PbxChannel.State.UP,
                null,
                List.of(),
                customer ? java.util.Map.of("AICC_TRANSCRIBE", "yes") : java.util.Map.of());
    }
}
