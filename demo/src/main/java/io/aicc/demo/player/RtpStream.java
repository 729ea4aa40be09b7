package io.aicc.demo.player;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One speaker on the wire, as Asterisk's external media sends it: PCMU, payload type 0, 160 samples a packet, no
 * marker, one SSRC for each place that it goes to (RFC 3550 §5.1, RFC 3551 §4.5.14). Used by one thread.
 */
public final class RtpStream implements AutoCloseable {
    static final int SAMPLES_PER_PACKET = 160;

    private static final int HEADER_BYTES = 12;

    private final short[] track;
    private final int packetsOfTrack;
    private final int packets;
    private final DatagramChannel socket;
    private final ByteBuffer packet = ByteBuffer.allocateDirect(HEADER_BYTES + SAMPLES_PER_PACKET);
    private final short firstSequence = (short) ThreadLocalRandom.current().nextInt();
    private final int firstTimestamp = ThreadLocalRandom.current().nextInt();
    private @Nullable InetSocketAddress destination;
    private int ssrc;
    private int sent;

    /** Binds a socket of its own, so that the source address is known before the worker is. */
    public RtpStream(InetAddress from, short[] track) {
        this(from, track, 1);
    }

    /** The same, for a track that is heard so many times, one after the other. */
    public RtpStream(InetAddress from, short[] track, int times) {
        this.track = track;
        packetsOfTrack = Math.ceilDiv(track.length, SAMPLES_PER_PACKET);
        packets = Math.multiplyExact(packetsOfTrack, times);
        try {
            socket = DatagramChannel.open().bind(new InetSocketAddress(from, 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where packets come from, {@code address:port}. */
    public String source() {
        try {
            InetSocketAddress local = (InetSocketAddress) socket.getLocalAddress();
            return local.getAddress().getHostAddress() + ":" + local.getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Packets from the first word to the last; what the track lacks of its last one is filled up with silence. */
    public int packets() {
        return packets;
    }

    public int packetsSent() {
        return sent;
    }

    /** Sends the packet of that number, silence after the last word. */
    public void send(int number, InetSocketAddress to) throws IOException {
        int place = number < packets ? number % packetsOfTrack * SAMPLES_PER_PACKET : track.length;
        if (!to.equals(destination)) {
            destination = to;
            ssrc = ThreadLocalRandom.current().nextInt();
        }
        packet.clear();
        packet.put((byte) 0x80).put((byte) 0);
        packet.putShort((short) (firstSequence + number));
        packet.putInt(firstTimestamp + number * SAMPLES_PER_PACKET);
        packet.putInt(ssrc);
        for (int i = place; packet.hasRemaining(); i++) {
            packet.put(i < track.length ? MuLaw.encode(track[i]) : MuLaw.SILENCE);
        }
        try {
            socket.send(packet.flip(), to);
        } catch (PortUnreachableException e) {
            // Nobody listens: UDP does not care, the report counts what arrived.
        }
        sent++;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
