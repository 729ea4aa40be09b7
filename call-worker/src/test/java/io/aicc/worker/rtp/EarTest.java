package io.aicc.worker.rtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Codec;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EarTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int PACKETS = 40;

    private final StreamFormat format = StreamFormat.of(Codec.ULAW);
    private final StreamPort port = new StreamPort(Channel.CUSTOMER, System::nanoTime);
    private final PacketRing ring = new PacketRing(format.maxPayloadBytes(), GateRig.CAPACITY);

    @Test
    void whoseConsumerIsBusyIsReadForAtTheFirstLook() throws IOException, InterruptedException {
        BusyConsumer consumer = new BusyConsumer();
        try (Tasks tasks = new Tasks(Duration.ofSeconds(5));
                DatagramSocket pbx = new DatagramSocket(0, LOOPBACK);
                MediaSocket socket = MediaSocket.bind(new InetSocketAddress(LOOPBACK, 0), 1 << 19, port);
                Ear ear = new Ear(port, socket, System::nanoTime)) {
            tasks.startComputing("ear", ear::run);
            assertThat(ear.relieve()).as("waits for a call").isFalse();
            ear.open(gate(pbx), speaker(consumer), false);
            send(pbx, ear.localPort(), 1, 2);
            consumer.awaitBusy();
            send(pbx, ear.localPort(), 3, PACKETS);

            assertThat(ear.relieve()).isTrue();

            assertThat(port.stats().received()).isEqualTo(2 + PACKETS);
            consumer.mayGoOn.countDown();
            await().until(() -> ring.peek() == null);
        }
    }

    private PacketGate gate(DatagramSocket pbx) {
        SourceRule rule = new SourceRule.Exact(new InetSocketAddress(LOOPBACK, pbx.getLocalPort()));
        return new PacketGate(format, rule, new FormerSources(), port.stats(), ring, 100, System.nanoTime());
    }

    private Speaker speaker(FrameConsumer consumer) {
        return new Speaker(format, ring, new MediaTimeline(8_000, System.nanoTime()), consumer, System::nanoTime);
    }

    private static void send(DatagramSocket from, int to, int first, int count) throws IOException {
        for (int i = first; i < first + count; i++) {
            byte[] bytes = Packets.ulaw(i, GateRig.SSRC);
            from.send(new DatagramPacket(bytes, bytes.length, LOOPBACK, to));
        }
    }
}
