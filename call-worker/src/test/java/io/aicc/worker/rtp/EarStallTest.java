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
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A process that stands still with its consumer at work, and what its socket keeps meanwhile. */
class EarStallTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final long MS = 1_000_000;
    private static final int LAST = 450; // nine seconds: less than a socket holds anywhere

    private final StreamFormat format = StreamFormat.of(Codec.ULAW);
    private final AtomicLong now = new AtomicLong(40 * MS);
    private final StreamPort port = new StreamPort(Channel.CUSTOMER, now::get);
    private final BusyConsumer heard = new BusyConsumer();
    private final Tasks tasks = new Tasks(Duration.ofSeconds(5));
    private DatagramSocket pbx;
    private Ear ear;

    @BeforeEach
    void listen() throws IOException, InterruptedException {
        pbx = new DatagramSocket(0, LOOPBACK);
        MediaSocket socket = MediaSocket.bind(new InetSocketAddress(LOOPBACK, 0), 1 << 19, port);
        ear = new Ear(port, socket, now::get);
        tasks.startComputing("ear", ear::run);
        SourceRule rule = new SourceRule.Exact(new InetSocketAddress(LOOPBACK, pbx.getLocalPort()));
        PacketRing ring = new PacketRing(format.maxPayloadBytes(), GateRig.CAPACITY);
        PacketGate gate = new PacketGate(format, rule, new FormerSources(), port.stats(), ring, 100, now.get());
        ear.open(gate, new Speaker(format, ring, new MediaTimeline(8_000, 0), heard, now::get), false);
        send(1, 2);
        heard.awaitBusy();
    }

    @AfterEach
    void close() {
        heard.mayGoOn.countDown();
        ear.close();
        pbx.close();
        tasks.close();
    }

    @Test
    void everythingThatWaitedIsHeardInItsPlace() throws IOException {
        send(3, LAST);
        goOnAfterNineSeconds();

        await().untilAsserted(() -> assertThat(heard.frames)
                .isEqualTo(IntStream.rangeClosed(1, LAST)
                        .mapToObj(EarStallTest::frame)
                        .toList()));
        assertThat(heard.gaps).isEmpty();
        assertThat(port.stats().snapshot().rejected()).isEmpty();
        assertThat(port.stats().snapshot().lost()).isZero();
    }

    @Test
    void whatTheSocketHadNoRoomForIsToldAsOverload() throws IOException {
        send(3, 100);
        goOnAfterNineSeconds();
        await().until(() -> heard.frames.size() == 100);
        send(LAST + 1, LAST + 5);

        await().until(() -> heard.frames.contains(frame(LAST + 5)));
        assertThat(heard.gaps).containsExactly("OVERLOAD 2020-9020");
        assertThat(port.stats().snapshot().rejected()).containsExactly(Map.entry("overload", LAST - 100L));
        assertThat(port.stats().snapshot().lost()).isZero();
    }

    @Test
    void whatTheSocketHadNoRoomForIsToldAlsoWhereTheCallEndsWithIt() throws Exception {
        send(3, 400);
        goOnAfterNineSeconds();
        await().until(() -> heard.frames.size() == 400);

        ear.close();

        heard.awaitEnd();
        assertThat(heard.gaps).containsExactly("OVERLOAD 8020-9020");
    }

    @Test
    void aSpeakerWhoSentNothingDuringAStallAndAfterItLostNothing() throws Exception {
        goOnAfterNineSeconds();
        await().until(() -> heard.frames.size() == 2);

        ear.close();

        heard.awaitEnd();
        assertThat(heard.gaps).noneMatch(gap -> gap.startsWith("OVERLOAD"));
    }

    private void goOnAfterNineSeconds() {
        now.set((20 * LAST + 20) * MS);
        heard.mayGoOn.countDown();
    }

    private static String frame(int packet) {
        return (packet & 0xFF) + " at " + 20 * packet;
    }

    private void send(int first, int last) throws IOException {
        for (int i = first; i <= last; i++) {
            byte[] bytes = Packets.ulaw(i, GateRig.SSRC);
            pbx.send(new DatagramPacket(bytes, bytes.length, LOOPBACK, ear.localPort()));
        }
    }
}
