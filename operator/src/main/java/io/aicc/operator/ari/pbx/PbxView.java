package io.aicc.operator.ari.pbx;

import io.aicc.operator.ari.pbx.Conversation.Stage;
import io.aicc.operator.ari.pbx.PbxEvent.DialStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The PBX as its events and snapshots tell it, and the conversations in it. A snapshot is the truth of its moment; events
 * carry it on. Not thread-safe.
 */
public final class PbxView {
    /** So many ids of what is gone are remembered, lest a late event brings it back: minutes of a busy PBX. */
    private static final int REMEMBERED = 20_000;

    private final Topology topology = new Topology();
    private final Map<String, Course> courses = new HashMap<>();
    private final Map<String, Boolean> gone = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };
    /** Customers who have put the receiver down or given up their place, and whose channel still has things to do. */
    private final Set<String> left = new HashSet<>();

    private final Set<String> sinceSnapshotWasAsked = new HashSet<>();
    private long courseCount;

    /** Folds one event in. */
    public Touched apply(PbxEvent event) {
        PbxEvent.Replaced handedOn = handedOn(event);
        Touched touched = handedOn == null ? Touched.nothing() : apply(handedOn);
        touched.add(touch(event));
        sinceSnapshotWasAsked.addAll(touched.objects());
        fold(event);
        touched.add(touch(event));
        touched.customers().forEach(this::observe);
        return touched;
    }

    /** A snapshot is being asked for: what events tell from now on is newer than what it will say. */
    public void beforeSnapshot() {
        sinceSnapshotWasAsked.clear();
    }

    /** Makes the view what a snapshot says, but for what events have told since it was asked for. */
    public Touched apply(PbxSnapshot snapshot) {
        Set<String> newer = new HashSet<>(sinceSnapshotWasAsked);
        Set<String> listed = new HashSet<>();
        snapshot.channels().forEach(channel -> listed.add(channel.id()));
        snapshot.bridges().forEach(bridge -> listed.add(bridge.id()));
        Touched touched = Touched.nothing();
        for (String id : missing(topology.channels(), listed, newer)) {
            Course course = courses.get(id);
            if (course != null) {
                course.end(false);
            }
            touched.add(apply(new PbxEvent.ChannelGone(id)));
        }
        for (String id : missing(topology.bridges(), listed, newer)) {
            touched.add(apply(new PbxEvent.BridgeGone(id)));
        }
        listed.removeAll(newer);
        gone.keySet().removeAll(listed);
        snapshot.channels().stream()
                .filter(channel -> listed.contains(channel.id()))
                .forEach(channel -> touched.add(apply(new PbxEvent.ChannelSeen(channel))));
        snapshot.bridges().stream()
                .filter(bridge -> listed.contains(bridge.id()))
                .forEach(bridge -> touched.add(apply(new PbxEvent.BridgeSeen(bridge))));
        return touched;
    }

    /** Takes up a customer whose call is known to be wanted, though its channel may not say so. */
    public Touched adopt(String channel, String callId) {
        PbxChannel customer = topology.channel(channel);
        if (customer == null || courses.containsKey(channel)) {
            return Touched.nothing();
        }
        Course course = new Course(courseCount++, new TranscriptionMark(channel, callId, null, null, true), customer);
        courses.put(channel, course);
        return apply(new PbxEvent.ChannelSeen(customer));
    }

    /** How a customer's call stands; empty when this channel is no customer of ours. */
    public Optional<Conversation> conversation(String customer) {
        Course course = courses.get(customer);
        if (course == null) {
            return Optional.empty();
        }
        if (course.over()) {
            return Optional.of(course.conversation(Stage.OVER, List.of()));
        }
        List<PbxChannel> talking = new ArrayList<>();
        List<PbxChannel> ringing = new ArrayList<>();
        for (Topology.Leg leg : topology.legs(customer)) {
            if (leg.answered()) {
                talking.add(leg.channel());
            } else if (topology.rings(leg)) {
                ringing.add(leg.channel());
            }
        }
        if (talking.stream().anyMatch(other -> isCustomerBefore(course, other))) {
            return Optional.of(course.conversation(Stage.ALONE, List.of()));
        }
        if (!talking.isEmpty()) {
            return Optional.of(course.conversation(Stage.TALKING, talking));
        }
        return Optional.of(course.conversation(ringing.isEmpty() ? Stage.ALONE : Stage.RINGING, ringing));
    }

    /** Channels of all customers, those included whose calls are over and not yet {@linkplain #forget forgotten}. */
    public Set<String> customers() {
        return Set.copyOf(courses.keySet());
    }

    /** A call that is over needs no attention any more. */
    public void forget(String customer) {
        Course course = courses.get(customer);
        if (course != null && course.over()) {
            courses.remove(customer);
        }
    }

    /** Channels whose ids begin so. */
    public Map<String, PbxChannel> channelsNamed(String prefix) {
        return beginning(topology.channels(), prefix);
    }

    /** Bridges whose ids begin so. */
    public Map<String, PbxBridge> bridgesNamed(String prefix) {
        return beginning(topology.bridges(), prefix);
    }

    /** Whether such a channel exists. */
    public boolean hasChannel(String id) {
        return topology.channel(id) != null;
    }

    /** Parties that wait in a Stasis application. */
    public Stream<PbxChannel> inStasis(String application) {
        return topology.channels().values().stream()
                .filter(PbxChannel::party)
                .filter(channel -> channel.stasis().stream().limit(1).anyMatch(application::equals));
    }

    /** How many channels there are that occupy RTP ports, two each. */
    public int rtpChannels() {
        return topology.rtpChannels();
    }

    /** How many of them are taps. */
    public int rtpInstruments() {
        return topology.rtpInstruments();
    }

    private void fold(PbxEvent event) {
        switch (event) {
            case PbxEvent.ChannelSeen(PbxChannel channel) -> seen(channel);
            case PbxEvent.ChannelGone(String channel) -> {
                gone.put(channel, true);
                left.remove(channel);
                topology.removeChannel(channel);
                endIfCustomer(channel);
            }
            case PbxEvent.HangupAsked(String channel, boolean byPhone) -> {
                customersAround(channel).forEach(course -> course.hangupAsked(channel));
                if (byPhone && topology.channel(channel) != null) {
                    left.add(channel);
                    endIfCustomer(channel);
                }
            }
            case PbxEvent.Dialled(String caller, String peer, DialStatus status) -> dialled(caller, peer, status);
            case PbxEvent.BridgeSeen(PbxBridge bridge) -> present(bridge);
            case PbxEvent.BridgeGone(String bridge) -> {
                gone.put(bridge, true);
                topology.removeBridge(bridge);
            }
            case PbxEvent.BridgeEntered(PbxBridge bridge, String channel) -> present(bridge.with(channel));
            case PbxEvent.BridgeLeft(String bridge, String channel) -> topology.leave(bridge, channel);
            case PbxEvent.Replaced(String former, String by) -> replaced(former, by);
            case PbxEvent.StasisEntered(String channel, List<String> arguments) -> announced(channel, arguments);
            case PbxEvent.Signalled ignored -> {}
        }
    }

    private void seen(PbxChannel channel) {
        if (gone.containsKey(channel.id())) {
            return;
        }
        topology.put(channel);
        Course course = courses.get(channel.id());
        if (course != null) {
            course.seen(channel);
        }
        TranscriptionMark.in(channel).ifPresent(mark -> mark(channel, mark));
    }

    private void mark(PbxChannel channel, TranscriptionMark mark) {
        if (!left.contains(channel.id())) {
            courses.computeIfAbsent(channel.id(), id -> new Course(courseCount++, mark, channel))
                    .marked(mark);
        }
    }

    private void present(PbxBridge bridge) {
        if (!gone.containsKey(bridge.id())) {
            topology.put(bridge);
        }
    }

    private void dialled(@Nullable String caller, String peer, DialStatus status) {
        if (caller == null) {
            return;
        }
        if (status.failed()) {
            customersAround(caller).forEach(course -> course.dialFailed(status));
        }
        topology.dial(caller, peer, status);
    }

    private void replaced(String former, String by) {
        Course course = courses.get(former);
        PbxChannel successor = topology.channel(by);
        if (course != null && !course.over() && successor != null && !courses.containsKey(by)) {
            courses.remove(former);
            left.add(former);
            course.handOn(successor);
            courses.put(by, course);
        }
    }

    /**
     * An agent who transfers somebody to a marked call is its customer while they ask, by a Local channel that Asterisk takes out
     * when the two are connected: its place is taken by whoever was behind it, without another event. Null when it is not so.
     */
    private PbxEvent.@Nullable Replaced handedOn(PbxEvent event) {
        String leaving =
                switch (event) {
                    case PbxEvent.ChannelGone(String channel) -> channel;
                    case PbxEvent.HangupAsked(String channel, boolean byPhone) -> byPhone ? channel : null;
                    default -> null;
                };
        Course course = leaving == null ? null : courses.get(leaving);
        if (leaving == null || course == null || course.over()) {
            return null;
        }
        String behind = course.behind();
        return behind != null && course.talkedTo(topology.sharers(behind))
                ? new PbxEvent.Replaced(leaving, behind)
                : null;
    }

    private void announced(String id, List<String> arguments) {
        PbxChannel channel = topology.channel(id);
        if (channel != null && channel.party()) {
            mark(channel, TranscriptionMark.announced(channel, arguments.isEmpty() ? null : arguments.getFirst()));
        }
    }

    private void endIfCustomer(String channel) {
        Course course = courses.get(channel);
        if (course != null) {
            course.end(true);
        }
    }

    private void observe(String customer) {
        Course course = courses.get(customer);
        if (course != null) {
            conversation(customer).ifPresent(now -> course.observe(now, topology.behind(customer)));
        }
    }

    /** Of two customers who talk to each other, the one whose call is older is the customer. */
    private boolean isCustomerBefore(Course course, PbxChannel other) {
        Course others = courses.get(other.id());
        return others != null && others.olderThan(course);
    }

    private Stream<Course> customersAround(String channel) {
        return topology.around(List.of(channel)).stream()
                .map(courses::get)
                .filter(Objects::nonNull)
                .filter(course -> !course.over());
    }

    private Touched touch(PbxEvent event) {
        Touched touched = Touched.nothing();
        Set<String> start = new HashSet<>();
        for (String id : about(event)) {
            touched.objects().add(id);
            start.add(id);
            PbxBridge bridge = topology.bridge(id);
            if (bridge != null && bridge.talks()) {
                start.addAll(bridge.members());
            }
        }
        topology.around(start).stream().filter(courses::containsKey).forEach(touched.customers()::add);
        return touched;
    }

    private static List<String> about(PbxEvent event) {
        return switch (event) {
            case PbxEvent.ChannelSeen(PbxChannel channel) -> List.of(channel.id());
            case PbxEvent.ChannelGone(String channel) -> List.of(channel);
            case PbxEvent.HangupAsked(String channel, boolean byPhone) -> List.of(channel);
            case PbxEvent.Dialled(String caller, String peer, DialStatus status) ->
                caller == null ? List.of(peer) : List.of(caller, peer);
            case PbxEvent.BridgeSeen(PbxBridge bridge) -> List.of(bridge.id());
            case PbxEvent.BridgeGone(String bridge) -> List.of(bridge);
            case PbxEvent.BridgeEntered(PbxBridge bridge, String channel) -> List.of(bridge.id(), channel);
            case PbxEvent.BridgeLeft(String bridge, String channel) -> List.of(bridge, channel);
            case PbxEvent.Replaced(String former, String by) -> List.of(former, by);
            case PbxEvent.StasisEntered(String channel, List<String> arguments) -> List.of(channel);
            case PbxEvent.Signalled(String channel, PbxEvent.Signal signal) -> List.of(channel);
        };
    }

    private static List<String> missing(NavigableMap<String, ?> known, Set<String> listed, Set<String> newer) {
        return known.keySet().stream()
                .filter(id -> !listed.contains(id) && !newer.contains(id))
                .toList();
    }

    private static <T> Map<String, T> beginning(NavigableMap<String, T> all, String prefix) {
        return Map.copyOf(all.subMap(prefix, true, prefix + Character.MAX_VALUE, false));
    }
}
