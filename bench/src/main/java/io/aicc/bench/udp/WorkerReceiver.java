package io.aicc.bench.udp;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.aicc.bench.Child;
import io.aicc.crd.Codec;
import io.aicc.runtime.Tasks;
import io.aicc.wire.control.WorkerReport.StreamCounters;
import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.rtp.FrameConsumer;
import io.aicc.worker.rtp.MediaPlan;
import io.aicc.worker.rtp.RtpReceiver;
import io.aicc.worker.rtp.RtpSettings;
import io.aicc.worker.rtp.SourceRule;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The worker's own way from the socket to decoded samples, and nothing behind it, in a process like a worker's. It was made
 * for 100 packets a second, so its clock moves with the packets: the timeline then sees a call. Says its ports, then answers
 * {@code count} with everything that was counted.
 */
final class WorkerReceiver {
    /** As much room as asyncio gets; a call's is made for a rate that is a thousandth of this. */
    private static final RtpSettings.Limits LIMITS =
            new RtpSettings.Limits(1_000_000, Receiver.QUEUED_PACKETS, Receiver.SOCKET_BUFFER_BYTES);

    private static final byte SILENCE = (byte) 0xFF;

    private WorkerReceiver() {}

    /** Arguments: the customer's source port, the agent's. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        InetAddress here = InetAddress.getLoopbackAddress();
        MeterRegistry registry = new SimpleMeterRegistry();
        PacketClock clock = new PacketClock();
        Decoded customer = new Decoded();
        Decoded agent = new Decoded();
        try (Tasks tasks = new Tasks(Duration.ofSeconds(1));
                RtpReceiver receiver = RtpReceiver.bind(new RtpSettings(here, 0, 0, LIMITS), tasks, registry, clock)) {
            clock.count(registry);
            SourceRule customerSource = SourceRule.exact(here.getHostAddress() + ":" + arguments[0]);
            SourceRule agentSource = SourceRule.exact(here.getHostAddress() + ":" + arguments[1]);
            receiver.lock(new MediaPlan(Codec.ULAW, customerSource, agentSource, Duration.ZERO), customer, agent);
            Child.answer(receiver.localPort(Channel.CUSTOMER) + " " + receiver.localPort(Channel.AGENT));
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (commands.readLine() != null) {
                Child.answer(count(receiver, customer, agent));
            }
        }
    }

    private static String count(RtpReceiver receiver, Decoded customer, Decoded agent) throws IOException {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("packets", customer.packets.get() + agent.packets.get());
        counts.put("samples", customer.samples.get() + agent.samples.get());
        for (Channel speaker : Channel.values()) {
            StreamCounters counters = receiver.counters(speaker);
            counters.rejected().forEach((reason, count) -> counts.merge(reason, count, Long::sum));
            counts.merge("kernel", KernelDrops.of(receiver.localPort(speaker)), Long::sum);
        }
        counts.put(
                "cpu_us",
                ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1000);
        counts.put(
                "allocated_bytes", ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes());
        return JsonMapper.builder().build().writeValueAsString(counts);
    }

    /** Moves by 20 ms for each packet that was heard of a speaker, on the thread of that speaker. */
    private static final class PacketClock implements LongSupplier {
        private static final long PACKET_NANOS = 20_000_000;

        private volatile @Nullable FunctionCounter customer;
        private volatile @Nullable FunctionCounter agent;

        void count(MeterRegistry registry) {
            customer = packets(registry, "customer");
            agent = packets(registry, "agent");
        }

        private static FunctionCounter packets(MeterRegistry registry, String stream) {
            return registry.get("aicc_udp_packets_total").tag("stream", stream).functionCounter();
        }

        @Override
        public long getAsLong() {
            boolean agents = Thread.currentThread().getName().startsWith("agent");
            FunctionCounter packets = agents ? agent : customer;
            return packets == null ? 0 : (long) packets.count() * PACKET_NANOS;
        }
    }

    /** What a speaker's thread got. */
    private static final class Decoded implements FrameConsumer {
        private final AtomicLong packets = new AtomicLong();
        private final AtomicLong samples = new AtomicLong();

        @Override
        public void frame(AudioFrame frame) {
            if (frame.encoded()[0] != SILENCE) { // what fills a hole is no packet
                packets.lazySet(packets.get() + 1);
                samples.lazySet(samples.get() + frame.length());
            }
        }

        @Override
        public void gap(GapReason reason, long startMs, long endMs) {}

        @Override
        public void idle(long nowMs) {}

        @Override
        public void end() {}
    }
}
