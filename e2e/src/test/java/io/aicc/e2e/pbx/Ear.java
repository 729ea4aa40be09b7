package io.aicc.e2e.pbx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Listens at the port of one speaker, and remembers every packet: when it came, from whom, and which of its stream it was. */
final class Ear {
    private static final int RTP_HEADER_BYTES = 12;

    /** µ-law bytes of a quiet line are all near silence; speech has loud ones. */
    private static final int LOUD = 0x30;

    private final DatagramChannel channel;
    private final List<Packet> packets = new ArrayList<>();

    private record Packet(long nanos, int sequenceNumber, int source, boolean spoken, String from) {}

    /**
     * What arrived during a while.
     *
     * @param packets how many
     * @param missing how many more there should be, by the numbers that the PBX gave them
     * @param streams how many different ones; a second one is a new tap
     * @param pauseMs longest time between two packets; 20 ms when all is well
     */
    record Heard(int packets, int missing, int streams, long pauseMs) {}

    Ear(DatagramChannel channel) {
        this.channel = channel;
        Thread.ofVirtual().name("ear").start(this::listen);
    }

    synchronized int packets() {
        return packets.size();
    }

    synchronized int spoken() {
        return (int) packets.stream().filter(Packet::spoken).count();
    }

    synchronized Set<String> sources() {
        return packets.stream().map(Packet::from).collect(Collectors.toSet());
    }

    /** What arrived from that time on, {@link System#nanoTime()}, until now. */
    synchronized Heard since(long nanos) {
        List<Packet> meanwhile =
                packets.stream().filter(packet -> packet.nanos() - nanos >= 0).toList();
        int missing = 0;
        long last = nanos;
        long pause = 0;
        for (int i = 0; i < meanwhile.size(); i++) {
            Packet packet = meanwhile.get(i);
            pause = Math.max(pause, packet.nanos() - last);
            last = packet.nanos();
            if (i > 0 && packet.source() == meanwhile.get(i - 1).source()) {
                missing +=
                        (short) (packet.sequenceNumber() - meanwhile.get(i - 1).sequenceNumber()) - 1;
            }
        }
        pause = Math.max(pause, System.nanoTime() - last);
        int streams = (int) meanwhile.stream().map(Packet::source).distinct().count();
        return new Heard(meanwhile.size(), missing, streams, pause / 1_000_000);
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void listen() {
        ByteBuffer packet = ByteBuffer.allocate(2048);
        try {
            while (true) {
                packet.clear();
                InetSocketAddress from = (InetSocketAddress) channel.receive(packet);
                remember(packet.flip(), from);
            }
        } catch (ClosedChannelException e) {
            // Nobody listens any more.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** RTP's fixed header, RFC 3550 §5.1: sequence number in bytes 2 and 3, synchronization source in 8 to 11. */
    private synchronized void remember(ByteBuffer packet, InetSocketAddress from) {
        packets.add(new Packet(
                System.nanoTime(),
                packet.getShort(2),
                packet.getInt(8),
                isSpeech(packet),
                from.getAddress().getHostAddress() + ":" + from.getPort()));
    }

    private static boolean isSpeech(ByteBuffer packet) {
        for (int i = RTP_HEADER_BYTES; i < packet.limit(); i++) {
            if ((packet.get(i) & 0x7F) < LOUD) {
                return true;
            }
        }
        return false;
    }
}
