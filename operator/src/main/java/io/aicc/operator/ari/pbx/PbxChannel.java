package io.aicc.operator.ari.pbx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A channel as the PBX last told of it. All of it may be hostile: names and numbers come from whoever calls.
 *
 * @param id unique for the life of the PBX, Asterisk's uniqueid
 * @param name technology, endpoint and a counter, such as {@code PJSIP/agent7-0000001b} or {@code Local/7@queue-00000003;1}
 * @param callerNumber caller id of this leg
 * @param stasis the application and its arguments when the channel is in Stasis, else empty
 * @param variables those that {@code channelvars} in ari.conf names
 */
public record PbxChannel(
        String id,
        String name,
        State state,
        @Nullable String callerNumber,
        List<String> stasis,
        Map<String, String> variables) {
    /** Channels that hear or speak into a call without being a party of it. */
    private static final Set<String> INSTRUMENTS = Set.of(
            "Snoop",
            "UnicastRTP",
            "MulticastRTP",
            "AudioSocket",
            "WebSocket",
            "CBAnn",
            "CBRec",
            "Announcer",
            "Recorder",
            "Surrogate",
            "Message");

    /** Technologies whose channels occupy a pair of RTP ports. */
    private static final Set<String> RTP = Set.of("PJSIP", "SIP", "UnicastRTP", "MulticastRTP", "Skinny", "Unistim");

    private static final String LOCAL = "Local";

    /** How far a leg has come. */
    public enum State {
        DOWN,
        RINGING,
        UP,
        OTHER;

        /** As ARI writes it. */
        public static State of(@Nullable String text) {
            return switch (text) {
                case "Down", "Rsrvd" -> DOWN;
                case "Ringing" -> RINGING;
                case "Up" -> UP;
                case null, default -> OTHER;
            };
        }
    }

    public PbxChannel {
        stasis = List.copyOf(stasis);
        variables = Map.copyOf(variables);
    }

    /** Whether it is somebody's leg, as opposed to a tap, a recorder or an announcer. */
    public boolean party() {
        return !INSTRUMENTS.contains(technology());
    }

    /** Whether it occupies two RTP ports of the PBX. */
    public boolean usesRtp() {
        return RTP.contains(technology());
    }

    /** Whose phone it is: {@code agent7} of {@code PJSIP/agent7-0000001b}, {@code 7} of {@code Local/7@queue-00000003;1}. */
    public String endpoint() {
        String resource = name.substring(name.indexOf('/') + 1);
        int counter = resource.lastIndexOf('-');
        String endpoint = counter < 0 ? resource : resource.substring(0, counter);
        int context = endpoint.indexOf('@');
        return local() && context >= 0 ? endpoint.substring(0, context) : endpoint;
    }

    /** Whether it is one half of a Local channel, a pipe within the PBX. */
    boolean local() {
        return technology().equals(LOCAL);
    }

    /** Name of the other end of that pipe. */
    @Nullable
    String otherHalf() {
        if (!local()) {
            return null;
        }
        if (name.endsWith(";1")) {
            return name.substring(0, name.length() - 1) + "2";
        }
        return name.endsWith(";2") ? name.substring(0, name.length() - 1) + "1" : null;
    }

    private String technology() {
        int slash = name.indexOf('/');
        return slash < 0 ? name : name.substring(0, slash);
    }
}
