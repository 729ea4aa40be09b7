package io.aicc.bench.hour;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Child;
import io.aicc.bench.Options;
import io.aicc.bench.ProcessFigures;
import io.aicc.bench.Report;
import io.aicc.bench.Trend;
import io.aicc.bench.engine.CountingProvider;
import io.aicc.demo.JavaProgram;
import io.aicc.demo.player.RtpStream;
import io.aicc.demo.receiver.TranscriptReceiver;
import io.aicc.demo.receiver.Transcripts;
import io.aicc.demo.script.Conversation;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.wire.event.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.spec.SecretKeySpec;

/**
 * A long call at many times real time: heap, direct memory and resident memory over the call, and every packet heard. The
 * demo's conversations follow each other until the call is over.
 */
public final class HourBench implements Benchmark {
    private static final long PACKET_NANOS = 20_000_000;
    private static final int SAMPLES_PER_MS = 8;
    private static final int SAMPLES_OF_MEMORY = 120;

    @Override
    public String name() {
        return "hour";
    }

    @Override
    public String summary() {
        return "memory over a 1-hour call [--minutes 60] [--speed 20] [--engine counting | sphinx; with sphinx, --speed 8]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        int minutes = options.number("minutes", 60, 1, 600);
        int speed = options.number("speed", 20, 1, 200);
        String engine = options.choice("engine", CountingProvider.NAME, List.of(CountingProvider.NAME, "sphinx"));
        Report report = Report.of(name(), options.complete());
        byte[] key = new byte[48];
        new SecureRandom().nextBytes(key);
        InetAddress here = InetAddress.getLoopbackAddress();
        Transcripts transcripts = new Transcripts(Clock.systemUTC());
        try (TranscriptReceiver receiver = new TranscriptReceiver(
                        0, new SecretKeySpec(key, "HmacSHA256"), transcripts, Clock.systemUTC());
                RtpStream customer = new RtpStream(here, track(Channel.CUSTOMER, minutes));
                RtpStream agent = new RtpStream(here, track(Channel.AGENT, minutes))) {
            receiver.start();
            ProcessBuilder command = JavaProgram.likeAWorker(HourWorker.class.getName());
            command.environment().put("AICC_STT_ENGINE", engine);
            command.command()
                    .addAll(List.of(
                            String.valueOf(speed),
                            receiver.transcriptsUrl().toString(),
                            Base64.getEncoder().encodeToString(key),
                            Files.createTempDirectory(directory.toAbsolutePath(), "outbox")
                                    .toString(),
                            customer.source(),
                            agent.source()));
            try (Child worker = new Child("worker", command, directory.resolve("worker.log"))) {
                String[] ports = worker.read().split(" ", -1);
                Memory memory = new Memory(worker);
                play(customer, agent, ports, speed, memory);
                conclude(
                        report,
                        memory.trend(),
                        directory.resolve("hour.svg"),
                        worker.ask("end").split(" ", -1),
                        customer.packetsSent() + agent.packetsSent());
            }
        }
        return report;
    }

    private static void play(RtpStream customer, RtpStream agent, String[] ports, int speed, Memory memory)
            throws IOException {
        InetSocketAddress customerPort =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(ports[0]));
        InetSocketAddress agentPort =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(ports[1]));
        int packets = customer.packets();
        long start = System.nanoTime();
        for (int number = 0; number < packets; number++) {
            for (long wait; (wait = start + number * PACKET_NANOS / speed - System.nanoTime()) > 0; ) {
                LockSupport.parkNanos(wait);
            }
            customer.send(number, customerPort);
            agent.send(number, agentPort);
            if (number % Math.max(1, packets / SAMPLES_OF_MEMORY) == 0) {
                memory.sample(number * PACKET_NANOS * 1e-9 / 60);
            }
        }
    }

    private static void conclude(Report report, Trend memory, Path plot, String[] counts, long sent)
            throws IOException {
        long heard = Long.parseLong(counts[0]);
        report.row("worker")
                .with("packets_sent", sent)
                .with("packets_heard", heard)
                .with("packets_lost", Long.parseLong(counts[1]))
                .with("packets_refused", Long.parseLong(counts[2]))
                .with("finals", Long.parseLong(counts[3]))
                .with("rss_mb_settled", memory.settled(Memory.RESIDENT))
                .with("rss_mb_at_the_end", memory.late(Memory.RESIDENT))
                .with("heap_used_mb_at_most", memory.most(Memory.HEAP))
                .with("direct_mb_at_most", memory.most(Memory.DIRECT))
                .with("plot", memory.write(plot));
        report.goal("every packet is heard", heard == sent, "%d of %d", heard, sent);
        memory.judge(report, Memory.RESIDENT);
    }

    /** One speaker of the demo's conversations, one after the other, again and again. */
    private static short[] track(Channel channel, int minutes) throws Exception {
        List<Conversation> all = ConversationLibrary.open().conversations();
        short[] track = new short[minutes * 60_000 * SAMPLES_PER_MS];
        int filled = 0;
        for (int i = 0; filled < track.length; i++) {
            short[] next = all.get(i % all.size()).track(channel);
            int length = Math.min(next.length, track.length - filled);
            System.arraycopy(next, 0, track, filled, length);
            filled += length;
        }
        return track;
    }

    /** What the worker uses, by the minute of its call. */
    private record Memory(Child worker, Trend trend) {
        static final String RESIDENT = "resident";
        static final String HEAP = "heap used";
        static final String DIRECT = "direct buffers";

        Memory(Child worker) {
            this(worker, new Trend("Memory of one worker over its call", "minute of the call", "MB"));
        }

        void sample(double minute) throws IOException {
            long[] jvm = Arrays.stream(worker.ask("memory").split(" ", -1))
                    .mapToLong(Long::parseLong)
                    .toArray();
            trend.add(RESIDENT, minute, ProcessFigures.rssKib(worker.pid()) / 1024.0);
            trend.add("heap committed", minute, jvm[1] / 1024.0);
            trend.add(HEAP, minute, jvm[0] / 1024.0);
            trend.add(DIRECT, minute, jvm[2] / 1024.0);
        }
    }
}
