package io.aicc.worker.rtp;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Codec;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RtpReceiverTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int SSRC = 77;

    private final Tasks tasks = new Tasks(Duration.ofSeconds(5));
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Recorder customer = new Recorder();
    private final Recorder agent = new Recorder();
    private RtpReceiver receiver;
    private DatagramSocket pbx;

    @BeforeEach
    void bind() throws IOException {
        receiver = RtpReceiver.bind(new RtpSettings(LOOPBACK, 0, 0), tasks, registry, System::nanoTime);
        pbx = new DatagramSocket(0, LOOPBACK);
    }

    @AfterEach
    void close() throws InterruptedException {
        pbx.close();
        receiver.close();
        assertThat(receiver.awaitEnd(Duration.ofSeconds(5))).isTrue();
        tasks.close();
    }

    @Test
    void refusesWhatCameBeforeItHasACallOnceThatComesNoMore() throws IOException {
        send(Channel.CUSTOMER, 1, 3);

        await().untilAsserted(() ->
                assertThat(receiver.counters(Channel.CUSTOMER).rejected()).containsEntry("not_assigned", 3L));
        assertThat(receiver.counters(Channel.CUSTOMER).received()).isZero();
    }

    @Test
    void anotherCallsSenderIsNotTakenForThisCallsUnlessNamed() throws IOException {
        SourceRule anybody = SourceRule.networks("127.0.0.0/8");
        send(Channel.CUSTOMER, 1, 3);

        receiver.hear(new MediaPlan(Codec.ULAW, anybody, anybody, Duration.ZERO), customer, agent);
        send(Channel.CUSTOMER, 4, 3);
        await().untilAsserted(() ->
                assertThat(receiver.counters(Channel.CUSTOMER).rejected()).containsEntry("former_source", 3L));
        receiver.retap(exact(pbx), anybody);
        send(Channel.CUSTOMER, 7, 2);

        await().untilAsserted(() -> assertThat(customer.heard).containsExactly(7, 8));
    }

    @Test
    void aWorkerThatTakesOverHearsWhoSendsAlready() throws IOException {
        SourceRule anybody = SourceRule.networks("127.0.0.0/8");
        send(Channel.CUSTOMER, 1, 3);

        receiver.hear(new MediaPlan(Codec.ULAW, anybody, anybody, Duration.ofSeconds(9)), customer, agent);
        send(Channel.CUSTOMER, 4, 2);

        await().untilAsserted(() -> assertThat(customer.heard).containsExactly(4, 5));
    }

    @Test
    void aWorkerThatWasStartedAnewHearsWhatCameBeforeItGotItsCallBack() throws IOException {
        try (DatagramSocket stranger = new DatagramSocket(0, LOOPBACK)) {
            for (int i = 1; i <= 20; i++) {
                send(Channel.CUSTOMER, i, 1);
                send(stranger, Channel.CUSTOMER, Packets.ulaw(100 + i, 99));
            }
            receiver.hear(new MediaPlan(Codec.ULAW, exact(pbx), exact(pbx), Duration.ofSeconds(9)), customer, agent);
            send(Channel.CUSTOMER, 21, 1);

            await().untilAsserted(() -> assertThat(customer.heard)
                    .isEqualTo(IntStream.rangeClosed(1, 21).boxed().toList()));
            assertThat(receiver.counters(Channel.CUSTOMER).rejected()).containsOnly(Map.entry("not_assigned", 20L));
        }
    }

    @Test
    void aNewCallHearsNothingThatCameBeforeIt() throws IOException {
        send(Channel.CUSTOMER, 1, 20);
        hear();
        send(Channel.CUSTOMER, 21, 2);

        await().untilAsserted(() -> assertThat(customer.heard).containsExactly(21, 22));
        assertThat(receiver.counters(Channel.CUSTOMER).rejected()).containsOnly(Map.entry("not_assigned", 20L));
    }

    @Test
    void hearsEachSpeakerOnTheirOwnPort() throws IOException {
        hear();

        send(Channel.CUSTOMER, 1, 10);
        send(Channel.AGENT, 101, 10);

        await().untilAsserted(() -> {
            assertThat(customer.heard)
                    .isEqualTo(IntStream.rangeClosed(1, 10).boxed().toList());
            assertThat(agent.heard)
                    .isEqualTo(IntStream.rangeClosed(101, 110).boxed().toList());
        });
        assertThat(receiver.counters(Channel.AGENT).received()).isEqualTo(10);
        assertThat(customer.threads).containsOnly("customer-audio");
        assertThat(agent.threads).containsOnly("agent-audio");
    }

    @Test
    void losesNothingThatWasSentBeforeItClosed() throws IOException, InterruptedException {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        customer.waitFor = mayGoOn;
        hear();
        send(Channel.CUSTOMER, 1, 100);
        send(Channel.CUSTOMER, 102, 1); // waits for 101, which never comes

        receiver.closeSockets();
        mayGoOn.countDown();

        assertThat(receiver.awaitEnd(Duration.ofSeconds(10))).isTrue();
        List<Integer> expected =
                new ArrayList<>(IntStream.rangeClosed(1, 100).boxed().toList());
        expected.add(102);
        assertThat(customer.heard).isEqualTo(expected);
        assertThat(customer.ends).containsExactly("end");
        assertThat(agent.ends).containsExactly("end");
    }

    @Test
    void readsAFloodAwayWhileAConsumerIsBusy() throws IOException {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        customer.waitFor = mayGoOn;
        hear();
        send(Channel.CUSTOMER, 1, 3);
        await().until(() -> receiver.counters(Channel.CUSTOMER).received() > 0);

        try (DatagramSocket stranger = new DatagramSocket(0, LOOPBACK)) {
            for (int i = 0; i < 600; i++) { // What the socket's buffer holds.
                send(stranger, Channel.CUSTOMER, new byte[20]);
            }
        }
        send(Channel.CUSTOMER, 4, 60);

        await().atMost(2, SECONDS)
                .until(() -> receiver.counters(Channel.CUSTOMER).received() == 63);
        mayGoOn.countDown();
    }

    @Test
    void goesOnReceivingWhileAConsumerIsBusy() throws IOException {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        customer.waitFor = mayGoOn;
        hear();
        send(Channel.CUSTOMER, 1, 3);
        await().until(() -> receiver.counters(Channel.CUSTOMER).received() > 0);

        send(Channel.CUSTOMER, 4, 60);

        await().until(() -> receiver.counters(Channel.CUSTOMER).received() == 63);
        assertThat(customer.heard).isEmpty();
        mayGoOn.countDown();
        await().untilAsserted(() -> assertThat(customer.heard)
                .isEqualTo(IntStream.rangeClosed(1, 63).boxed().toList()));
    }

    @Test
    void goesOnReceivingWhileAConsumerFails() throws IOException {
        customer.failing = true;
        hear();

        send(Channel.CUSTOMER, 1, 10);
        await().until(() -> receiver.counters(Channel.CUSTOMER).received() == 10);
        await().until(() -> customer.failures.size() == 10);
        customer.failing = false;
        send(Channel.CUSTOMER, 11, 1);

        await().untilAsserted(() -> assertThat(customer.heard).containsExactly(11));
    }

    @Test
    void followsTheTapToAnotherAddress() throws IOException {
        hear();
        send(Channel.CUSTOMER, 1, 2);
        await().until(() -> customer.heard.size() == 2);

        try (DatagramSocket newTap = new DatagramSocket(0, LOOPBACK)) {
            receiver.retap(exact(newTap), exact(pbx));
            for (int i = 50; i < 53; i++) {
                send(newTap, Channel.CUSTOMER, Packets.ulaw(i, 99));
            }
            send(Channel.CUSTOMER, 3, 1);

            await().untilAsserted(() -> assertThat(customer.heard).containsExactly(1, 2, 50, 51, 52));
            await().untilAsserted(() ->
                    assertThat(receiver.counters(Channel.CUSTOMER).rejected()).containsEntry("source", 1L));
        }
    }

    @Test
    void hearsOneCallOnly() {
        hear();

        assertThatThrownBy(this::hear).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void saysWhichPortSomebodyElseHas() throws IOException {
        try (DatagramSocket taken = new DatagramSocket(0, LOOPBACK)) {
            RtpSettings settings = new RtpSettings(LOOPBACK, 0, taken.getLocalPort());

            assertThatThrownBy(() -> RtpReceiver.bind(
                            settings, tasks, new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), System::nanoTime))
                    .isInstanceOf(BindException.class)
                    .hasMessage("UDP port %d (agent) on 127.0.0.1 is taken by another process", taken.getLocalPort());
        }
    }

    @Test
    void showsItsCountersUnderTheirFixedNames() throws IOException {
        hear();
        send(Channel.CUSTOMER, 1, 5);
        send(pbx, Channel.AGENT, new byte[3]);
        await().until(() -> customer.heard.size() == 5);
        await().until(() -> receiver.counters(Channel.AGENT).refused() == 1);

        assertThat(registry.scrape().lines())
                .contains("aicc_udp_packets_total{stream=\"customer\"} 5.0")
                .contains("aicc_udp_packets_total{stream=\"agent\"} 0.0")
                .contains("aicc_udp_dropped_total{reason=\"too_short\"} 1.0");
    }

    private void hear() {
        MediaPlan plan = new MediaPlan(Codec.ULAW, exact(pbx), exact(pbx), Duration.ZERO);
        receiver.hear(plan, customer, agent);
    }

    private static SourceRule exact(DatagramSocket socket) {
        return SourceRule.exact("127.0.0.1:" + socket.getLocalPort());
    }

    private void send(Channel speaker, int first, int count) throws IOException {
        for (int i = first; i < first + count; i++) {
            send(pbx, speaker, Packets.ulaw(i, SSRC));
        }
    }

    private void send(DatagramSocket from, Channel speaker, byte[] bytes) throws IOException {
        from.send(new DatagramPacket(bytes, bytes.length, LOOPBACK, receiver.localPort(speaker)));
    }

    /** Remembers the packets it heard by the byte that fills them. */
    private static final class Recorder implements FrameConsumer {
        final List<Integer> heard = new CopyOnWriteArrayList<>();
        final List<String> threads = new CopyOnWriteArrayList<>();
        final List<String> failures = new CopyOnWriteArrayList<>();
        final List<String> ends = new CopyOnWriteArrayList<>();
        volatile boolean failing;
        volatile CountDownLatch waitFor = new CountDownLatch(0);

        @Override
        public void frame(AudioFrame frame) {
            try {
                assertThat(waitFor.await(5, SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (failing) {
                failures.add("failed");
                throw new IllegalStateException("a consumer that fails");
            }
            int code = frame.encoded()[0] & 0xFF;
            if (code != 0xFF) { // 0xFF is the silence between packets
                heard.add(code);
                threads.add(Thread.currentThread().getName());
            }
        }

        @Override
        public void gap(GapReason reason, long startMs, long endMs) {}

        @Override
        public void idle(long nowMs) {}

        @Override
        public void end() {
            ends.add("end");
        }
    }
}
