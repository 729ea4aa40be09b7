package io.aicc.worker;

import io.aicc.runtime.ManagementServer.Endpoints;
import io.aicc.runtime.Program;
import io.aicc.runtime.Settings;
import io.aicc.runtime.SettingsException;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.publish.Destination;
import io.aicc.worker.publish.PublishSettings;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.SpeechStream;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code assemble} runs for the JVM to learn a worker from: its start, then a whole call, two speakers' packets in, words to a
 * receiver out. What is learnt need not be loaded, linked and worked out in the one call that a worker has. With the engine that
 * the environment names, or, when it names none, a start with each that can be had at hand.
 */
final class Training {
    private static final String ENGINE = "AICC_STT_ENGINE";
    private static final Map<String, String> ENGINE_ELSEWHERE =
            Map.of(ENGINE, "vosk", "AICC_VOSK_URL", "ws://127.0.0.1:1");

    private static final int PACKET_MS = 20;
    private static final int SPEECH_PACKETS = 75;
    private static final int PACKETS = 150;

    private Training() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, String> commanded = new HashMap<>(System.getenv());
        commanded.put("AICC_CONTROL_PUBLIC_KEY", keyOfNobody());
        boolean named = commanded.containsKey(ENGINE);
        if (!named) {
            Map<String, String> elsewhere = new HashMap<>(commanded);
            elsewhere.putAll(ENGINE_ELSEWHERE);
            start(elsewhere);
        }
        start(commanded);
        Path outbox = Files.createTempDirectory(Path.of(System.getenv("AICC_OUTBOX_DIR")), "training");
        try (TrainingReceiver receiver = TrainingReceiver.listen()) {
            URI url = URI.create("ws://127.0.0.1:" + receiver.port() + "/transcripts");
            Destination destination = Destination.of("training", url, "training", new byte[32]);
            PublishSettings outputs = new PublishSettings(List.of(destination), outbox);
            talk(named ? engine(commanded) : new Echo(), outputs);
            if (receiver.acknowledged() == 0) {
                throw new IllegalStateException("the receiver got no word of the call");
            }
        }
    }

    /** The private half is forgotten at once: this worker obeys nobody. */
    private static String keyOfNobody() throws GeneralSecurityException {
        byte[] key = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPublic()
                .getEncoded();
        return Base64.getEncoder().encodeToString(key);
    }

    /** As warm as it gets, asked for what a cluster asks. */
    private static void start(Map<String, String> environment) throws Exception {
        try (Program program = new Program("training")) {
            CallWorker.build(environment, program);
            Endpoints endpoints = Settings.load(environment, WorkerConfig::read).endpoints();
            ask(endpoints.address(), endpoints.healthPort(), "/health/ready");
            ask(endpoints.address(), endpoints.metricsPort(), "/metrics");
        }
    }

    private static void ask(InetAddress address, int port, String path) throws IOException {
        try (Socket socket = new Socket(address, port)) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }

    private static SpeechEngine engine(Map<String, String> environment) throws SettingsException, SpeechException {
        return Settings.load(environment, WorkerConfig::read)
                .engine()
                .create(new Tasks(Duration.ZERO), new SimpleMeterRegistry());
    }

    private static void talk(SpeechEngine engine, PublishSettings outputs) throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (DatagramSocket customer = new DatagramSocket(0, here);
                DatagramSocket agent = new DatagramSocket(0, here);
                OwnCall call = OwnCall.prepare(engine, outputs)) {
            call.handOver(Map.of(Channel.CUSTOMER, customer.getLocalPort(), Channel.AGENT, agent.getLocalPort()));
            for (int i = 0; i < PACKETS; i++) {
                send(customer, i, call.hears(Channel.CUSTOMER));
                send(agent, i, call.hears(Channel.AGENT));
                Thread.sleep(PACKET_MS);
            }
            call.end();
        }
    }

    /** Sends 20 ms of µ-law (RFC 3550 section 5.1, payload type 0): first a loud tone, then silence. */
    private static void send(DatagramSocket socket, int number, InetSocketAddress to) throws IOException {
        int samples = 8 * PACKET_MS;
        byte[] sound = new byte[samples];
        Arrays.fill(sound, (byte) 0xFF);
        for (int i = 0; number < SPEECH_PACKETS && i < samples; i++) {
            sound[i] = (byte) (i / 4 % 2 == 0 ? 0x10 : 0x90);
        }
        ByteBuffer packet = ByteBuffer.allocate(12 + samples)
                .putShort((short) 0x8000)
                .putShort((short) number)
                .putInt(number * samples)
                .putInt(socket.getLocalPort())
                .put(sound);
        socket.send(new DatagramPacket(packet.array(), packet.capacity(), to));
    }

    /** Hears something all the time. */
    private static final class Echo implements SpeechEngine {
        @Override
        public String name() {
            return "training";
        }

        @Override
        public String model() {
            return "none";
        }

        @Override
        public SpeechStream open(Channel channel, String language, SpeechListener listener) {
            return new SpeechStream() {
                private String utterance = "";

                @Override
                public void begin(String utteranceId, long startMs) {
                    utterance = utteranceId;
                }

                @Override
                public void audio(AudioFrame frame) {
                    listener.interimResult(utterance, "so far", frame.endMs());
                }

                @Override
                public void end(long endMs) {
                    listener.finalResult(utterance, new Transcript("in the end", List.of(), null));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }
}
