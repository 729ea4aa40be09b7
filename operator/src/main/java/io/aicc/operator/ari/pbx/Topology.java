package io.aicc.operator.ari.pbx;

import io.aicc.operator.ari.pbx.PbxEvent.DialStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which channels there are and how they hang together: by bridges, by calls to phones that have not led to a bridge yet, and
 * by the two halves of Local channels. Not thread-safe.
 */
final class Topology {
    private final NavigableMap<String, PbxChannel> channels = new TreeMap<>();
    private final NavigableMap<String, PbxBridge> bridges = new TreeMap<>();
    private final Map<String, String> idsByName = new HashMap<>();
    private final Map<String, String> bridgeOf = new HashMap<>();
    private final Map<String, Dial> dialOf = new HashMap<>();
    private final Map<String, SequencedSet<String>> peersOf = new HashMap<>();
    private int rtpChannels;
    private int rtpInstruments;

    private record Dial(String caller, DialStatus status) {}

    /** A channel at the far end of a customer's call. */
    record Leg(PbxChannel channel, boolean answered) {}

    @Nullable
    PbxChannel channel(String id) {
        return channels.get(id);
    }

    @Nullable
    PbxBridge bridge(String id) {
        return bridges.get(id);
    }

    NavigableMap<String, PbxChannel> channels() {
        return channels;
    }

    NavigableMap<String, PbxBridge> bridges() {
        return bridges;
    }

    int rtpChannels() {
        return rtpChannels;
    }

    int rtpInstruments() {
        return rtpInstruments;
    }

    void put(PbxChannel channel) {
        PbxChannel before = channels.put(channel.id(), channel);
        if (before != null) {
            idsByName.remove(before.name(), before.id());
            count(before, -1);
        }
        idsByName.put(channel.name(), channel.id());
        count(channel, 1);
    }

    void removeChannel(String id) {
        PbxChannel channel = channels.remove(id);
        if (channel != null) {
            idsByName.remove(channel.name(), id);
            count(channel, -1);
        }
        leaveBridge(id);
        hangUp(id);
        SequencedSet<String> peers = peersOf.remove(id);
        if (peers != null) {
            peers.forEach(dialOf::remove);
        }
    }

    void put(PbxBridge bridge) {
        PbxBridge before = bridges.get(bridge.id());
        PbxBridge now = before == null ? bridge : before.now(bridge.members(), bridge.type());
        if (before != null) {
            before.members().forEach(member -> bridgeOf.remove(member, bridge.id()));
        }
        bridges.put(bridge.id(), now);
        now.members().forEach(member -> {
            String other = bridgeOf.put(member, bridge.id());
            if (other != null && !other.equals(bridge.id())) {
                bridges.computeIfPresent(other, (id, left) -> left.without(member));
            }
        });
        if (now.members().size() > 1) {
            now.members().forEach(this::hangUp); // The bridge says from now on who talks to whom.
        }
    }

    void removeBridge(String id) {
        PbxBridge bridge = bridges.remove(id);
        if (bridge != null) {
            bridge.members().forEach(member -> bridgeOf.remove(member, id));
        }
    }

    void leave(String bridge, String channel) {
        bridges.computeIfPresent(bridge, (id, left) -> left.without(channel));
        bridgeOf.remove(channel, bridge);
    }

    /** A phone is called, answers, or is called no longer. */
    void dial(String caller, String peer, DialStatus status) {
        if (status.failed()) {
            hangUp(peer);
        } else if (channels.containsKey(caller) && channels.containsKey(peer) && !bridged(peer)) {
            dialOf.put(peer, new Dial(caller, status));
            peersOf.computeIfAbsent(caller, id -> new LinkedHashSet<>()).add(peer);
        }
    }

    /** Everything that hangs together with any of these channels, themselves included. One walk, so that a conference costs little. */
    Set<String> around(Collection<String> start) {
        Set<String> seen = new HashSet<>(start);
        Set<PbxBridge> crossed = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<String> next = new ArrayDeque<>(seen);
        while (!next.isEmpty()) {
            String id = next.remove();
            PbxBridge bridge = bridgeAround(id);
            if (bridge != null && bridge.talks() && crossed.add(bridge)) {
                bridge.members().stream().filter(seen::add).forEach(next::add);
            }
            calledOrHalf(id).filter(seen::add).forEach(next::add);
        }
        return seen;
    }

    /** The far ends of a customer's call, through Local channels: who came first comes first. */
    List<Leg> legs(String customer) {
        List<Leg> legs = new ArrayList<>();
        reach(customer, true, legs, new HashSet<>(Set.of(customer)));
        return legs;
    }

    /** The only one who speaks into the other half of a Local channel; null when that is no such channel, or not so. */
    @Nullable
    String behind(String id) {
        PbxChannel channel = channels.get(id);
        String other = channel == null ? null : otherHalf(channel);
        Set<String> there = other == null ? Set.of() : sharers(other);
        return there.size() == 1 ? there.iterator().next() : null;
    }

    /** The others in the bridge in which a channel is. */
    Set<String> sharers(String id) {
        PbxBridge bridge = bridgeAround(id);
        return bridge != null && bridge.talks() ? bridge.without(id).members() : Set.of();
    }

    private void reach(String from, boolean answered, List<Leg> legs, Set<String> seen) {
        PbxBridge bridge = bridgeAround(from);
        if (bridge != null && bridge.talks()) {
            bridge.members().forEach(member -> arrive(member, answered, legs, seen));
        }
        for (String peer : peersOf.getOrDefault(from, new LinkedHashSet<>())) {
            Dial dial = dialOf.get(peer);
            if (dial != null) {
                arrive(peer, answered && dial.status() == DialStatus.ANSWERED, legs, seen);
            }
        }
    }

    private void arrive(String id, boolean answered, List<Leg> legs, Set<String> seen) {
        PbxChannel channel = channels.get(id);
        if (channel == null || !channel.party() || !seen.add(id)) {
            return;
        }
        String other = otherHalf(channel);
        int before = legs.size();
        if (other != null && seen.add(other)) {
            reach(other, answered, legs, seen);
        }
        if (legs.size() == before) {
            legs.add(new Leg(channel, answered));
        }
    }

    /** Whether a leg that has not answered rings at least. */
    boolean rings(Leg leg) {
        Dial dial = dialOf.get(leg.channel().id());
        return leg.channel().state() == PbxChannel.State.RINGING
                || leg.channel().state() == PbxChannel.State.UP
                || (dial != null && dial.status() != DialStatus.CALLING);
    }

    /** Whom a channel calls, who calls it, and the other half of a Local channel. */
    private Stream<String> calledOrHalf(String id) {
        List<String> found = new ArrayList<>();
        found.addAll(peersOf.getOrDefault(id, new LinkedHashSet<>()));
        Dial dial = dialOf.get(id);
        if (dial != null) {
            found.add(dial.caller());
        }
        PbxChannel channel = channels.get(id);
        String other = channel == null ? null : otherHalf(channel);
        if (other != null) {
            found.add(other);
        }
        return found.stream();
    }

    private @Nullable String otherHalf(PbxChannel channel) {
        String name = channel.otherHalf();
        return name == null ? null : idsByName.get(name);
    }

    private @Nullable PbxBridge bridgeAround(String channel) {
        String id = bridgeOf.get(channel);
        return id == null ? null : bridges.get(id);
    }

    private boolean bridged(String channel) {
        PbxBridge bridge = bridgeAround(channel);
        return bridge != null && bridge.members().size() > 1;
    }

    private void leaveBridge(String channel) {
        String bridge = bridgeOf.get(channel);
        if (bridge != null) {
            leave(bridge, channel);
        }
    }

    private void count(PbxChannel channel, int one) {
        if (channel.usesRtp()) {
            rtpChannels += one;
            rtpInstruments += channel.party() ? 0 : one;
        }
    }

    /** The call to this phone is over, one way or another. */
    private void hangUp(String peer) {
        Dial dial = dialOf.remove(peer);
        if (dial != null) {
            SequencedSet<String> peers = peersOf.get(dial.caller());
            if (peers != null && peers.remove(peer) && peers.isEmpty()) {
                peersOf.remove(dial.caller());
            }
        }
    }
}
