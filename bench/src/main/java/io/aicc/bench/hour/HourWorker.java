package io.aicc.bench.hour;

import io.aicc.bench.Child;
import io.aicc.runtime.ProcessMetrics;
import io.aicc.runtime.Settings;
import io.aicc.runtime.Tasks;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.event.Channel;
import io.aicc.worker.call.LiveCall;
import io.aicc.worker.call.WorkerParts;
import io.aicc.worker.call.WorkerParts.CallSettings;
import io.aicc.worker.publish.Destination;
import io.aicc.worker.publish.PublishSettings;
import io.aicc.worker.rtp.RtpReceiver;
import io.aicc.worker.rtp.RtpSettings;
import io.aicc.worker.rtp.SourceRule;
import io.aicc.worker.speech.SpeechEngines;
import io.aicc.worker.turn.TurnSettings;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A worker's call in a process of its own, on a media clock that runs faster than the wall's, so that an hour does not take
 * one: the real receiver, turns, engine, outbox and connection to a receiver. Says its ports, then answers {@code memory}
 * and {@code end}.
 */
final class HourWorker {
    private static final String SESSION = "hour";
    /** A pause of this process is as many times longer on the call's clock: what comes at once after it is no flood. */
    private static final int PACKETS_PER_SECOND = 10_000;

    private HourWorker() {}

    /** Arguments: how many times faster, receiver's URL, its key (base64), outbox directory, customer's source, agent's. */
    public static void main(String[] arguments) throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        LongSupplier media = fast(Integer.parseInt(arguments[0]));
        Destination destination = Destination.of(
                "bench",
                URI.create(arguments[1]),
                "aicc-bench",
                Base64.getDecoder().decode(arguments[2]));
        try (ProcessMetrics metrics = new ProcessMetrics();
                Tasks tasks = new Tasks(Duration.ofSeconds(5));
                RtpReceiver receiver =
                        RtpReceiver.bind(new RtpSettings(here, 0, 0, limits()), tasks, metrics.registry(), media);
                LiveCall call = LiveCall.played(new WorkerParts(
                        receiver,
                        Settings.load(System.getenv(), SpeechEngines::choose).create(tasks, metrics.registry()),
                        new PublishSettings(List.of(destination), Path.of(arguments[3])),
                        new CallSettings("en-US", SourceRule.networks(), TurnSettings.DEFAULT, Duration.ofSeconds(60)),
                        tasks,
                        metrics.registry(),
                        Clock.systemUTC()))) {
            call.assign(CallAssignment.first(SESSION, arguments[4], arguments[5]));
            Child.answer(receiver.localPort(Channel.CUSTOMER) + " " + receiver.localPort(Channel.AGENT));
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String command = commands.readLine(); command != null; command = commands.readLine()) {
                Child.answer(command.equals("end") ? end(call) : memory());
            }
        }
    }

    private static RtpSettings.Limits limits() {
        RtpSettings.Limits call = RtpSettings.Limits.OF_A_CALL;
        return new RtpSettings.Limits(PACKETS_PER_SECOND, call.queuedPackets(), call.socketBufferBytes());
    }

    private static LongSupplier fast(int times) {
        long zero = System.nanoTime();
        return () -> zero + (System.nanoTime() - zero) * times;
    }

    /** Heap used, heap committed, direct buffers: KiB. */
    private static String memory() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        long used = memory.getHeapMemoryUsage().getUsed();
        long committed = memory.getHeapMemoryUsage().getCommitted();
        return used / 1024 + " " + committed / 1024 + " " + direct / 1024;
    }

    /** Packets heard, packets lost, packets refused, finals. */
    private static String end(LiveCall call) throws Exception {
        call.end(new EndOrder(SESSION, "CustomerHangup"));
        WorkerReport report = call.report();
        while (report.state() != WorkerReport.State.DONE) {
            call.awaitChange(report.state(), Duration.ofSeconds(1));
            report = call.report();
        }
        return report.customer().received() + report.agent().received()
                + " "
                + (report.customer().unheard() + report.agent().unheard())
                + " "
                + (report.customer().refused() + report.agent().refused())
                + " "
                + report.transcripts();
    }
}
