package io.aicc.bench.udp;

import io.aicc.bench.Child;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends two speakers' streams, µ-law in packets of 20 ms, as fast as it is told, those that are due by one call: a program of its own, the same for every
 * receiver. Says where it sends from, then takes lines of {@code CUSTOMERPORT AGENTPORT PACKETS_PER_SECOND SECONDS} and
 * answers each with the packets it sent and the milliseconds it took.
 */
final class PacketSender {
    private static final int HEADER_BYTES = 12;
    private static final int SAMPLES = 160;
    private static final int PACKET_BYTES = HEADER_BYTES + SAMPLES;
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
        long total = (long) packetsPerSecond * seconds / streams.length * streams.length;
        long start = System.nanoTime();
        long sent = 0;
        while (sent < total) {
            long elapsed = System.nanoTime() - start;
            long due = Math.min(total, (long) (elapsed * 1e-9 * packetsPerSecond));
            int each = (int) (due - sent) / streams.length;
            for (Stream stream : streams) {
                stream.burst(each);
            }
            sent += (long) each * streams.length;
            if (sent < total && (System.nanoTime() - start) * 1e-9 * packetsPerSecond < sent + streams.length) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return sent + " " + (System.nanoTime() - start) / 1_000_000;
    }

    /** One speaker, and the packets that are due next, one behind the other. */
    private static final class Stream {
        private final BurstSocket socket = new BurstSocket(PACKET_BYTES);
        private final ByteBuffer packets = ByteBuffer.allocateDirect(BurstSocket.MOST * PACKET_BYTES);
        private final MemorySegment memory = MemorySegment.ofBuffer(packets);
        private int sequenceNumber = ThreadLocalRandom.current().nextInt(1 << 16);
        private int timestamp = ThreadLocalRandom.current().nextInt();

        Stream() throws IOException {
            int ssrc = ThreadLocalRandom.current().nextInt();
            for (int start = 0; start < packets.capacity(); start += PACKET_BYTES) {
                packets.put(start, (byte) 0x80).put(start + 1, (byte) 0).putInt(start + 8, ssrc);
                for (int i = HEADER_BYTES; i < PACKET_BYTES; i++) {
                    packets.put(start + i, (byte) (0x20 + i % 64));
                }
            }
        }

        int port() throws IOException {
            return socket.port();
        }

        void to(int port) throws IOException {
            socket.to(port);
        }

        void burst(int count) throws IOException {
            for (int left = count, next; left > 0; left -= next) {
                next = Math.min(left, BurstSocket.MOST);
                for (int i = 0; i < next; i++) {
                    packets.putShort(i * PACKET_BYTES + 2, (short) sequenceNumber++)
                            .putInt(i * PACKET_BYTES + 4, timestamp);
                    timestamp += SAMPLES;
                }
                socket.send(memory, (long) next * PACKET_BYTES);
            }
        }
    }
}
