package io.aicc.operator.ari.link;

import ch.loway.oss.ari4java.generated.models.Bridge;
import ch.loway.oss.ari4java.generated.models.BridgeAttendedTransfer;
import ch.loway.oss.ari4java.generated.models.BridgeCreated;
import ch.loway.oss.ari4java.generated.models.BridgeDestroyed;
import ch.loway.oss.ari4java.generated.models.BridgeMerged;
import ch.loway.oss.ari4java.generated.models.Channel;
import ch.loway.oss.ari4java.generated.models.ChannelCallerId;
import ch.loway.oss.ari4java.generated.models.ChannelCreated;
import ch.loway.oss.ari4java.generated.models.ChannelDestroyed;
import ch.loway.oss.ari4java.generated.models.ChannelDialplan;
import ch.loway.oss.ari4java.generated.models.ChannelDtmfReceived;
import ch.loway.oss.ari4java.generated.models.ChannelEnteredBridge;
import ch.loway.oss.ari4java.generated.models.ChannelHangupRequest;
import ch.loway.oss.ari4java.generated.models.ChannelHold;
import ch.loway.oss.ari4java.generated.models.ChannelLeftBridge;
import ch.loway.oss.ari4java.generated.models.ChannelStateChange;
import ch.loway.oss.ari4java.generated.models.ChannelUnhold;
import ch.loway.oss.ari4java.generated.models.Dial;
import ch.loway.oss.ari4java.generated.models.Message;
import ch.loway.oss.ari4java.generated.models.StasisStart;
import io.aicc.operator.ari.pbx.PbxBridge;
import io.aicc.operator.ari.pbx.PbxChannel;
import io.aicc.operator.ari.pbx.PbxEvent;
import io.aicc.operator.ari.pbx.PbxEvent.ChannelSeen;
import io.aicc.operator.ari.pbx.PbxEvent.DialStatus;
import io.aicc.operator.ari.pbx.PbxEvent.Signal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What ARI says, in our words. What does not concern us is nothing. */
final class AriTranslation {
    /** What concerns us, as ARI calls it. */
    static final List<String> TYPES = Stream.of(
                    ChannelCreated.class,
                    ChannelStateChange.class,
                    ChannelDialplan.class,
                    ChannelCallerId.class,
                    ChannelDestroyed.class,
                    ChannelHangupRequest.class,
                    Dial.class,
                    BridgeCreated.class,
                    BridgeDestroyed.class,
                    BridgeMerged.class,
                    ChannelEnteredBridge.class,
                    ChannelLeftBridge.class,
                    StasisStart.class,
                    BridgeAttendedTransfer.class,
                    ChannelHold.class,
                    ChannelUnhold.class,
                    ChannelDtmfReceived.class)
            .map(Class::getSimpleName)
            .toList();

    private static final String STASIS = "Stasis";

    private AriTranslation() {}

    /** The events that a message amounts to, in order. */
    static List<PbxEvent> of(Message message) {
        List<PbxEvent> events = new ArrayList<>();
        switch (message) {
            case ChannelCreated event -> seen(event.getChannel(), events);
            case ChannelStateChange event -> seen(event.getChannel(), events);
            case ChannelDialplan event -> seen(event.getChannel(), events);
            case ChannelCallerId event -> seen(event.getChannel(), events);
            case ChannelDestroyed event -> events.add(new PbxEvent.ChannelGone(id(event.getChannel())));
            case ChannelHangupRequest event -> {
                seen(event.getChannel(), events);
                boolean byPhone = !Boolean.TRUE.equals(event.getSoft());
                events.add(new PbxEvent.HangupAsked(id(event.getChannel()), byPhone));
            }
            case Dial event -> dial(event, events);
            case BridgeCreated event -> events.add(new PbxEvent.BridgeSeen(bridge(event.getBridge())));
            case BridgeDestroyed event -> events.add(new PbxEvent.BridgeGone(id(event.getBridge())));
            case BridgeMerged event -> {
                events.add(new PbxEvent.BridgeSeen(bridge(event.getBridge_from())));
                events.add(new PbxEvent.BridgeSeen(bridge(event.getBridge())));
            }
            case ChannelEnteredBridge event -> {
                seen(event.getChannel(), events);
                events.add(new PbxEvent.BridgeEntered(bridge(event.getBridge()), id(event.getChannel())));
            }
            case ChannelLeftBridge event -> {
                seen(event.getChannel(), events);
                events.add(new PbxEvent.BridgeLeft(id(event.getBridge()), id(event.getChannel())));
            }
            case StasisStart event -> stasis(event, events);
            case BridgeAttendedTransfer event -> transfer(event, events);
            case ChannelHold event -> signal(event.getChannel(), Signal.HOLD, events);
            case ChannelUnhold event -> signal(event.getChannel(), Signal.UNHOLD, events);
            case ChannelDtmfReceived event -> signal(event.getChannel(), Signal.DIGIT, events);
            default -> {}
        }
        return events;
    }

    /** A channel, as an event or a list shows it. */
    static PbxChannel channel(Channel channel) {
        Map<String, String> variables = new TreeMap<>();
        if (channel.getChannelvars() instanceof Map<?, ?> told) {
            told.forEach((name, value) -> variables.put(String.valueOf(name), value == null ? "" : value.toString()));
        }
        return new PbxChannel(
                id(channel),
                Objects.requireNonNullElse(channel.getName(), ""),
                PbxChannel.State.of(channel.getState()),
                channel.getCaller() == null ? null : channel.getCaller().getNumber(),
                stasis(channel),
                variables);
    }

    static PbxBridge bridge(Bridge bridge) {
        List<String> members = Objects.requireNonNullElse(bridge.getChannels(), List.of());
        return new PbxBridge(
                id(bridge),
                Objects.requireNonNullElse(bridge.getBridge_type(), ""),
                new LinkedHashSet<>(List.copyOf(members)));
    }

    /** What has none is nothing that can be looked after; the whole message is refused. */
    private static String id(Channel channel) {
        return Objects.requireNonNull(channel.getId(), "a channel without an id");
    }

    private static String id(Bridge bridge) {
        return Objects.requireNonNull(bridge.getId(), "a bridge without an id");
    }

    private static void seen(@Nullable Channel channel, List<PbxEvent> events) {
        if (channel != null) {
            events.add(new ChannelSeen(channel(channel)));
        }
    }

    private static void dial(Dial event, List<PbxEvent> events) {
        seen(event.getCaller(), events);
        seen(event.getPeer(), events);
        if (event.getPeer() != null) {
            String caller = event.getCaller() == null ? null : id(event.getCaller());
            events.add(new PbxEvent.Dialled(caller, id(event.getPeer()), DialStatus.of(event.getDialstatus())));
        }
    }

    private static void stasis(StasisStart event, List<PbxEvent> events) {
        PbxChannel channel = channel(event.getChannel());
        events.add(new ChannelSeen(channel));
        if (event.getReplace_channel() != null) {
            events.add(new PbxEvent.Replaced(id(event.getReplace_channel()), channel.id()));
        } else if (channel.party()) {
            events.add(
                    new PbxEvent.StasisEntered(channel.id(), Objects.requireNonNullElse(event.getArgs(), List.of())));
        }
    }

    /** Who transfers goes; when that is the customer, another leg stands for them. */
    private static void transfer(BridgeAttendedTransfer event, List<PbxEvent> events) {
        seen(event.getReplace_channel(), events);
        if (event.getReplace_channel() != null && event.getTransferer_first_leg() != null) {
            events.add(new PbxEvent.Replaced(id(event.getTransferer_first_leg()), id(event.getReplace_channel())));
        }
    }

    private static void signal(Channel channel, Signal signal, List<PbxEvent> events) {
        events.add(new PbxEvent.Signalled(id(channel), signal));
    }

    private static List<String> stasis(Channel channel) {
        if (channel.getDialplan() == null
                || !STASIS.equals(channel.getDialplan().getApp_name())
                || channel.getDialplan().getApp_data() == null) {
            return List.of();
        }
        return List.of(channel.getDialplan().getApp_data().split(",", -1));
    }
}
