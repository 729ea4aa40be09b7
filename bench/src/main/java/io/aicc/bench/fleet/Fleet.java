package io.aicc.bench.fleet;

import io.aicc.bench.Shipped;
import io.aicc.demo.JavaProgram;
import io.aicc.demo.receiver.TranscriptListener;
import io.aicc.demo.receiver.TranscriptReceiver;
import io.aicc.demo.receiver.Transcripts;
import io.aicc.demo.script.Conversation;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.event.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.crypto.spec.SecretKeySpec;

/**
 * Workers as they are shipped, each in a live call with two speakers, under one sender. They start one after the other: how
 * long a start takes is another question.
 */
public final class Fleet implements AutoCloseable {
    private static final long PACKET_NANOS = Duration.ofMillis(20).toNanos();

    private static final String ENGINE = "AICC_STT_ENGINE";
    private static final String GOOGLE = "google";

    private final LiveWorker.Commander commander = LiveWorker.Commander.generate();
    private final List<LiveWorker> workers = new ArrayList<>();
    private final List<SpokenStream> streams = new ArrayList<>();
    private final Transcripts transcripts = new Transcripts(Clock.systemUTC());
    private final TranscriptReceiver receiver;
    private final Path key;
    private final byte[] secret = new byte[48];

    private Fleet(Path directory) throws IOException {
        new SecureRandom().nextBytes(secret);
        key = Files.write(directory.resolve("receiver.key"), secret);
        receiver = new TranscriptReceiver(0, new SecretKeySpec(secret, "HmacSHA256"), transcripts, Clock.systemUTC());
        receiver.start();
    }

    /**
     * Starts them; calls are assigned, nobody speaks yet.
     *
     * @param engine what they do instead of recognising, or with what they do it
     */
    public static Fleet start(int workers, String engine, Path directory) throws Exception {
        return start(workers, Map.of(ENGINE, engine), directory);
    }

    /**
     * Starts them; calls are assigned, nobody speaks yet.
     *
     * @param speech settings of the engine
     */
    public static Fleet start(int workers, Map<String, String> speech, Path directory) throws Exception {
        Path shipped = Shipped.assemble("call-worker", directory);
        Fleet fleet = new Fleet(Files.createTempDirectory(directory.toAbsolutePath(), "fleet"));
        try {
            List<Conversation> conversations = ConversationLibrary.open().conversations();
            for (int i = 0; i < workers; i++) {
                fleet.add(i, speech, shipped, conversations.get(i % conversations.size()));
            }
            return fleet;
        } catch (Exception e) {
            fleet.close();
            throw e;
        }
    }

    private void add(int index, Map<String, String> speech, Path shipped, Conversation conversation)
            throws IOException {
        String address = "127.61.1." + (index + 1);
        Path own = Files.createDirectories(key.resolveSibling("worker-" + (index + 1)));
        String outputs = "[{\"name\": \"bench\", \"url\": \"%s\", \"clientId\": \"bench\", \"keyFile\": \"%s\"}]"
                .formatted(receiver.transcriptsUrl(), key);
        Map<String, String> settings = new HashMap<>(speech);
        settings.put("AICC_OUTPUTS", outputs);
        LiveWorker worker = LiveWorker.start(command(shipped, speech), address, own, commander, settings);
        workers.add(worker);
        SpokenStream customer = new SpokenStream(conversation.track(Channel.CUSTOMER));
        streams.add(customer);
        SpokenStream agent = new SpokenStream(conversation.track(Channel.AGENT));
        streams.add(agent);
        Acknowledgement ports = worker.assign(customer.source(), agent.source());
        customer.to(address, ports.customerPort());
        agent.to(address, ports.agentPort());
    }

    /** What starts a worker as it is shipped, and with the engines of this module, time after time. */
    public static Supplier<ProcessBuilder> command(Path shipped) {
        return () -> {
            try {
                return withOurEngines(shipped);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    /** What is shipped, and after it on the class path the engines of this module. */
    private static ProcessBuilder withOurEngines(Path shipped) throws IOException {
        URI classes = URI.create(
                Fleet.class.getProtectionDomain().getCodeSource().getLocation().toString());
        return JavaProgram.shippedWorker(shipped, Path.of(classes));
    }

    private static ProcessBuilder command(Path shipped, Map<String, String> speech) throws IOException {
        return GOOGLE.equals(speech.get(ENGINE)) ? JavaProgram.shippedWorker(shipped) : withOurEngines(shipped);
    }

    public List<LiveWorker> workers() {
        return workers;
    }

    /** From now on, tells what arrives. */
    public void listen(TranscriptListener listener) {
        transcripts.addListener(listener);
    }

    /** Everybody speaks, in real time and not at the same moment; what is measured meanwhile runs beside it. */
    public void speak(Duration duration) throws IOException {
        long packets = duration.toNanos() / PACKET_NANOS * streams.size();
        long start = System.nanoTime();
        for (long i = 0; i < packets; i++) {
            long due = start + i * PACKET_NANOS / streams.size();
            for (long wait; (wait = due - System.nanoTime()) > 0; ) {
                LockSupport.parkNanos(wait);
            }
            streams.get((int) (i % streams.size())).send();
        }
    }

    @Override
    public void close() throws InterruptedException, IOException {
        workers.forEach(LiveWorker::stop);
        for (LiveWorker worker : workers) {
            worker.close();
        }
        for (SpokenStream stream : streams) {
            stream.close();
        }
        commander.close();
        receiver.close();
    }
}
