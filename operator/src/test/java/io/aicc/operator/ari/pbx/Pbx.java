package io.aicc.operator.ari.pbx;

import io.aicc.operator.ari.pbx.PbxEvent.DialStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/** A PBX in words: what happens goes into a view. Channels are called by their endpoint. */
final class Pbx {
    final PbxView view = new PbxView();
    private final Map<String, PbxChannel> channels = new LinkedHashMap<>();
    private final Map<String, SequencedSet<String>> bridges = new LinkedHashMap<>();

    /** A customer whose call the dialplan has marked. */
    Pbx customer(String id) {
        return channel(id, "PJSIP/trunk-" + id, PbxChannel.State.OTHER, Map.of("AICC_TRANSCRIBE", "yes"));
    }

    Pbx phone(String id) {
        return channel(id, "PJSIP/" + id + "-00000001", PbxChannel.State.DOWN, Map.of());
    }

    /** Both halves of a Local channel: {@code id;1} and {@code id;2}. */
    Pbx local(String id) {
        channel(id + ";1", "Local/" + id + "@queue-00000001;1", PbxChannel.State.DOWN, Map.of());
        return channel(id + ";2", "Local/" + id + "@queue-00000001;2", PbxChannel.State.OTHER, Map.of());
    }

    Pbx channel(String id, String name, PbxChannel.State state, Map<String, String> variables) {
        PbxChannel channel = new PbxChannel(id, name, state, "+82 2 1234 5678", List.of(), variables);
        channels.put(id, channel);
        view.apply(new PbxEvent.ChannelSeen(channel));
        return this;
    }

    Pbx dial(String caller, String peer, DialStatus status) {
        view.apply(new PbxEvent.Dialled(caller, peer, status));
        return this;
    }

    Pbx rings(String caller, String peer) {
        return dial(caller, peer, DialStatus.CALLING).dial(caller, peer, DialStatus.RINGING);
    }

    Pbx answers(String caller, String peer) {
        return dial(caller, peer, DialStatus.ANSWERED);
    }

    Pbx enters(String bridge, String... who) {
        for (String channel : who) {
            bridges.values().forEach(members -> members.remove(channel));
            bridges.computeIfAbsent(bridge, id -> new LinkedHashSet<>()).add(channel);
            view.apply(new PbxEvent.BridgeEntered(
                    new PbxBridge(
                            bridge, "mixing", new LinkedHashSet<>(bridges.getOrDefault(bridge, new LinkedHashSet<>()))),
                    channel));
        }
        return this;
    }

    Pbx leaves(String bridge, String... who) {
        for (String channel : who) {
            bridges.getOrDefault(bridge, new LinkedHashSet<>()).remove(channel);
            view.apply(new PbxEvent.BridgeLeft(bridge, channel));
        }
        return this;
    }

    Pbx hangsUp(String channel) {
        view.apply(new PbxEvent.HangupAsked(channel, true));
        return this;
    }

    Pbx gone(String... who) {
        for (String channel : who) {
            channels.remove(channel);
            bridges.values().forEach(members -> members.remove(channel));
            view.apply(new PbxEvent.ChannelGone(channel));
        }
        return this;
    }

    /** Everything as it is now. */
    PbxSnapshot snapshot() {
        List<PbxBridge> all = new ArrayList<>();
        bridges.forEach((id, members) -> all.add(new PbxBridge(id, "mixing", members)));
        return new PbxSnapshot(List.copyOf(channels.values()), all);
    }

    Conversation conversation(String customer) {
        return view.conversation(customer).orElseThrow();
    }

    Optional<Conversation.EndReason> end(String customer) {
        return Optional.ofNullable(conversation(customer).end());
    }

    /** The stage and who is at the other end, such as {@code TALKING agent}. */
    String says(String customer) {
        Conversation call = conversation(customer);
        return (call.stage() + " "
                        + String.join(
                                " ", call.agents().stream().map(PbxChannel::id).toList()))
                .strip();
    }
}
