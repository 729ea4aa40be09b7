package io.aicc.demo.player;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.demo.player.Damage.Dealt;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class BadNetworkTest {
    private static final int PACKETS = 400;
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @Test
    void aGoodNetworkChangesNothing() throws IOException {
        Arrived arrived = send(Damage.NONE);

        assertThat(arrived.places).hasSize(PACKETS).isSorted();
        assertThat(arrived.dealt).isEqualTo(new Dealt(0, 0, 0));
    }

    @Test
    void everyPacketIsAccountedForAndNoneIsMoreThanThreePlacesLate() throws IOException {
        Arrived arrived = send(new Damage(10, 10, 10));

        Dealt dealt = arrived.dealt;
        assertThat(dealt.lost()).isBetween(20L, 60L);
        assertThat(dealt.reordered()).isBetween(15L, 60L);
        assertThat(dealt.doubled()).isBetween(20L, 60L);
        assertThat(arrived.places).hasSize((int) (PACKETS - dealt.lost() + dealt.doubled()));
        assertThat(new HashSet<>(arrived.places)).hasSize((int) (PACKETS - dealt.lost()));
        int furthest = 0;
        for (int place : arrived.places) {
            assertThat(place).isGreaterThanOrEqualTo(furthest - 3);
            furthest = Math.max(furthest, place);
        }
        assertThat(arrived.places).contains(0, 1, PACKETS - 2, PACKETS - 1);
    }

    private record Arrived(List<Integer> places, Dealt dealt) {}

    private static Arrived send(Damage damage) throws IOException {
        short[] track = new short[PACKETS * RtpStream.SAMPLES_PER_PACKET];
        List<Integer> places = new ArrayList<>();
        try (RtpStream stream = new RtpStream(HERE, track);
                DatagramSocket worker = new DatagramSocket(0, HERE)) {
            worker.setReceiveBufferSize(1 << 20);
            worker.setSoTimeout(1_000);
            BadNetwork network = new BadNetwork(stream, damage, 7);
            for (int i = 0; i < PACKETS; i++) {
                network.send(i, new InetSocketAddress(HERE, worker.getLocalPort()));
                if (i % 50 == 49) {
                    drain(worker, places, stream.packetsSent());
                }
            }
            short first = places.getFirst().shortValue();
            return new Arrived(places.stream().map(it -> it - first & 0xFFFF).toList(), network.dealt());
        }
    }

    private static void drain(DatagramSocket worker, List<Integer> places, int sent) throws IOException {
        byte[] bytes = new byte[2048];
        while (places.size() < sent) {
            DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
            try {
                worker.receive(packet);
            } catch (SocketTimeoutException e) {
                throw new AssertionError("a packet that was sent did not arrive: " + places.size() + " of " + sent, e);
            }
            places.add(ByteBuffer.wrap(bytes).getShort(2) & 0xFFFF);
        }
    }
}
