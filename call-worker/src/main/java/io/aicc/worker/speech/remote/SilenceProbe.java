package io.aicc.worker.speech.remote;

import io.aicc.crd.Codec;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.remote.Failure.Kind;
import io.aicc.worker.speech.remote.RecognitionServer.Conversation;
import io.aicc.worker.speech.remote.RecognitionServer.Hearer;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A moment of silence that a server is asked to recognise while the worker is warm: connections, encryption and rights are
 * settled before somebody speaks, and a worker whose settings the server refuses never becomes ready. One that fails is repeated,
 * ever more rarely, until the server has served somebody: what was wrong may be mended on the server's side.
 */
public final class SilenceProbe {
    private static final int MS = 100;
    private static final byte ULAW_SILENCE = (byte) 0xFF;

    /** Nobody waits for it, and many warm workers may be asking. */
    private static final Duration FIRST_REPEAT = Duration.ofSeconds(1);

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final RecognitionServer server;
    private final String language;
    private final Circuit circuit;
    private final Timer timer;
    private final StreamTiming timing;
    private final RetryPause retryPause;
    private int failures;

    private SilenceProbe(RecognitionServer server, String language, Circuit circuit, Timer timer, StreamTiming timing) {
        this.server = server;
        this.language = language;
        this.circuit = circuit;
        this.timer = timer;
        this.timing = timing;
        this.retryPause = new RetryPause(FIRST_REPEAT, LONGEST_WAIT, timing.quotaRetry());
    }

    /** Begins; the circuit learns how each ends. */
    public static void begin(
            RecognitionServer server, String language, Circuit circuit, Timer timer, StreamTiming timing) {
        circuit.probes();
        new SilenceProbe(server, language, circuit, timer, timing).ask();
    }

    private void ask() {
        Silence silence = new Silence();
        timer.after(timing.finish(), silence::late);
        silence.speakIn(server.open(Codec.ULAW, 8_000, language, silence));
    }

    private void repeatAfter(Failure failure) {
        circuit.failed(failure);
        failures++;
        timer.after(retryPause.after(failures, failure.kind()), () -> {
            if (!circuit.isSound()) {
                ask();
            }
        });
    }

    /** One of them; it ends once. */
    private final class Silence implements Hearer {
        private @Nullable Conversation conversation;
        private boolean spoken;
        private boolean over;

        private synchronized void speakIn(Conversation opened) {
            conversation = opened;
            ready();
        }

        @Override
        public synchronized void ready() {
            if (conversation != null && !spoken && conversation.ready()) {
                spoken = true;
                byte[] silence = new byte[8 * MS];
                Arrays.fill(silence, ULAW_SILENCE);
                conversation.send(silence);
                conversation.endAudio();
            }
        }

        @Override
        public void guessed(String text) {}

        @Override
        public void heard(Transcript transcript, long untilMs) {}

        @Override
        public void ended() {
            if (isFirstEnd()) {
                circuit.served();
            }
        }

        @Override
        public void failed(Failure failure) {
            if (isFirstEnd()) {
                repeatAfter(failure);
            }
        }

        private void late() {
            if (isFirstEnd()) {
                cancel();
                repeatAfter(new Failure(
                        Kind.TRANSPORT, "no answer after " + timing.finish().toSeconds() + " s"));
            }
        }

        private synchronized void cancel() {
            if (conversation != null) {
                conversation.cancel();
            }
        }

        private synchronized boolean isFirstEnd() {
            boolean first = !over;
            over = true;
            return first;
        }
    }
}
