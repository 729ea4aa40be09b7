package io.aicc.demo.player;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RtpStreamTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private static final int HEADER_BYTES = 12;

    @Test
    void aTrackThatIsHeardTwiceBeginsAnewWithAPacketAndEndsInSilence() throws IOException {
        short[] track = new short[RtpStream.SAMPLES_PER_PACKET + 1];
        track[0] = 1_000;
        track[track.length - 1] = 2_000;
        try (RtpStream stream = new RtpStream(HERE, track, 2);
                DatagramSocket worker = new DatagramSocket(0, HERE)) {
            worker.setSoTimeout(1_000);
            assertThat(stream.packets()).isEqualTo(4);

            byte[] firstSamples = new byte[5];
            short[] numbers = new short[5];
            for (int i = 0; i < firstSamples.length; i++) {
                stream.send(i, new InetSocketAddress(HERE, worker.getLocalPort()));
                ByteBuffer packet = receive(worker);
                numbers[i] = (short) (packet.getShort(2) - i);
                firstSamples[i] = packet.get(HEADER_BYTES);
            }

            byte begin = MuLaw.encode((short) 1_000);
            byte end = MuLaw.encode((short) 2_000);
            assertThat(firstSamples).containsExactly(begin, end, begin, end, MuLaw.SILENCE);
            assertThat(numbers).as("one sequence").containsOnly(numbers[0]);
        }
    }

    private static ByteBuffer receive(DatagramSocket worker) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        worker.receive(packet);
        return ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
    }
}
