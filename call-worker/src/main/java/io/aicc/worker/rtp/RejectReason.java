package io.aicc.worker.rtp;

import java.util.Locale;

/** Why a packet is not heard. */
public enum RejectReason {
    /** The worker has no call yet. */
    NOT_ASSIGNED,
    /** Sent from an address that is not the call's PBX. */
    SOURCE,
    /** Sent by somebody who sent before the call began, and whom nobody named: it may be another call's audio. */
    FORMER_SOURCE,
    /** More packets a second than a stream can have, by their number or by their sequence numbers. */
    RATE,
    /** RTCP, told apart as in RFC 5761 §4. */
    RTCP,
    /** Shorter than an RTP header. */
    TOO_SHORT,
    /** Longer than any packet of a call. */
    TOO_LONG,
    /** Not version 2. */
    VERSION,
    /** CSRC list, extension or padding reach past the end. */
    HEADER,
    /** Not the payload type of the call's codec. */
    PAYLOAD_TYPE,
    /** A key that was pressed (RFC 4733), in the place of audio. */
    DTMF,
    /** How the background sounds while nobody speaks (RFC 3389), in the place of audio. */
    COMFORT_NOISE,
    /** No audio, half a sample, or more than 60 ms. */
    PAYLOAD_SIZE,
    /** From another synchronization source than the one that is heard. */
    SSRC,
    /** The first of a new sequence, and no second one followed in order (RFC 3550 appendix A.1). */
    PROBATION,
    /** Heard already. */
    DUPLICATE,
    /** Came after its turn. */
    LATE,
    /** The speaker's queue was full. */
    OVERLOAD;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** Whether such packets belong to an ordinary call: nobody is to be warned of them. */
    boolean isOrdinary() {
        return this == DTMF || this == COMFORT_NOISE;
    }

    /** Name in metrics, reports and logs. */
    public String label() {
        return label;
    }
}
