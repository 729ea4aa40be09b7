package io.aicc.bench.udp;

import io.aicc.bench.Child;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends two speakers' streams, µ-law in packets of 20 ms, as fast as it is told: a program of its own, the same for every
 * receiver. Says where it sends from, then takes lines of {@code CUSTOMERPORT AGENTPORT PACKETS_PER_SECOND SECONDS} and
 * answers each with the packets it sent and the milliseconds it took.
 */
final class PacketSender {
    private static final int HEADER_BYTES = 12;
    private static final int SAMPLES = 160;
    private static final long PAUSE_NANOS = 200_000;

    private PacketSender() {}

    public static void main(String[] arguments) throws IOException {
        Stream[] streams = {new Stream(), new Stream()};
        Child.answer(streams[0].port() + " " + streams[1].port());
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] command = line.split(" ", -1);
            for (int i = 0; i < streams.length; i++) {
                streams[i].to(Integer.parseInt(command[i]));
            }
            Child.answer(send(streams, Integer.parseInt(command[2]), Integer.parseInt(command[3])));
        }
    }

    private static String send(Stream[] streams, int packetsPerSecond, int seconds) throws IOException {
        long total = (long) packetsPerSecond * seconds;
        long start = System.nanoTime();
        long sent = 0;
        while (sent < total) {
            long elapsed = System.nanoTime() - start;
            long due = Math.min(total, (long) (elapsed * 1e-9 * packetsPerSecond));
            for (; sent < due; sent++) {
                streams[(int) sent & 1].send();
            }
            if (sent < total && (System.nanoTime() - start) * 1e-9 * packetsPerSecond < sent + 1) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return sent + " " + (System.nanoTime() - start) / 1_000_000;
    }

    /** One speaker. */
    private static final class Stream {
        private final DatagramChannel socket;
        private final ByteBuffer packet = ByteBuffer.allocateDirect(HEADER_BYTES + SAMPLES);
        private int sequenceNumber = ThreadLocalRandom.current().nextInt(1 << 16);
        private int timestamp = ThreadLocalRandom.current().nextInt();

        Stream() throws IOException {
            socket = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            packet.put(0, (byte) 0x80)
                    .put(1, (byte) 0)
                    .putInt(8, ThreadLocalRandom.current().nextInt());
            for (int i = HEADER_BYTES; i < packet.capacity(); i++) {
                packet.put(i, (byte) (0x20 + i % 64));
            }
        }

        int port() throws IOException {
            return ((InetSocketAddress) socket.getLocalAddress()).getPort();
        }

        void to(int port) throws IOException {
            socket.disconnect();
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }

        void send() throws IOException {
            packet.putShort(2, (short) sequenceNumber++).putInt(4, timestamp);
            timestamp += SAMPLES;
            socket.write(packet.clear());
        }
    }
}
