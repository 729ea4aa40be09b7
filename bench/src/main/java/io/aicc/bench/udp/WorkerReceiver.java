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
import org.jspecify.annotations.Nullable;

/**
 * The worker's own way from the socket to decoded samples, and nothing behind it, in a process like a worker's. It was made
 * for 100 packets a second, so its clock moves with the packets: the timeline then sees a call. A clock can do so for one stream
 * only, whoever asks it, so each has a receiver of its own, of which the other port stays unused. Says its ports, then answers
 * {@code count} with everything that was counted.
 */
final class WorkerReceiver {
    /** As much room as asyncio gets; a call's is made for a rate that is a thousandth of this. */
    private static final RtpSettings.Limits LIMITS =
            new RtpSettings.Limits(1_000_000, Receiver.QUEUED_PACKETS, Receiver.SOCKET_BUFFER_BYTES);

    private static final byte SILENCE = (byte) 0xFF;

    private WorkerReceiver() {}

    /** Arguments: the customer's source port, the agent's. */
    public static void main(String[] arguments) throws IOException {
        try (Stream customer = new Stream(Channel.CUSTOMER, arguments[0]);
                Stream agent = new Stream(Channel.AGENT, arguments[1])) {
            Child.answer(customer.port() + " " + agent.port());
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (commands.readLine() != null) {
                Child.answer(count(customer, agent));
            }
        }
    }

    private static String count(Stream... streams) throws IOException {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (Stream stream : streams) {
            counts.merge("packets", stream.decoded.packets.get(), Long::sum);
            counts.merge("samples", stream.decoded.samples.get(), Long::sum);
            stream.counters().rejected().forEach((reason, count) -> counts.merge(reason, count, Long::sum));
            counts.merge("kernel", KernelDrops.of(stream.port()), Long::sum);
        }
        counts.put(
                "cpu_us",
                ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1000);
        counts.put(
                "allocated_bytes", ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes());
        return JsonMapper.builder().build().writeValueAsString(counts);
    }

    /** One speaker: a receiver whose clock moves by 20 ms for each packet that was heard. */
    private static final class Stream implements AutoCloseable {
        private static final long PACKET_NANOS = 20_000_000;

        private final Tasks tasks = new Tasks(Duration.ofSeconds(1));
        private final Decoded decoded = new Decoded();
        private final Channel speaker;
        private final RtpReceiver receiver;
        private volatile @Nullable FunctionCounter heard;

        Stream(Channel speaker, String source) throws IOException {
            this.speaker = speaker;
            InetAddress here = InetAddress.getLoopbackAddress();
            MeterRegistry registry = new SimpleMeterRegistry();
            receiver = RtpReceiver.bind(new RtpSettings(here, 0, 0, LIMITS), tasks, registry, this::now);
            heard = registry.get("aicc_udp_packets_total")
                    .tag("stream", speaker.label())
                    .functionCounter();
            SourceRule rule = SourceRule.exact(here.getHostAddress() + ":" + source);
            receiver.hear(new MediaPlan(Codec.ULAW, rule, rule, Duration.ZERO), decoded, decoded);
        }

        private long now() {
            FunctionCounter packets = heard;
            return packets == null ? 0 : (long) packets.count() * PACKET_NANOS;
        }

        int port() {
            return receiver.localPort(speaker);
        }

        StreamCounters counters() {
            return receiver.counters(speaker);
        }

        @Override
        public void close() {
            receiver.close();
            tasks.close();
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
