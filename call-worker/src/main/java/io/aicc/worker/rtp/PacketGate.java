package io.aicc.worker.rtp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Decides what of a port's packets is the speaker's stream, and puts that in order into the ring. Everything else is counted
 * by reason. Not thread-safe.
 *
 * <p>A stream proves itself by {@code MIN_SEQUENTIAL} = 2 packets in order (RFC 3550 appendix A.1); the first of them waits and
 * is heard too. The same holds when sequence numbers jump, and when the PBX goes on with another synchronization source: that
 * is accepted from an exactly known address, once the old source has been nearly silent for half a second. Two at a time never are,
 * and an old one that goes on after all gets its place back: see {@link FormerStreams}.
 * The stream that is heard has a rate of its own: nobody who forges its address, but cannot know its source, uses it up.
 * What is missing by its sequence numbers has a rate too: whoever knows the source as well makes no losses that cannot have been.
 *
 * <p>While nobody is heard, packets from addresses that are not allowed yet wait: they may be from the one that is named next.
 */
final class PacketGate implements ReorderWindow.Output {
    private static final long QUIET_NANOS = 500_000_000;

    /** As many packets as can be missing without the sequence being another one: a minute of a call. */
    private static final int MISSING_BURST_SECONDS = 30;

    private final StreamFormat format;
    private final FormerSources formerSources;
    private final StreamStats stats;
    private final PacketRing ring;
    private final TokenBucket streamRate;
    private final TokenBucket formerRate;
    private final TokenBucket otherRate;
    private final TokenBucket missingRate;
    private final RtpPacket packet = new RtpPacket();
    private final ReorderWindow window = new ReorderWindow(this);
    private final WaitingRoom waiting = new WaitingRoom();
    private SourceRule rule;
    private final SourceRule networks;
    private @Nullable InetSocketAddress latched;
    private @Nullable InetAddress heardHost;

    private final FormerStreams formerStreams = new FormerStreams();
    private @Nullable HeardStream stream;
    private long lastAcceptedNanos;
    private int lastTimestamp;
    private final Stall stall;

    private final HeldPacket candidate = new HeldPacket();
    private final RtpPacket candidateView = new RtpPacket();
    private @Nullable InetSocketAddress candidateSource;

    private boolean restart;
    private int missingSincePublish;
    private boolean overloaded;
    private long releasedNanos;
    private long silenceNanos = Long.MAX_VALUE;

    PacketGate(
            StreamFormat format,
            SourceRule rule,
            FormerSources formerSources,
            StreamStats stats,
            PacketRing ring,
            int packetsPerSecond,
            long nowNanos) {
        this.format = format;
        this.rule = rule;
        networks = rule instanceof SourceRule.Networks ? rule : SourceRule.networks();
        this.formerSources = formerSources;
        this.stats = stats;
        this.ring = ring;
        streamRate = new TokenBucket(packetsPerSecond, nowNanos);
        formerRate = new TokenBucket(packetsPerSecond, nowNanos);
        otherRate = new TokenBucket(packetsPerSecond, nowNanos);
        missingRate = new TokenBucket(packetsPerSecond, MISSING_BURST_SECONDS, nowNanos);
        stall = new Stall(format.sampleRateHz());
    }

    /** From now on the stream comes from somewhere else; the same rule again changes nothing. */
    void retap(SourceRule newRule) {
        if (!newRule.equals(rule)) {
            rule = newRule;
            latched = null;
            stream = null;
            formerStreams.clear();
            hearFrom(waiting);
        }
    }

    /** Hears those of a room who are named by now. */
    void hearFrom(WaitingRoom room) {
        if (rule instanceof SourceRule.Exact(InetSocketAddress named)) {
            room.release(named, packetBefore -> hearAtLast(packetBefore, named));
        }
    }

    /**
     * Takes what arrived.
     *
     * @return null when it is the speaker's, or may turn out to be; else why it is not heard, already counted
     */
    @Nullable
    RejectReason accept(byte[] data, int offset, int length, InetSocketAddress source, long nowNanos) {
        RejectReason reason = check(data, offset, length, source, nowNanos);
        if (reason == RejectReason.SOURCE && mayBeNamedNext(data, offset, length, nowNanos)) {
            return giveUp(waiting.hold(packet, source, isKnown(source), nowNanos)) ? reason : null;
        }
        if (reason == null) {
            reason = hear(source, nowNanos);
        }
        if (reason != null) {
            stats.countRejected(reason);
        }
        return reason;
    }

    /** Nobody has read for so long until now: what comes next has waited in the kernel, as far as that had room. */
    void unread(long nanos, long nowNanos) {
        streamRate.unwatched(nanos);
        if (stream != null) {
            stall.ends(lastAcceptedNanos, lastTimestamp, nowNanos);
        }
    }

    /** All that waited has been read. */
    void caughtUp() {
        streamRate.caughtUp();
    }

    /** To be called every now and then: stops waiting for a packet when no other comes either. */
    void tick(long nowNanos) {
        window.expire(nowNanos);
        giveUp(waiting.forgetSilent(nowNanos));
    }

    /** Nothing more arrives: passes on what waits and ends the ring. */
    void close() {
        dropCandidate();
        giveUp(waiting.clear());
        window.flush();
        ring.cutOff(stall.cutOffUntilNanos());
        ring.close();
    }

    private @Nullable RejectReason check(byte[] data, int offset, int length, InetSocketAddress source, long nowNanos) {
        if (!(latched != null ? latched.equals(source) : rule.allows(source))) {
            return RejectReason.SOURCE;
        }
        if (latched == null && rule instanceof SourceRule.Networks && formerSources.goesOn(source, nowNanos)) {
            return RejectReason.FORMER_SOURCE;
        }
        if (length >= StreamFormat.MAX_PACKET_BYTES) {
            return RejectReason.TOO_LONG;
        }
        RejectReason malformed = packet.wrap(data, offset, length);
        if (malformed != null) {
            return malformed;
        }
        RejectReason unfit = checkPayload();
        if (unfit != null) {
            return unfit;
        }
        TokenBucket rate = rate();
        if (rate.tryTake(nowNanos)) {
            return null;
        }
        overloaded |= rate == streamRate;
        return RejectReason.RATE;
    }

    /** Whether nobody is heard just now, and this is audio of a call. */
    private boolean mayBeNamedNext(byte[] data, int offset, int length, long nowNanos) {
        boolean quiet = stream == null || nowNanos - lastAcceptedNanos >= QUIET_NANOS;
        return quiet
                && length < StreamFormat.MAX_PACKET_BYTES
                && packet.wrap(data, offset, length) == null
                && checkPayload() == null;
    }

    /** Whether the PBX has been heard from this host, or it is in the pool's networks. */
    private boolean isKnown(InetSocketAddress source) {
        return source.getAddress().equals(heardHost) || networks.allows(source);
    }

    /** Packets from an address that turned out to be nobody's; returns whether there are any. */
    private boolean giveUp(int packets) {
        for (int i = 0; i < packets; i++) {
            stats.countRejected(RejectReason.SOURCE);
        }
        return packets > 0;
    }

    /** A packet whose sender is named only now. */
    private void hearAtLast(HeldPacket before, InetSocketAddress source) {
        before.show(packet);
        RejectReason unfit = checkPayload();
        RejectReason reason = unfit != null ? unfit : hear(source, before.arrivalNanos());
        if (reason != null) {
            stats.countRejected(reason);
        }
    }

    private @Nullable RejectReason hear(InetSocketAddress source, long arrivalNanos) {
        HeardStream present = stream;
        if (present == null) {
            return probe(source, arrivalNanos);
        }
        if (present.continuesWith(packet)) {
            return missingRate.tryTake(present.missingBefore(packet), arrivalNanos)
                    ? deliver(present, packet, arrivalNanos)
                    : RejectReason.RATE;
        }
        if (formerStreams.resumeWith(packet, present)) {
            return aheadOfCandidate(source) == 1
                    ? lock(source, arrivalNanos)
                    : deliver(begin(packet, arrivalNanos), packet, arrivalNanos);
        }
        if (packet.ssrc() != present.ssrc() && !mayGiveWay(present, arrivalNanos)) {
            return RejectReason.SSRC;
        }
        return probe(source, arrivalNanos);
    }

    private @Nullable RejectReason checkPayload() {
        if (format.isAudio(packet)) {
            return format.isPlausiblePayload(packet.payloadLength()) ? null : RejectReason.PAYLOAD_SIZE;
        }
        return Unheard.reason(packet) == null ? RejectReason.PAYLOAD_TYPE : null;
    }

    private TokenBucket rate() {
        if (stream != null && packet.ssrc() == stream.ssrc()) {
            return streamRate;
        }
        return formerStreams.knows(packet.ssrc()) ? formerRate : otherRate;
    }

    private @Nullable RejectReason deliver(HeardStream to, RtpPacket accepted, long arrivalNanos) {
        RejectReason reason = window.offer(accepted, arrivalNanos);
        if (reason == null) {
            lastAcceptedNanos = arrivalNanos;
            lastTimestamp = accepted.timestamp();
            to.heard(accepted, arrivalNanos);
        }
        return reason;
    }

    /** The packet does not continue what is heard: it may be the first of something new, or the second, which proves it. */
    private @Nullable RejectReason probe(InetSocketAddress source, long nowNanos) {
        int ahead = aheadOfCandidate(source);
        if (ahead == 0) {
            return RejectReason.DUPLICATE;
        }
        if (ahead == 1) {
            return lock(source, nowNanos);
        }
        dropCandidate();
        candidate.hold(packet, nowNanos);
        candidateSource = source;
        return null;
    }

    /** How far the packet is ahead of the one that waits for proof, 0 to 65,535; −1 when that is another's, or none. */
    private int aheadOfCandidate(InetSocketAddress source) {
        if (candidate.isEmpty()) {
            return -1;
        }
        candidate.show(candidateView);
        boolean same = candidateView.ssrc() == packet.ssrc() && source.equals(candidateSource);
        return same ? packet.sequenceNumber() - candidateView.sequenceNumber() & 0xFFFF : -1;
    }

    private boolean mayGiveWay(HeardStream present, long nowNanos) {
        return rule instanceof SourceRule.Exact && present.isFaint(nowNanos);
    }

    private @Nullable RejectReason lock(InetSocketAddress source, long nowNanos) {
        latched = source;
        heardHost = source.getAddress();
        HeardStream proven = begin(candidateView, nowNanos);
        deliver(proven, candidateView, candidate.arrivalNanos());
        candidate.clear();
        return deliver(proven, packet, nowNanos);
    }

    /** A sequence begins with this packet, mostly of another source than the one before. */
    private HeardStream begin(RtpPacket first, long nowNanos) {
        HeardStream before = stream;
        HeardStream now =
                before != null && before.ssrc() == first.ssrc() ? before : formerStreams.takeBack(first.ssrc());
        if (now == null) {
            now = new HeardStream(first.ssrc());
            if (before != null) {
                formerStreams.add(before);
            }
        }
        overloaded |= stall.isCutOff() && now == before;
        now.startAt(first.sequenceNumber(), nowNanos);
        window.restart(first.sequenceNumber());
        stream = now;
        restart = true;
        return now;
    }

    private void dropCandidate() {
        if (!candidate.isEmpty()) {
            candidate.clear();
            stats.countRejected(RejectReason.PROBATION);
        }
    }

    @Override
    public void release(RtpPacket released, long arrivalNanos, int lostBefore) {
        if (stall.isOverWith(released.timestamp()) && lostBefore > 0) {
            stats.countOverload(lostBefore);
            window.forgetLost(lostBefore);
            overloaded = true;
        }
        RejectReason unheard = format.isAudio(released) ? null : Unheard.reason(released);
        if (unheard != null) {
            stats.countRejected(unheard);
            missingSincePublish += lostBefore;
            silenceNanos = silenceUntil(arrivalNanos, 0);
            releasedNanos = arrivalNanos;
            ring.sign(arrivalNanos);
            return;
        }
        MediaPacket slot = ring.claim();
        if (slot == null) {
            stats.countRejected(RejectReason.OVERLOAD);
            missingSincePublish += lostBefore + 1;
            overloaded = true;
            return;
        }
        released.copyPayload(slot.payload);
        slot.payloadLength = released.payloadLength();
        slot.timestamp = released.timestamp();
        slot.arrivalNanos = arrivalNanos;
        slot.lostBefore = missingSincePublish + lostBefore;
        slot.overloadBefore = overloaded;
        slot.restart = restart;
        slot.silenceNanos = silenceUntil(arrivalNanos, Long.MAX_VALUE);
        silenceNanos = Long.MAX_VALUE;
        releasedNanos = arrivalNanos;
        missingSincePublish = 0;
        overloaded = false;
        restart = false;
        stats.countReceived();
        ring.publish();
    }

    /** The longest since audio came, or what is said where nothing else came in between. */
    private long silenceUntil(long nowNanos, long uninterrupted) {
        long longest = silenceNanos == Long.MAX_VALUE ? uninterrupted : silenceNanos;
        return Math.max(longest, nowNanos - releasedNanos);
    }

    @Override
    public void lost(int change) {
        stats.countLost(change);
    }
}
